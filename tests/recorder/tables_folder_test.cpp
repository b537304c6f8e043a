#include "recorder/tables_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/error.h"
#include "random_spec.h"
#include "recorder/durable_file.h"
#include "recorder/run_conventions.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

TEST(TablesFolder, NamesFoldersAndFiles) {
  EXPECT_EQ(tables_folder("c", "SVHN", false), "c/tables/SVHN");
  EXPECT_EQ(tables_folder("c", "SVHN", true), "c/tables/SVHN-trial");
  EXPECT_EQ(table_path("c", "a"), "c/a.txt");
}

TEST(TablesFolder, ListsCompleteTablesOnly) {
  const ScratchFolder scratch;
  const auto folder = tables_folder(scratch.path(), "CIFAR100", false);
  EXPECT_TRUE(complete_tables(folder).empty());
  std::mt19937 bits(1);
  Table table;
  table.spec = random_spec(bits);
  table.points = {{.epoch = 0.5, .train_loss = 1, .val_loss = 1, .val_acc = 1}};
  for (const char* id : {"b", "a"}) {
    table.spec.id = id;
    write_table(folder, table);
  }
  std::ofstream(folder / ".c.txt") << "hidden";
  std::ofstream(folder / ".d.txt.host-1-0.part") << "temporary";
  std::ofstream(folder / "campaign.json") << "{}";
  std::filesystem::create_directory(folder / "e.txt");
  EXPECT_THAT(complete_tables(folder), testing::ElementsAre(folder / "a.txt", folder / "b.txt"));
  EXPECT_EQ(read_table(folder / "b.txt").points, table.points);
}

TEST(TablesFolder, TableNeedsAnId) {
  const ScratchFolder folder;
  EXPECT_THROW(write_table(folder.path(), Table{}), UsageError);
}

TEST(RunConventions, ReadBackAndStay) {
  const ScratchFolder folder;
  EXPECT_FALSE(read_run_conventions(folder.path()).has_value());
  RunConventions conventions{.val_loss = "published",
                             .train_images = 50000,
                             .validation_images = 10000,
                             .epochs = 1.5,
                             .seed_order = 4000000000,
                             .mayfly_version = "0.1.0"};
  write_run_conventions(folder.path(), conventions);
  EXPECT_EQ(read_run_conventions(folder.path()), conventions);
  const auto written = std::filesystem::last_write_time(folder.path() / "campaign.json");
  const std::string text = read_whole_file(folder.path() / "campaign.json");
  EXPECT_THAT(text, testing::Not(HasSubstr("seed_init")));
  conventions.mayfly_version = "0.2.0";
  write_run_conventions(folder.path(), conventions);
  EXPECT_EQ(read_whole_file(folder.path() / "campaign.json"), text);
  EXPECT_EQ(std::filesystem::last_write_time(folder.path() / "campaign.json"), written);
}

TEST(RunConventions, OtherContentIsRefusedNamingBoth) {
  const ScratchFolder folder;
  write_run_conventions(folder.path(), {.train_images = 50000});
  try {
    write_run_conventions(folder.path(), {.normalize = "none", .train_images = 400, .seed_init = 3});
    FAIL() << "nothing thrown";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("campaign.json"));
    EXPECT_THAT(error.what(), HasSubstr("normalize: \"half\" there, \"none\" here"));
    EXPECT_THAT(error.what(), HasSubstr("train_images: 50000 there, 400 here"));
    EXPECT_THAT(error.what(), HasSubstr("seed_init: null there, 3 here"));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("epochs")));
  }
  EXPECT_EQ(read_run_conventions(folder.path())->train_images, 50000);
}

TEST(RunConventions, ReadLeniently) {
  const ScratchFolder folder;
  std::ofstream(folder.path() / "campaign.json") << R"({"epochs": 3, "colour": "red", "normalize": "none"})";
  EXPECT_EQ(read_run_conventions(folder.path()), (RunConventions{.normalize = "none", .epochs = 3}));
}

TEST(RunConventions, DamagedFileIsADataError) {
  for (const char* text : {"", "[]", "{", R"({"drop_last": 1})", R"({"epochs": "40"})",
                           R"({"seed_init": -1})", R"({"train_images": 1.5})", R"({"train_images": 1e99})",
                           R"({"seed_init": 4294967296})", R"({"arithmetic_version": 2147483648})"}) {
    const ScratchFolder folder;
    std::ofstream(folder.path() / "campaign.json") << text;
    EXPECT_THROW(read_run_conventions(folder.path()), DataError) << text;
  }
}

}  // namespace
}  // namespace mayfly
