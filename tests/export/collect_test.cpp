// What the two relations say.
#include "export/collect.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/error.h"
#include "core/network_shapes.h"
#include "recorder/durable_file.h"
#include "recorder/metadata.h"
#include "recorder/tables_folder.h"
#include "tables_of_all_kinds.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Column& column(const Relation& relation, const std::string& name) {
  for (const Column& column : relation.columns)
    if (column.name() == name) return column;
  throw std::out_of_range(relation.name + " has no column " + name);
}

class AnExport : public testing::Test {
 protected:
  void SetUp() override {
    write_campaign_of_all_kinds(scratch.path());
    exported = collect_export(scratch.path(), known_shape);
  }
  const Column& network(const std::string& name) const { return column(exported.networks, name); }
  const Column& curve(const std::string& name) const { return column(exported.curves, name); }

  ScratchFolder scratch;
  Exported exported;
};

TEST_F(AnExport, HasTheTablesColumnsUnderTheirNames) {
  ASSERT_EQ(exported.networks.rows(), 3u);
  for (int i = 0; i < kMetadataColumns; ++i)
    EXPECT_EQ(exported.networks.columns[static_cast<std::size_t>(i)].name(),
              table_columns()[static_cast<std::size_t>(i + kPointColumns)]);
  EXPECT_EQ(network("ID").text(0), kPlainId);
  EXPECT_EQ(network("random_seed").integer(0), 4294967295);
  EXPECT_EQ(network("learning_rate").real(0), 1e-05);
  EXPECT_EQ(network("convKernels").text(0), "5-3");
  EXPECT_EQ(network("train_GPU").integer(1), 1);
}

TEST_F(AnExport, TakesTheListsApart) {
  EXPECT_EQ(network("block_types").text(0), "[5,2]");
  EXPECT_EQ(network("conv_channels").text(0), "[3,4]");
  EXPECT_EQ(network("pool_kernels").text(0), "[null,2]");
  EXPECT_EQ(network("pool_paddings").text(1), "[null]");
  EXPECT_EQ(network("linear_widths").text(0), "[17,9,10]");
  EXPECT_EQ(network("linear_dropouts").text(0), "[1,0]");
  EXPECT_EQ(network("linear_dropouts").text(1), "[]");
  EXPECT_EQ(network("conv_layers").integer(0), 2);
  EXPECT_EQ(network("linear_layers").integer(1), 1);
}

TEST_F(AnExport, CountsWhatTheShapesSay) {
  const NetworkShapes shapes = network_shapes(plain_table(kPlainId).spec, {1, 28, 28});
  EXPECT_EQ(network("parameters").integer(0), shapes.parameter_count());
  EXPECT_EQ(network("useful_macs_per_image").integer(0), shapes.useful_macs_per_image());
  EXPECT_EQ(network("nominal_macs_per_image").integer(0), shapes.nominal_macs_per_image());
  EXPECT_EQ(network("parameters").integer(1), 28 * 28 + 1 + 1 * 10 + 10);
  EXPECT_TRUE(network("parameters").is_missing(2)) << "the shape of its images is not known";
}

TEST_F(AnExport, SaysHowItWent) {
  EXPECT_EQ(network("status").text(0), "complete");
  EXPECT_EQ(network("best_val_acc").real(0), 52);
  EXPECT_EQ(network("best_epochs").real(0), 1.0);
  EXPECT_EQ(network("last_val_loss").real(0), 1e16);
  EXPECT_TRUE(network("diverged_since").is_missing(0));
  EXPECT_EQ(network("status").text(1), "diverged");
  EXPECT_EQ(network("diverged_since").real(1), 0.5);
  EXPECT_TRUE(network("train_seconds").is_missing(0)) << "the journal's last row is another one";
}

TEST_F(AnExport, SaysWhereItComesFrom) {
  EXPECT_EQ(network("seed_order").integer(0), 12);
  EXPECT_TRUE(network("seed_init").is_missing(0));
  EXPECT_EQ(network("validation_images").integer(0), 10000);
  EXPECT_EQ(network("campaign_index").integer(0), 7);
  EXPECT_TRUE(network("campaign_index").is_missing(1)) << "the journal does not know it";
  EXPECT_TRUE(network("normalize").is_missing(2)) << "no campaign.json lies beside it";
  EXPECT_EQ(network("file").text(2), std::string("tables/MNIST-trial/") + kTrialId + ".txt");
}

TEST_F(AnExport, HasARowPerHalfEpoch) {
  ASSERT_EQ(exported.curves.rows(), 3u + 2 + 3);
  EXPECT_EQ(curve("correct").integer(1), 52);
  EXPECT_EQ(curve("seen").integer(1), 100);
  EXPECT_EQ(curve("train_seconds").real(1), 1.5);
  EXPECT_TRUE(curve("correct").is_missing(2)) << "the journal's point has another loss than the table";
  EXPECT_TRUE(std::isnan(curve("trainLoss").real(4)));
  EXPECT_FALSE(curve("trainLoss").is_missing(4)) << "NaN is what it is, not missing";
}

TEST_F(AnExport, LeavesDamagedTablesOutAndNamesThem) {
  const auto folder = tables_folder(scratch.path(), "FashionMNIST", false);
  const auto plain = folder / (std::string(kPlainId) + ".txt"),
             empty = folder / "2030_01_01_00_00_00_000000.txt";
  const std::string text = read_whole_file(plain);
  std::ofstream(plain) << text.substr(0, text.find("\n", text.find("\n") + 1) + 1);  // its header and a row
  std::ofstream(empty).flush();
  const Exported whole = collect_export(scratch.path(), known_shape);
  EXPECT_EQ(whole.networks.rows(), 2u);
  EXPECT_THAT(whole.left_out,
              testing::UnorderedElementsAre(
                  AllOf(HasSubstr(plain.string()), HasSubstr("expected 1 epochs"), HasSubstr("found 0.5")),
                  HasSubstr(empty.string())));
}

TEST_F(AnExport, RefusesTwoTablesOfOneId) {
  Table again = plain_table(kPlainId);
  write_table(tables_folder(scratch.path(), "MNIST", true), again);
  try {
    collect_export(scratch.path(), known_shape);
    FAIL() << "two tables of one ID were taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr(kPlainId));
  }
}

TEST(AnExportOfNothing, IsRefused) {
  const ScratchFolder scratch;
  EXPECT_THROW(collect_export(scratch.path(), known_shape), DataError);
}

}  // namespace
}  // namespace mayfly
