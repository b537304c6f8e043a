// mayfly merge, retry and export on finished and half finished campaigns.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "kept_campaign.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

using Files = std::map<std::string, std::string>;

Files files_below(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = read_text(entry.path());
  return files;
}

/// The journal of a copy gets the name that another host would give it.
void rename_journals(const fs::path& campaign, const std::string& host) {
  for (const auto& entry : fs::directory_iterator(campaign / "journal")) {
    fs::rename(entry.path(), campaign / "journal" / (host + "-1-1.jsonl"));
    return;
  }
}

class Merge : public KeptCampaign {
 protected:
  void SetUp() override {
    KeptCampaign::SetUp();
    for (const fs::path& cluster : {one, two}) {
      copy_to(cluster);
      rename_journals(cluster, cluster.filename());
    }
    for (int i : {0, 1}) fs::remove(table_in(one, i));
    for (int i : {1, 2}) fs::remove(table_in(two, i));
  }

  fs::path table_in(const fs::path& campaign, int i) const {
    return campaign / table(static_cast<std::size_t>(i)).lexically_relative(folder);
  }
  Outcome merge() const { return mayfly({"merge", all, one, two}); }

  const fs::path one = scratch.path() / "one";  // has networks 2, 3
  const fs::path two = scratch.path() / "two";  // has networks 0, 3
  const fs::path all = scratch.path() / "all";
};

TEST_F(Merge, MakesOneCampaignOfTwo) {
  const Outcome outcome = merge();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("3 tables merged, 1 there before; 2 journals, 0 failures"));
  EXPECT_EQ(tables_of(all).size(), 3u);
  for (const int i : {0, 2, 3}) EXPECT_EQ(read_text(table_in(all, i)), read_text(table_in(folder, i)));
  EXPECT_TRUE(fs::exists(all / "journal/one-1-1.jsonl"));
  EXPECT_EQ(mayfly({"verify", all}).exit_code, 0);
}

TEST_F(Merge, TheRestIsTrainedByTheNextRun) {
  ASSERT_EQ(merge().exit_code, 0);
  ASSERT_EQ(mayfly({"run", all, "--data-root", data()}).exit_code, 0);
  EXPECT_EQ(files_below(all / "tables"), files_below(folder / "tables"));
}

TEST_F(Merge, AgainDoesNothing) {
  ASSERT_EQ(merge().exit_code, 0);
  const Files before = files_below(all);
  const Outcome again = merge();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.err, HasSubstr("0 tables merged, 4 there before; 0 journals"));
  EXPECT_EQ(files_below(all), before);
}

TEST_F(Merge, IntoOneThatIsThere) {
  ASSERT_EQ(mayfly({"merge", one, two}).exit_code, 0);
  EXPECT_EQ(tables_of(one).size(), 3u);
}

TEST_F(Merge, NamesConflictsAndOverwritesNothing) {
  Table other = read_table(table_in(two, 3));
  other.points[1].val_acc = 50;
  write_text(table_in(two, 3), table_text(other));
  const Outcome outcome = merge();
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(table_in(two, 3).string() + ":3: valAcc: expected"),
                                 HasSubstr("as in " + table_in(one, 3).string()), HasSubstr("found '50.0'")));
  EXPECT_FALSE(fs::exists(all));
}

TEST_F(Merge, LeavesOutWhetherAGpuTrained) {
  Table other = read_table(table_in(two, 3));
  other.train_gpu = true;
  write_text(table_in(two, 3), table_text(other));
  EXPECT_EQ(merge().exit_code, 0);
  EXPECT_FALSE(read_table(table_in(all, 3)).train_gpu) << "the first one stays";
}

TEST_F(Merge, OtherSettingsAreRefusedWithADifference) {
  const fs::path other = scratch.path() / "other";
  std::vector<std::string> arguments = init_arguments(other, 4);
  arguments.insert(arguments.end(), {"--set", "train.normalize=none"});
  ASSERT_EQ(mayfly(arguments).exit_code, 0);
  const Outcome outcome = mayfly({"merge", one, other});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("train.normalize: \"half\" in"), HasSubstr("\"none\" in")));
}

TEST_F(Merge, OtherConventionsAreRefused) {
  replace_in(table_in(two, 3).parent_path() / "campaign.json", "\"train_images\": 240",
             "\"train_images\": 200");
  const Outcome outcome = merge();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("train_images: 240 and 200"));
  EXPECT_FALSE(fs::exists(all));
}

