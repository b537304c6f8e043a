// Retraining tables, ours and altered ones.
#include <gmock/gmock.h>

#include "program.h"
#include "recorder/table.h"
#include "recorder/tables_folder.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ReplayOfATable : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_fashion_mnist(data);
    ASSERT_EQ(mayfly(init_arguments(folder, 1)).exit_code, 0);
    ASSERT_EQ(mayfly({"run", folder, "--data-root", data}).exit_code, 0);
    file = tables_of(folder).at(0);
  }

  Outcome replay(const fs::path& table, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"replay", table, "--data-root", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mayfly(arguments);
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
  const fs::path folder = scratch.path() / "trial";
  fs::path file;
};

TEST_F(ReplayOfATable, OursIsEqualAndWritesTheSameTable) {
  const fs::path again = scratch.path() / "again";
  const Outcome outcome = replay(file, {"--output", again});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Conventions: campaign.json"), HasSubstr("normalize half"),
                                 HasSubstr("Equal: all 3 rows.")));
  EXPECT_EQ(read_text(again / file.filename()), read_text(file));
}

TEST_F(ReplayOfATable, AnAlteredOneEndsWith5) {
  Table table = read_table(file);
  table.points[1].train_loss += 0.25;
  write_table(file.parent_path(), table);
  const Outcome outcome = replay(file);
  EXPECT_EQ(outcome.exit_code, 5) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Different from row 1.0 on. Largest differences: trainLoss 0.25,"));
}

TEST_F(ReplayOfATable, TheFirstEpochsAloneCanBeCompared) {
  const Outcome outcome = replay(file, {"--epochs", "0.5"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Equal: all 1 rows."));
}

TEST_F(ReplayOfATable, AnotherConventionIsAMismatch) {
  const Outcome outcome = replay(file, {"--normalize", "none"});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.out, HasSubstr("from options: normalize"));
}

TEST_F(ReplayOfATable, SeveralSeedsShowTheSpread) {
  const Outcome outcome = replay(file, {"--seeds", "3"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("over seeds"), HasSubstr(" .. ")));
}

TEST_F(ReplayOfATable, WithoutItsConventionsAndCountsOnlyCoursesAreCompared) {
  const fs::path alone = scratch.path() / "alone.txt";
  fs::copy_file(file, alone);
  const Outcome outcome = replay(alone);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("Conventions: defaults"), HasSubstr("only courses can be compared")));
}

}  // namespace
}  // namespace mayfly
