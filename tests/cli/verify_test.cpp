// mayfly verify, on what it has to find and on what it has to leave in peace.
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "kept_campaign.h"
#include "recorder/tables_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Verify : public KeptCampaign {
 protected:
  Outcome verify(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"verify", folder, "--data-root", data()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mayfly(arguments);
  }

  /// The only difference.
  json difference() const {
    const Outcome outcome = verify({"--json"});
    EXPECT_EQ(outcome.exit_code, 5) << outcome.err;
    const json all = json::parse(outcome.out).at("differences");
    EXPECT_EQ(all.size(), 1u) << all;
    return all.empty() ? json() : all.at(0);
  }

  /// Rewrites a table after `change`.
  template <class Change>
  void change_table(std::size_t i, const Change& change) const {
    const fs::path file = table(i);
    Table changed = read_table(file);
    change(changed);
    write_text(file, table_text(changed));
  }
};

TEST_F(Verify, FindsNothingInAFinishedCampaign) {
  const Outcome outcome = verify({"--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  const json all = json::parse(outcome.out);
  EXPECT_EQ(all.at("tables"), 4);
  EXPECT_EQ(all.at("planned"), 4);
  EXPECT_EQ(all.at("with_journal"), 4);
  EXPECT_THAT(all.at("differences"), IsEmpty());
  EXPECT_THAT(all.at("leftovers"), IsEmpty());
  EXPECT_THAT(verify().out, AllOf(HasSubstr("4 tables of 4 planned"), HasSubstr("No differences.")));
}

TEST_F(Verify, ComparesLossesWithTheJournal) {
  change_table(1, [](Table& t) { t.points[1].train_loss += 0.125; });
  const json found = difference();
  EXPECT_EQ(found.at("file"), table(1).string());
  EXPECT_EQ(found.at("line"), 3);
  EXPECT_EQ(found.at("column"), "trainLoss");
  EXPECT_THAT(found.at("expected").get<std::string>(), HasSubstr("as in the journal"));
}

TEST_F(Verify, CountsRows) {
  change_table(2, [](Table& t) { t.points.pop_back(); });
  const json found = difference();
  EXPECT_EQ(found.at("expected"), "3 rows (1.5 epochs in campaign.json)");
  EXPECT_EQ(found.at("found"), "2");
}

TEST_F(Verify, WantsEpochsInHalves) {
  change_table(0, [](Table& t) { t.points[2].epoch = 2; });
  const json found = difference();
  EXPECT_EQ(found.at("line"), 4);
  EXPECT_EQ(found.at("column"), "epochs");
  EXPECT_EQ(found.at("expected"), "1.5");
  EXPECT_EQ(found.at("found"), "2.0");
}

TEST_F(Verify, WantsWholeCountsOfImages) {
  fs::remove_all(folder / "journal");
  change_table(0, [](Table& t) { t.points[0].val_acc = 10.001; });
  EXPECT_EQ(difference().at("column"), "valAcc");
}

TEST_F(Verify, KnowsThatNanStaysNan) {
  fs::remove_all(folder / "journal");
  change_table(0, [](Table& t) { t.points[0].train_loss = NAN; });
  const Outcome outcome = verify();
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.out, HasSubstr(":3: trainLoss: expected nan, as trainLoss was before"));
}

TEST_F(Verify, ComparesMetadataWithThePlan) {
  change_table(3, [](Table& t) { t.spec.random_seed ^= 1; });
  const json found = difference();
  EXPECT_EQ(found.at("line"), 2);
  EXPECT_EQ(found.at("column"), "random_seed");
  EXPECT_THAT(found.at("expected").get<std::string>(), HasSubstr("as planned"));
}

TEST_F(Verify, WantsTheBytesThatMayflyWrites) {
  replace_in(table(0), "\n", " \n");
  const json found = difference();
  EXPECT_EQ(found.at("line"), 1);
  EXPECT_EQ(found.at("expected"), "the end of the line");
}

TEST_F(Verify, NamesWhatIsNoTable) {
  write_text(table(0), "epochs trainLoss\n");
  EXPECT_THAT(difference().at("found").get<std::string>(), HasSubstr("valLoss"));
}

TEST_F(Verify, WantsEachIdOnceAndPlanned) {
  fs::copy_file(table(0), table(0).parent_path() / "2026_01_02_03_04_05_999999.txt");
  const Outcome outcome = verify();
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("expected a network of the campaign"),
                                 HasSubstr(":2: ID: expected 2026_01_02_03_04_05_999999 as the file's name"),
                                 HasSubstr("expected one that no other table has")));
}

TEST_F(Verify, ComparesCampaignJsonWithTheCampaign) {
  replace_in(table(0).parent_path() / "campaign.json", "\"half\"", "\"none\"");
  EXPECT_EQ(difference().at("column"), "normalize");
}

TEST_F(Verify, LeavesOutWhetherAGpuTrained) {
  change_table(0, [](Table& t) { t.train_gpu = true; });
  const Outcome outcome = verify({"--retrain", "4"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST_F(Verify, ListsLeftovers) {
  const std::string id = table(0).stem();
  fs::create_directories(folder / "work");
  write_text(folder / "work" / (id + ".ckpt"), "old");
  write_text(table(0).parent_path() / ("." + id + ".txt.elsewhere-1-0.part"), "");
  const Outcome outcome = verify({"--json"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(json::parse(outcome.out).at("leftovers").size(), 2u);
}

TEST_F(Verify, TrainsAgain) {
  const Outcome outcome = verify({"--retrain", "2", "--seed", "5", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("--seed 5"));
  const json drawn = json::parse(outcome.out).at("retrained");
  EXPECT_EQ(drawn.size(), 2u);
  EXPECT_EQ(json::parse(verify({"--retrain", "2", "--seed", "5", "--json"}).out).at("retrained"), drawn);
}

TEST_F(Verify, FindsByTrainingAgainWhatNoRecordTells) {
  fs::remove_all(folder / "journal");
  change_table(2, [](Table& t) { t.points[2].val_loss = std::nextafter(t.points[2].val_loss, 100); });
  EXPECT_EQ(verify().exit_code, 0);
  const Outcome outcome = verify({"--retrain", "4"});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(table(2).string() + ":4: valLoss: expected"),
                                 HasSubstr("as trained again, found"), HasSubstr("1 difference.")));
}

TEST_F(Verify, TakesAFolderOfTables) {
  const Outcome outcome = mayfly({"verify", table(0).parent_path(), "--data-root", data(), "--retrain", "1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("4 tables; the journals know all rows of 0"));
}

TEST_F(Verify, RefusesAFolderOfNothing) {
  const Outcome outcome = mayfly({"verify", data()});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("expected a campaign or tables"));
}

TEST_F(Verify, OtherImagesThanThoseRecordedAreRefused) {
  replace_in(table(0).parent_path() / "campaign.json", "\"train_images\": 240", "\"train_images\": 200");
  const Outcome outcome = verify({"--retrain", "1"});
  EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("expected the images that campaign.json records"));
}

TEST(VerifyPublished, FindsNothingButCannotTrainThemAgain) {
  const char* published = std::getenv("MAYFLY_TEST_PUBLISHED");
  if (published == nullptr) GTEST_SKIP() << "MAYFLY_TEST_PUBLISHED names no folder of published tables";
  const Outcome outcome = mayfly({"verify", published});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  const Outcome again = mayfly({"verify", published, "--retrain", "1"});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("torch_set_deterministic: expected True"));
}

}  // namespace
}  // namespace mayfly
