#include "trainer/campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "recorder/journal.h"
#include "recorder/run_conventions.h"
#include "tests/trainer/fake_device.h"
#include "tests/trainer/tiny_campaign.h"
#include "trainer/failure_file.h"

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using tests::batch_of;
using tests::FakeDevice;
using tests::tiny_campaign;
using tests::tiny_store;

class CampaignTest : public tests::TinyCampaignTest {
 protected:
  /// One device, on which network `index` fails.
  static std::vector<std::shared_ptr<Device>> failing_at(std::uint32_t index) {
    const auto device = std::make_shared<FakeDevice>();
    device->on_step = [=](int batch) {
      if (batch == batch_of(index)) throw std::runtime_error("the network's own reason");
    };
    return {device};
  }
};

TEST_F(CampaignTest, TrainsAllLongestFirst) {
  const CampaignResult result = run(options());
  EXPECT_EQ(result.exit_code(), ExitCode::complete);
  EXPECT_EQ(result.finished, 5U);
  EXPECT_EQ(result.diverged, 1U);
  EXPECT_THAT(recorder_.begun, ElementsAre(4, 3, 2, 1, 0));
  EXPECT_EQ(recorder_.halves[3], 3);
  EXPECT_EQ(recorder_.start.estimated_seconds, 15.0);
  ASSERT_EQ(tables(options()).size(), 5U);
  const Table table = read_table(options().folder / "tables/Tiny/2021_02_15_13_55_26_000001.txt");
  EXPECT_EQ(table.spec, tiny_campaign(5)[1].spec);
  EXPECT_EQ(table.points.size(), 3U);
  EXPECT_TRUE(table.torch_set_deterministic);
  EXPECT_FALSE(table.train_gpu);
}

TEST_F(CampaignTest, BytesDoNotDependOnJobsOrCores) {
  const auto expected = undisturbed_tables();
  for (const int jobs : {1, 2, 7}) {
    for (const int cores : {1, 2}) {
      CampaignOptions shared = options("jobs" + std::to_string(jobs) + "cores" + std::to_string(cores));
      shared.jobs = jobs;
      shared.cores = cores;
      EXPECT_EQ(run(shared).exit_code(), ExitCode::complete);
      EXPECT_EQ(tables(shared), expected) << jobs << " jobs, " << cores << " cores";
    }
  }
}

TEST_F(CampaignTest, ASecondRunHasNothingToDo) {
  run(options());
  recorder_.begun.clear();
  const CampaignResult again = run(options());
  EXPECT_EQ(again.exit_code(), ExitCode::complete);
  EXPECT_EQ(again.skipped, 5U);
  EXPECT_EQ(again.finished, 0U);
  EXPECT_THAT(recorder_.begun, IsEmpty());
}

TEST_F(CampaignTest, MoreNetworksTrainOnlyTheNewOnes) {
  run(options(), 3);
  recorder_.begun.clear();
  run(options(), 5);
  EXPECT_THAT(recorder_.begun, ElementsAre(4, 3));
}

TEST_F(CampaignTest, AFailureLeavesTheOthersComplete) {
  auto expected = undisturbed_tables();
  CampaignOptions two = options();
  two.devices = failing_at(3);
  two.jobs = 2;
  const CampaignResult result = run(two);
  EXPECT_EQ(result.exit_code(), ExitCode::some_failed);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_EQ(result.finished, 4U);
  EXPECT_EQ(recorder_.reasons[3], "the network's own reason");
  const std::string id = tiny_campaign(5)[3].spec.id;
  expected.erase(id + ".txt");
  EXPECT_EQ(tables(two), expected);
  EXPECT_EQ(read_failure(two.folder, id)->attempts, 1);
  EXPECT_EQ(read_failure(two.folder, id)->reason, "the network's own reason");
  const JournalRecord journal = read_journals(two.folder);
  EXPECT_EQ(journal.networks.at(id).state, NetworkState::failed);
}

