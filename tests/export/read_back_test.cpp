// The files as Python reads them, compared with the tables as Python reads those (read_back.py).
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "export/export.h"
#include "recorder/tables_folder.h"
#include "tables_of_all_kinds.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

int python(const std::string& arguments) {
  const int status = std::system(("python3 " + arguments).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class ReadBack : public testing::Test {
 protected:
  void SetUp() override { write_campaign_of_all_kinds(campaign); }

  int read_back(const std::string& format, const std::filesystem::path& tables) const {
    write_export(exports, collect_export(tables, known_shape), parse_export_formats(format));
    return python(std::string(MAYFLY_SOURCE_DIR) + "/tests/export/read_back.py " + format + " '" +
                  tables.string() + "' '" + exports.string() + "'");
  }
  void expect_equal(const std::string& format) const {
    EXPECT_EQ(read_back(format, campaign), 0);
    const char* published = std::getenv("MAYFLY_TEST_PUBLISHED");
    if (published != nullptr) {
      EXPECT_EQ(read_back(format, published), 0) << published;
    }
  }

  ScratchFolder scratch;
  const std::filesystem::path campaign = scratch.path() / "campaign";
  const std::filesystem::path exports = scratch.path() / "exports";
};

TEST_F(ReadBack, BySqlite3) {
  expect_equal("sqlite");
}

TEST_F(ReadBack, ByCsv) {
  expect_equal("csv");
}

TEST_F(ReadBack, ByZipfileAndStruct) {
  expect_equal("npz");
}

TEST_F(ReadBack, ByNumpy) {
  if (python("-c 'import numpy' 2> /dev/null") != 0)
    GTEST_SKIP() << "Python has no numpy: .npz was not read by it";
  ASSERT_EQ(setenv("READ_BACK_BY_NUMPY", "1", 1), 0);
  expect_equal("npz");
  unsetenv("READ_BACK_BY_NUMPY");
}

TEST_F(ReadBack, FindsWhatDiffers) {
  const Exported exported = collect_export(campaign, known_shape);
  write_export(exports, exported, parse_export_formats("csv"));
  Table other = diverged_table(kDivergedId);
  other.points[0].val_acc = 11;
  write_table(campaign / "tables/FashionMNIST", other);
  EXPECT_EQ(python(std::string(MAYFLY_SOURCE_DIR) + "/tests/export/read_back.py csv '" + campaign.string() +
                   "' '" + exports.string() + "' 2> /dev/null"),
            1);
}

}  // namespace
}  // namespace mayfly
