// A campaign on several devices, with too little memory, and on devices that are lost.
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

#include "core/error.h"
#include "recorder/journal.h"
#include "tests/trainer/fake_device.h"
#include "tests/trainer/tiny_campaign.h"
#include "trainer/failure_file.h"

namespace mayfly {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using tests::batch_of;
using tests::FakeDevice;
using tests::tiny_campaign;
using tests::tiny_store;

/// How many networks lived on the device at each step of each network, since it was first put back.
class Company {
 public:
  void saw(int batch, int networks) {
    const std::lock_guard lock(mutex_);
    seen_[batch].push_back(networks);
  }
  std::vector<int> of(int batch) const {
    return seen_.contains(batch) ? seen_.at(batch) : std::vector<int>();
  }

 private:
  std::mutex mutex_;
  std::map<int, std::vector<int>> seen_;
};

void wait_until(const std::function<bool()>& come) {
  while (!come()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

class DevicesTest : public tests::TinyCampaignTest {
 protected:
  CampaignOptions on(const std::vector<std::shared_ptr<FakeDevice>>& devices, int jobs) const {
    CampaignOptions how = options();
    how.devices.assign(devices.begin(), devices.end());
    how.jobs = jobs;
    return how;
  }

  CampaignResult run_sized(const CampaignOptions& how, const std::vector<std::uint64_t>& memory) {
    std::vector<CampaignNetwork> networks = tiny_campaign(static_cast<std::uint32_t>(memory.size()));
    for (std::size_t i = 0; i < memory.size(); ++i) networks[i].device_memory = memory[i];
    DatasetStore store = tiny_store();
    return run_campaign(networks, store, how, recorder_);
  }

  std::string journal_text(const CampaignOptions& how) const {
    std::string text;
    for (const auto& file : std::filesystem::directory_iterator(how.folder / "journal"))
      text += read_whole_file(file.path());
    return text;
  }
};

TEST_F(DevicesTest, NetworksAreSpreadOverThem) {
  std::latch both(2);
  std::vector<std::shared_ptr<FakeDevice>> devices;
  for (const std::string name : {"fake:0", "fake:1"}) {
    devices.push_back(std::make_shared<FakeDevice>(tests::FakeTraits{.name = name}));
    devices.back()->on_step = [&both, once = std::make_shared<std::once_flag>()](int) {
      std::call_once(*once, [&] { both.arrive_and_wait(); });
    };
  }
  const CampaignOptions how = on(devices, 2);
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_EQ(recorder_.start.workers, 4);
  for (const auto& device : devices) {
    EXPECT_GE(device->most_networks(), 1);
    EXPECT_LE(device->most_networks(), 2);
    EXPECT_EQ(device->self_checks(), 1);
  }
  EXPECT_EQ(tables(how), undisturbed_tables());
  EXPECT_THAT(journal_text(how), testing::AllOf(HasSubstr("\"fake:0: "), HasSubstr("\"fake:1: ")));
}

TEST_F(DevicesTest, TablesSayWhetherCudaTrainedThem) {
  const CampaignOptions how = on({std::make_shared<FakeDevice>(tests::FakeTraits{.cuda = true})}, 1);
  run(how, 1);
  const auto path = how.folder / "tables/Tiny" / (tiny_campaign(1)[0].spec.id + ".txt");
  EXPECT_TRUE(read_table(path).train_gpu);
}

TEST_F(DevicesTest, MemoryDecidesHowManyRunAtOnce) {
  const std::size_t gibibyte = std::size_t{1} << 30;
  for (const auto& [room, most] : {std::pair{150, 1}, std::pair{200, 2}, std::pair{310, 3}}) {
    const auto device =
        std::make_shared<FakeDevice>(tests::FakeTraits{.memory = gibibyte * static_cast<std::size_t>(room)});
    std::atomic<bool> begun = false;
    device->on_step = [&, want = most](int) {  // until as many have begun as may
      if (!begun) wait_until([&] { return device->most_networks() == want; });
      begun = true;
    };
    CampaignOptions how = on({device}, 3);
    how.folder = scratch_.path() / std::to_string(room);
    EXPECT_EQ(run_sized(how, std::vector<std::uint64_t>(5, 100 * gibibyte)).finished, 5U);
    EXPECT_EQ(device->most_networks(), most);
  }
}

TEST_F(DevicesTest, WhatFitsNowhereFails) {
  const auto small = std::make_shared<FakeDevice>(tests::FakeTraits{.memory = std::size_t{100} << 30});
  const auto large = std::make_shared<FakeDevice>(tests::FakeTraits{.memory = std::size_t{200} << 30});
  const std::uint64_t gibibyte = std::uint64_t{1} << 30;
  const CampaignResult result =
      run_sized(on({small, large}, 2), {50 * gibibyte, 150 * gibibyte, 250 * gibibyte, 0});
  EXPECT_EQ(result.finished, 3U);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_THAT(recorder_.reasons[2], HasSubstr("needs about 250.0 GiB of device memory"));
}

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

/// A device of 100 GiB, of which other processes have some.
std::shared_ptr<FakeDevice> shared_device(std::uint64_t taken, const std::string& name = "fake:0") {
  const auto device =
      std::make_shared<FakeDevice>(tests::FakeTraits{.name = name, .memory = 100 * kGibibyte});
  device->set_taken_by_others(taken * kGibibyte);
  return device;
}

TEST_F(DevicesTest, MemoryThatOthersHaveIsWaitedFor) {
  const auto device = shared_device(60);
  recorder_.on_warning = [&] { device->set_taken_by_others(0); };
  const CampaignResult result =
      run_sized(on({device}, 2), {80 * kGibibyte, 30 * kGibibyte, 30 * kGibibyte, 89 * kGibibyte});
  EXPECT_EQ(result.finished, 4U);
  EXPECT_THAT(recorder_.warnings, SizeIs(1));
  EXPECT_THAT(recorder_.warnings.at(0),
              testing::AllOf(HasSubstr("40.0 GiB of 100.0 GiB of memory are free on fake:0"),
                             HasSubstr("needs about 89.0 GiB")));
}

TEST_F(DevicesTest, WhatFitsOnNoFreeDeviceIsNotWaitedFor) {
  const auto device = shared_device(20);
  EXPECT_EQ(run_sized(on({device}, 1), {91 * kGibibyte}).failed, 1U);
  EXPECT_THAT(recorder_.reasons[0], HasSubstr("needs about 91.0 GiB"));
  EXPECT_THAT(recorder_.warnings, IsEmpty());
  EXPECT_EQ(run_sized(on({shared_device(0)}, 1), {91 * kGibibyte}).finished, 1U) << "it is free";
}

TEST_F(DevicesTest, AnotherDeviceTakesWhatDoesNotFitNow) {
  const auto full = shared_device(60, "fake:0"), free = shared_device(0, "fake:1");
  EXPECT_EQ(run_sized(on({full, free}, 1), std::vector<std::uint64_t>(4, 80 * kGibibyte)).finished, 4U);
  EXPECT_THAT(recorder_.warnings, IsEmpty());
}

TEST_F(DevicesTest, OneAloneGoesToADeviceWithTheMemory) {
  const auto first = shared_device(0, "fake:0"), second = shared_device(60, "fake:1");
  std::atomic<bool> failed = false;
  first->on_step = [&](int) {
    if (failed.exchange(true)) return;
    first->set_taken_by_others(60 * kGibibyte);
    second->set_taken_by_others(0);
    throw OutOfDeviceMemory("others took it");
  };
  EXPECT_EQ(run_sized(on({first, second}, 1), {80 * kGibibyte}).finished, 1U);
  EXPECT_THAT(recorder_.postponed, SizeIs(1));
}

TEST_F(DevicesTest, MemoryThatOthersHaveIsWaitedForByOneAloneToo) {
  const auto device = shared_device(0);
  std::atomic<bool> failed = false;
  device->on_step = [&](int) {
    if (failed.exchange(true)) return;
    device->set_taken_by_others(60 * kGibibyte);
    throw OutOfDeviceMemory("others took it");
  };
  recorder_.on_warning = [&] { device->set_taken_by_others(0); };
  EXPECT_EQ(run_sized(on({device}, 1), {80 * kGibibyte}).finished, 1U);
  EXPECT_THAT(recorder_.warnings, SizeIs(1));
}

TEST_F(DevicesTest, WhatWaitsForMemoryMayBeDoneByAnotherProcess) {
  const CampaignOptions how = on({shared_device(60)}, 1);
  recorder_.on_warning = [&] {  // another process finishes it
    CampaignOptions elsewhere = how;
    elsewhere.devices = open_devices("cpu");
    tests::Recorder other;
    DatasetStore store = tiny_store();
    run_campaign(tiny_campaign(1), store, elsewhere, other);
  };
  const CampaignResult result = run_sized(how, {80 * kGibibyte});
  EXPECT_EQ(result.elsewhere, 1U);
  EXPECT_EQ(result.exit_code(), ExitCode::complete);
}

TEST_F(DevicesTest, OneNetworkFindsTheOnlyDeviceThatIsLargeEnough) {
  const auto large = std::make_shared<FakeDevice>(tests::FakeTraits{.memory = 200 * kGibibyte});
  EXPECT_EQ(run_sized(on({shared_device(0), large}, 4), {150 * kGibibyte}).finished, 1U);
  EXPECT_EQ(recorder_.start.workers, 2);
}

TEST_F(DevicesTest, OneNetworkGoesOnWhenItsDeviceEnds) {
  const auto broken =
      std::make_shared<FakeDevice>(tests::FakeTraits{.memory = 100 * kGibibyte, .good_resets = 0});
  const auto sound = shared_device(60);
  broken->on_step = [&](int) {
    sound->set_taken_by_others(0);
    throw DeviceLost("fell off the bus");
  };
  EXPECT_EQ(run_sized(on({broken, sound}, 1), {80 * kGibibyte}).finished, 1U);
  EXPECT_EQ(broken->resets(), 1);
}

TEST_F(DevicesTest, WhatAnEndedDeviceLeavesWaitsForMemoryToo) {
  const auto broken =
      std::make_shared<FakeDevice>(tests::FakeTraits{.memory = 100 * kGibibyte, .good_resets = 0});
  const auto sound = shared_device(60);
  broken->on_step = [](int) { throw DeviceLost("fell off the bus"); };
  recorder_.on_warning = [&] { sound->set_taken_by_others(0); };
  EXPECT_EQ(run_sized(on({broken, sound}, 1), {80 * kGibibyte}).finished, 1U);
  EXPECT_THAT(recorder_.warnings, SizeIs(1));
}

TEST_F(DevicesTest, OutOfMemoryIsTriedAgainAlone) {
  const auto device = std::make_shared<FakeDevice>();
  Company company;
  std::atomic<bool> failed = false;
  device->on_step = [&](int batch) {
    if (batch != batch_of(4)) return wait_until([&] { return failed.load(); });
    if (failed) return company.saw(batch, device->networks());
    wait_until([&] { return device->networks() == 3; });
    failed = true;
    throw OutOfDeviceMemory("2 more bytes are not to be had");
  };
  const CampaignOptions how = on({device}, 3);
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(how), undisturbed_tables());
  EXPECT_THAT(company.of(batch_of(4)), testing::AllOf(Each(1), testing::Not(IsEmpty())));
  ASSERT_THAT(recorder_.postponed, SizeIs(1));
  EXPECT_THAT(recorder_.postponed[4].at(0), HasSubstr("no memory on fake:0: 2 more bytes"));
  EXPECT_THAT(journal_text(how), HasSubstr("to be tried again alone"));
  EXPECT_EQ(device->resets(), 0);
}

TEST_F(DevicesTest, OutOfMemoryAloneFails) {
  const auto device = std::make_shared<FakeDevice>();
  device->on_step = [](int batch) {
    if (batch == batch_of(4)) throw OutOfDeviceMemory("no");
  };
  const CampaignOptions how = on({device}, 2);
  const CampaignResult result = run(how);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_EQ(result.finished, 4U);
  EXPECT_THAT(recorder_.reasons[4], HasSubstr("no other network of this run was there"));
  EXPECT_EQ(read_failure(how.folder, tiny_campaign(5)[4].spec.id)->attempts, 1);
}

TEST_F(DevicesTest, ALostDeviceIsResetOnceAndItsNetworksGoOnAlone) {
  const auto device = std::make_shared<FakeDevice>();
  Company company;
  device->on_step = [&](int batch) {
    if (device->resets() > 0) return company.saw(batch, device->networks());
    if (batch != batch_of(4)) return wait_until([&] { return device->lost(); });
    wait_until([&] { return device->networks() == 3; });
    throw DeviceLost("an illegal address");
  };
  const CampaignOptions how = on({device}, 3);
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(how), undisturbed_tables());
  EXPECT_EQ(device->resets(), 1);
  EXPECT_FALSE(device->reset_too_early());
  EXPECT_EQ(device->self_checks(), 2);
  EXPECT_THAT(recorder_.postponed, SizeIs(3));
  for (const std::uint32_t index : {2, 3, 4})  // the longest three were under way
    EXPECT_THAT(company.of(batch_of(index)), testing::AllOf(Each(1), testing::Not(IsEmpty())));
}

TEST_F(DevicesTest, ANetworkThatLosesTheDeviceEveryTimeFails) {
  const auto device = std::make_shared<FakeDevice>();
  device->on_step = [](int batch) {
    if (batch == batch_of(1)) throw DeviceLost("an illegal address");
  };
  const CampaignOptions how = on({device}, 2);
  const CampaignResult result = run(how);
  EXPECT_EQ(result.exit_code(), ExitCode::some_failed);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_EQ(result.finished, 4U);
  EXPECT_THAT(recorder_.reasons[1], HasSubstr("and so once before, while nothing else ran there"));
  EXPECT_EQ(device->resets(), 2);  // not after the last loss: nothing was left to do
  auto expected = undisturbed_tables();
  expected.erase(tiny_campaign(5)[1].spec.id + ".txt");
  EXPECT_EQ(tables(how), expected);
}

TEST_F(DevicesTest, OthersTakeTheWorkOfADeviceThatDoesNotComeBack) {
  const auto broken = std::make_shared<FakeDevice>(tests::FakeTraits{.name = "fake:0", .good_resets = 0});
  const auto sound = std::make_shared<FakeDevice>(tests::FakeTraits{.name = "fake:1"});
  broken->on_step = [](int) { throw DeviceLost("fell off the bus"); };
  sound->on_step = [&](int) { wait_until([&] { return broken->resets() == 1; }); };
  const CampaignOptions how = on({broken, sound}, 2);
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(how), undisturbed_tables());
  EXPECT_FALSE(recorder_.postponed.empty());
}