TEST_F(Merge, TheTargetHasToPlanAsManyNetworks) {
  replace_in(two / "campaign.toml", "networks = 4", "networks = 6");
  const Outcome outcome = mayfly({"merge", one, two});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("campaign.networks: expected 6 or more"));
  replace_in(one / "campaign.toml", "networks = 4", "networks = 6");
  EXPECT_EQ(mayfly({"merge", one, two}).exit_code, 0);
  EXPECT_EQ(json::parse(mayfly({"status", one, "--json"}).out).at("planned"), 3);
}

TEST_F(Merge, JournalsThatHaveGrownReplaceTheirBeginnings) {
  ASSERT_EQ(merge().exit_code, 0);
  const fs::path journal = two / "journal/two-1-1.jsonl";
  const std::string longer = read_text(journal) + "{\"event\":\"note\",\"time\":\"2026\",\"text\":\"\"}\n";
  write_text(journal, longer);
  ASSERT_EQ(merge().exit_code, 0);
  EXPECT_EQ(read_text(all / "journal/two-1-1.jsonl"), longer);
  write_text(journal, "{\"event\":\"other\"}\n");
  EXPECT_EQ(merge().exit_code, 5);
  EXPECT_EQ(read_text(all / "journal/two-1-1.jsonl"), longer);
}

TEST_F(Merge, FailuresOfNetworksThatAreCompleteElsewhereAreDropped) {
  const auto fail = [&](const fs::path& campaign, int i) {
    fs::create_directories(campaign / "failed");
    write_text(campaign / "failed" / (table_in(folder, i).stem().string() + ".json"),
               "{\"id\":\"x\",\"index\":0,\"attempts\":1,\"reason\":\"memory\"}");
  };
  fail(one, 0);
  fail(one, 1);
  const Outcome outcome = merge();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Files kept = files_below(all / "failed");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(fs::path(kept.begin()->first).stem(), table_in(folder, 1).stem());
}

TEST_F(Merge, WhatIsNoCampaignIsRefused) {
  EXPECT_EQ(mayfly({"merge", all, data()}).exit_code, 4);
  EXPECT_EQ(mayfly({"merge", one, one}).exit_code, 2);
}

class Retry : public KeptCampaign {};

TEST_F(Retry, ForgetsFailures) {
  const fs::path lost = table(1);
  fs::remove(lost);
  fs::create_directories(folder / "failed");
  write_text(folder / "failed" / (lost.stem().string() + ".json"),
             "{\"id\":\"x\",\"index\":1,\"attempts\":2,\"reason\":\"memory\"}");
  EXPECT_EQ(json::parse(mayfly({"status", folder, "--json"}).out).at("failed"), 1);
  const Outcome outcome = mayfly({"retry", folder});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, lost.stem().string() + "\n");
  EXPECT_THAT(outcome.err, HasSubstr("1 failed network is marked for another try"));
  EXPECT_THAT(files_below(folder / "failed"), IsEmpty());
  EXPECT_EQ(json::parse(mayfly({"status", folder, "--json"}).out).at("failed"), 0);
}

TEST_F(Retry, HasNothingToDoWhereNothingFailed) {
  const Outcome outcome = mayfly({"retry", folder});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("0 failed networks"));
  EXPECT_EQ(mayfly({"retry", data()}).exit_code, 4);
}

class Export : public KeptCampaign {};

TEST_F(Export, WritesIntoTheCampaign) {
  const Outcome outcome = mayfly({"export", folder});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("4 networks, 12 half epochs"));
  for (const char* name : {"mayfly.sqlite", "networks.csv", "curves.csv", "networks.npz", "curves.npz"})
    EXPECT_TRUE(fs::exists(folder / "exports" / name)) << name;
  EXPECT_EQ(mayfly({"verify", folder}).exit_code, 0) << "an export must not be taken for tables";
}

TEST_F(Export, HasWhatTheJournalKnows) {
  ASSERT_EQ(mayfly({"export", folder, "--format", "csv", "-o", scratch.path() / "out"}).exit_code, 0);
  const std::string curves = read_text(scratch.path() / "out/curves.csv");
  EXPECT_THAT(curves, testing::Not(HasSubstr(",,"))) << "every half epoch was recorded";
  EXPECT_FALSE(fs::exists(folder / "exports"));
}

TEST_F(Export, OfOtherFormatsIsRefused) {
  const Outcome outcome = mayfly({"export", folder, "--format", "xlsx"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("expected sqlite, csv or npz, found"));
}

}  // namespace
}  // namespace mayfly