TEST_F(CampaignTest, AnObserverThatThrowsChangesNothing) {
  recorder_.throws = true;
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(recorder_.complete.size(), 5U);
  EXPECT_EQ(tables(options()), undisturbed_tables());
}

TEST_F(CampaignTest, AFailureThatCountsNoAttemptsIsDamage) {
  const std::string id = tiny_campaign(5)[3].spec.id;
  const std::filesystem::path file = options().folder / "failed" / (id + ".json");
  std::filesystem::create_directories(file.parent_path());
  for (const char* attempts : {"1.5", "1e99", "2147483648", "null"}) {
    std::ofstream(file) << R"({"reason":"r","attempts":)" << attempts << "}";
    EXPECT_THROW(read_failure(options().folder, id), DataError) << attempts;
  }
}

TEST_F(CampaignTest, FailuresAreTriedAgainAndForgottenOnSuccess) {
  const std::string id = tiny_campaign(5)[3].spec.id;
  CampaignOptions failing = options();
  failing.devices = failing_at(3);
  run(failing);
  run(failing);
  EXPECT_EQ(read_failure(options().folder, id)->attempts, 2);
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_FALSE(read_failure(options().folder, id));
  EXPECT_EQ(tables(options()), undisturbed_tables());
}

TEST_F(CampaignTest, ANetworkThatCannotBeFailsAlone) {
  std::vector<CampaignNetwork> networks = tiny_campaign(3);
  networks[0].spec.conv_blocks[0].kernel_size = 50;
  networks[1].spec.batch_size = 40;  // one training batch
  DatasetStore store = tiny_store();
  const CampaignResult result = run_campaign(networks, store, options(), recorder_);
  EXPECT_EQ(result.failed, 2U);
  EXPECT_EQ(result.finished, 1U);
  EXPECT_THAT(recorder_.reasons[1], testing::HasSubstr("batch_size"));
}

TEST_F(CampaignTest, ATableThatCannotBeWrittenFailsItsNetwork) {
  const std::string file = tiny_campaign(5)[1].spec.id + ".txt";
  std::filesystem::create_directories(options().folder / "tables/Tiny" / file / "occupied");
  const CampaignResult result = run(options());
  EXPECT_EQ(result.failed, 1U);
  EXPECT_THAT(recorder_.reasons[1], testing::HasSubstr(file));
  EXPECT_EQ(tables(options()).size(), 4U);
}

TEST_F(CampaignTest, AFailureThatCannotBeRecordedEndsTheRunForAll) {
  const std::string id = tiny_campaign(5)[1].spec.id;
  std::filesystem::create_directories(options().folder / "failed" / (id + ".json") / "occupied");
  CampaignOptions failing = options();
  failing.devices = failing_at(1);
  EXPECT_THAT([&] { run(failing); }, testing::ThrowsMessage<DataError>(
                                         testing::AllOf(testing::HasSubstr(id + ": the network's own reason"),
                                                        testing::HasSubstr("could not be recorded"))));
  EXPECT_EQ(recorder_.reasons.count(1), 0U);  // it is tried again
}

TEST_F(CampaignTest, InterruptedLeavesNoTableAndGoesOnToTheSameBytes) {
  const auto expected = undisturbed_tables();
  for (const int jobs : {1, 2}) {
    CampaignOptions stopped = options("jobs" + std::to_string(jobs));
    stopped.jobs = jobs;
    recorder_.stop = false;
    recorder_.total_halves = 0;
    recorder_.stops_at_half = 5;  // in the second network's course
    const CampaignResult first = run(stopped);
    EXPECT_EQ(first.exit_code(), ExitCode::interrupted);
    EXPECT_EQ(first.finished + first.interrupted, 5U);
    EXPECT_GE(first.interrupted, 3U);
    EXPECT_FALSE(recorder_.stopped.empty());
    EXPECT_EQ(tables(stopped).size(), first.finished);
    recorder_.stop = false;
    recorder_.stops_at_half = 0;
    EXPECT_EQ(run(stopped).exit_code(), ExitCode::complete);
    EXPECT_EQ(tables(stopped), expected);
  }
}