TEST_F(DevicesTest, WithoutAnyDeviceTheRunEndsAndTheSameCommandGoesOn) {
  const auto broken = std::make_shared<FakeDevice>(tests::FakeTraits{.good_resets = 0});
  broken->on_step = [&](int batch) {
    if (batch == batch_of(3)) throw DeviceLost("fell off the bus");
  };
  const CampaignOptions how = on({broken}, 1);
  try {
    run(how);
    FAIL() << "no error";
  } catch (const DeviceError& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::device);
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("fake:0 does not come back"), HasSubstr("4 networks"),
                                             HasSubstr("run the same command again")));
  }
  EXPECT_THAT(tables(how), SizeIs(1));
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(how), undisturbed_tables());
}

TEST_F(DevicesTest, ADeviceThatIsLostByEverythingEnds) {
  const auto broken = std::make_shared<FakeDevice>();
  broken->on_step = [&](int) { throw DeviceLost("an illegal address"); };
  EXPECT_THROW(run(on({broken}, 1)), DeviceError);
  EXPECT_LT(broken->resets(), 12);
  EXPECT_THAT(recorder_.complete, IsEmpty());
}

TEST_F(DevicesTest, OneCampaignComputesInOneWay) {
  const auto one = std::make_shared<FakeDevice>(tests::FakeTraits{.name = "cuda:0", .numerics = "V100"});
  const auto other = std::make_shared<FakeDevice>(tests::FakeTraits{.name = "cuda:1", .numerics = "A100"});
  EXPECT_EQ(common_numerics({one, one}), "V100");
  EXPECT_THROW(run(on({one, other}, 1)), DeviceError);
  EXPECT_THAT(recorder_.begun, IsEmpty());
}

}  // namespace
}  // namespace mayfly
