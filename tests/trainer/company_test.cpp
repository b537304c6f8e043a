// A campaign on which other processes work as well.
#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "tests/trainer/fake_device.h"
#include "tests/trainer/tiny_campaign.h"
#include "trainer/claims.h"
#include "trainer/failure_file.h"

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::batch_of;
using tests::FakeDevice;
using tests::tiny_campaign;
using tests::tiny_store;

/// Remembers what others do, and does what a test wants at it.
struct Company : tests::Recorder {
  void elsewhere(const CampaignNetwork& network, const std::string& holder) override {
    holders[network.index] = holder;
    if (at_elsewhere) at_elsewhere();
  }
  void done_elsewhere(const CampaignNetwork& network, bool failed) override {
    (failed ? failed_there : complete_there).push_back(network.index);
  }
  std::function<void()> at_elsewhere;
  std::map<std::uint32_t, std::string> holders;
  std::vector<std::uint32_t> complete_there, failed_there;
};

class CompanyTest : public tests::TinyCampaignTest {
 protected:
  CampaignResult run_with(Company& company, const CampaignOptions& how) {
    DatasetStore store = tiny_store();
    return run_campaign(tiny_campaign(5), store, how, company, [&] { return company.stop.load(); });
  }

  /// A claim of another machine's process, which does not beat.
  ClaimOptions stranger() const {
    return {.heartbeat = std::chrono::milliseconds(0),
            .process = {.host = "node7", .place = "another boot", .pid = 4711}};
  }

  std::vector<std::string> left_in_work() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(work_folder(options().folder)))
      names.push_back(entry.path().filename());
    return names;
  }

  const std::string id = tiny_campaign(5)[3].spec.id;
};

TEST_F(CompanyTest, TwoRunsShareTheWork) {
  const auto expected = undisturbed_tables();
  Company first, second;
  CampaignOptions other = options();
  other.share = {.index = 1, .count = 2};
  CampaignResult there;
  std::jthread rival([&] { there = run_with(second, other); });
  const CampaignResult here = run_with(first, options());
  rival.join();
  EXPECT_EQ(here.exit_code(), ExitCode::complete);
  EXPECT_EQ(there.exit_code(), ExitCode::complete);
  EXPECT_EQ(here.finished + there.finished, 5U);
  EXPECT_EQ(here.finished + here.elsewhere + here.skipped, 5U);
  EXPECT_EQ(there.finished + there.elsewhere + there.skipped, 5U);
  EXPECT_EQ(tables(options()), expected);
  EXPECT_THAT(left_in_work(), IsEmpty());
}

TEST_F(CompanyTest, WhatAnotherFinishesIsWaitedFor) {
  const auto expected = undisturbed_tables();
  Claims others(options().folder, stranger());
  std::shared_ptr<Claim> claim = others.try_claim(id);
  Company company;
  company.at_elsewhere = [&] {
    create_tables_folder(options().folder / "tables/Tiny");
    std::ofstream(options().folder / "tables/Tiny" / (id + ".txt")) << expected.at(id + ".txt");
    claim.reset();
  };
  const CampaignResult result = run_with(company, options());
  EXPECT_EQ(result.exit_code(), ExitCode::complete);
  EXPECT_EQ(result.finished, 4U);
  EXPECT_EQ(result.elsewhere, 1U);
  EXPECT_EQ(company.holders[3], "node7, process 4711");
  EXPECT_THAT(company.complete_there, ElementsAre(3));
  EXPECT_THAT(company.begun, ElementsAre(4, 2, 1, 0));
  EXPECT_EQ(tables(options()), expected);
}

TEST_F(CompanyTest, WhatAnotherGivesUpIsTrained) {
  Claims others(options().folder, stranger());
  std::shared_ptr<Claim> claim = others.try_claim(id);
  Company company;
  company.at_elsewhere = [&] { claim.reset(); };
  EXPECT_EQ(run_with(company, options()).finished, 5U);
  EXPECT_THAT(company.begun, ElementsAre(4, 2, 1, 0, 3));  // it comes back behind the others
  EXPECT_EQ(tables(options()), undisturbed_tables());
}

TEST_F(CompanyTest, ASilentOwnersNetworkIsTakenOver) {
  Claims others(options().folder, [&] {
    ClaimOptions silent = stranger();
    silent.lease = std::chrono::milliseconds(50);
    return silent;
  }());
  const std::shared_ptr<Claim> claim = others.try_claim(id);
  Company company;
  EXPECT_EQ(run_with(company, options()).finished, 5U);
  EXPECT_EQ(tables(options()), undisturbed_tables());
  EXPECT_THAT(left_in_work(), IsEmpty());
}

TEST_F(CompanyTest, AFailureElsewhereIsNotTriedAgain) {
  const CampaignNetwork network = tiny_campaign(5)[3];
  add_failure(options().folder, network, "before this run");
  Claims others(options().folder, stranger());
  std::shared_ptr<Claim> claim = others.try_claim(id);
  Company company;
  company.at_elsewhere = [&] {
    add_failure(options().folder, network, "there");
    claim.reset();
  };
  const CampaignResult result = run_with(company, options());
  EXPECT_EQ(result.exit_code(), ExitCode::some_failed);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_THAT(company.failed_there, ElementsAre(3));
  EXPECT_EQ(read_failure(options().folder, id)->attempts, 2);
}

TEST_F(CompanyTest, AStopEndsTheWaiting) {
  Claims others(options().folder, stranger());
  const std::shared_ptr<Claim> claim = others.try_claim(id);
  Company company;
  company.at_elsewhere = [&] { company.stop = true; };
  EXPECT_EQ(run_with(company, options()).exit_code(), ExitCode::interrupted);
}

TEST_F(CompanyTest, ANetworkThatWasTakenOverIsLeftAlone) {
  const auto expected = undisturbed_tables();
  const auto device = std::make_shared<FakeDevice>();
  const std::filesystem::path path = claim_path(options().folder, id);
  const std::string theirs =
      claim_line({.owner = stranger().process, .token = "theirs", .lease = std::chrono::hours(1)});
  std::atomic<bool> robbed = false;
  device->on_step = [&](int batch) {
    if (batch != batch_of(3)) return;
    if (!robbed.exchange(true)) {
      std::filesystem::remove(path);
      std::ofstream(path) << theirs;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // many heartbeats
  };
  CampaignOptions how = options();
  how.devices = {device};
  how.claims.heartbeat = std::chrono::milliseconds(1);
  Company company;
  company.at_elsewhere = [&] { std::filesystem::remove(path); };
  EXPECT_EQ(run_with(company, how).finished, 5U);
  EXPECT_THAT(company.stopped, ElementsAre(3));
  EXPECT_EQ(company.holders[3], "node7, process 4711");
  EXPECT_EQ(tables(how), expected);
}

}  // namespace
}  // namespace mayfly