TEST_F(CampaignTest, AStopBeforeTheStartBeginsNothing) {
  recorder_.stop = true;
  const CampaignResult result = run(options());
  EXPECT_EQ(result.exit_code(), ExitCode::interrupted);
  EXPECT_EQ(result.interrupted, 5U);
  EXPECT_THAT(recorder_.begun, IsEmpty());
}

TEST_F(CampaignTest, ADeviceThatComputesOtherwiseIsRefused) {
  CampaignOptions other = options();
  other.jobs = 2;
  other.self_check_expected.losses[0] ^= 1;
  EXPECT_THROW(run(other), DeviceError);
  EXPECT_THAT(recorder_.begun, IsEmpty());
  EXPECT_THAT(tables(other), IsEmpty());
}

TEST_F(CampaignTest, PartOfTheImagesIsATrial) {
  DatasetStore store = tiny_store(false);
  EXPECT_EQ(run_campaign(tiny_campaign(2), store, options(), recorder_).finished, 2U);
  EXPECT_THAT(tables(options()), IsEmpty());
  EXPECT_EQ(tables(options(), "Tiny-trial").size(), 2U);
  const auto conventions = read_run_conventions(options().folder / "tables/Tiny-trial");
  ASSERT_TRUE(conventions);
  EXPECT_EQ(conventions->train_images, 45);
  EXPECT_EQ(conventions->epochs, 1.5);
}

TEST_F(CampaignTest, OtherConventionsDoNotShareAFolder) {
  run(options(), 2);
  CampaignOptions other = options();
  other.lifespan.normalize = Normalize::none;
  EXPECT_THROW(run(other, 3), UsageError);
}

TEST_F(CampaignTest, TheJournalHoldsEveryPointWithTheTrueMean) {
  CampaignOptions published = options();
  published.lifespan.val_loss = ValLossConvention::published;
  run(published);
  const JournalRecord journal = read_journals(published.folder);
  ASSERT_EQ(journal.networks.size(), 5U);
  for (const auto& [id, network] : journal.networks) {
    const Table table = read_table(published.folder / "tables/Tiny" / (id + ".txt"));
    EXPECT_EQ(network.state, NetworkState::complete);
    ASSERT_EQ(network.points.size(), table.points.size());
    for (const Point& row : table.points) {
      const JournalPoint& point = network.points.at(row.epoch);
      EXPECT_EQ(point.seen, 31 / table.spec.batch_size * table.spec.batch_size);
      if (std::isnan(row.val_loss)) continue;
      EXPECT_EQ(point.val_loss_published, row.val_loss);
      EXPECT_GT(point.point.val_loss, row.val_loss);
    }
  }
  EXPECT_TRUE(journal.networks.at(tiny_campaign(3)[2].spec.id).diverged_since);
}

TEST_F(CampaignTest, DataSetsAreLoadedOnce) {
  std::atomic<int> loads = 0;
  DatasetStore store([&](const std::string&) {
    ++loads;
    return tests::tiny_dataset();
  });
  CampaignOptions two = options();
  two.jobs = 2;
  run_campaign(tiny_campaign(5), store, two, recorder_);
  EXPECT_EQ(loads, 1);
}

TEST_F(CampaignTest, MissingDataEndTheRun) {
  DatasetStore store([](const std::string& name) -> Dataset { throw DataError(name + " is missing"); });
  EXPECT_THROW(run_campaign(tiny_campaign(2), store, options(), recorder_), DataError);
}

TEST_F(CampaignTest, OptionsAreChecked) {
  for (auto change : {+[](CampaignOptions& o) { o.jobs = 0; }, +[](CampaignOptions& o) { o.cores = 0; },
                      +[](CampaignOptions& o) { o.lifespan.epochs = 0.3; }}) {
    CampaignOptions wrong = options();
    change(wrong);
    EXPECT_THROW(run(wrong), UsageError);
  }
}

}  // namespace
}  // namespace mayfly
