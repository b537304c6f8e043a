// Campaigns on folders of images: the tables are those of the same images in IDX files.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "data/locate.h"
#include "plot/png.h"
#include "program.h"
#include "recorder/run_conventions.h"
#include "recorder/table.h"
#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// So that tables of other images would differ: most networks of a preset learn nothing from so few.
constexpr const char* kNetworksThatLearn[] = {"conv_layers=1",
                                              "linear_layers=1",
                                              "block_type=[1]",
                                              "kernel_size=[3, 5]",
                                              "stride=[1, 2]",
                                              "out_channels=[8, 16]",
                                              "learning_rate=0.02",
                                              "momentum=0.9",
                                              "dampening=0",
                                              "weight_decay=0",
                                              "fc_dropout=0",
                                              "batch_size=[10, 20]",
                                              "max_macs_per_image=400000"};

/// The first images of FashionMNIST, class after class.
ImageSet first_by_class(const ImageSet& all, std::size_t count) {
  constexpr std::size_t kImage = 784;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return all.labels[a] < all.labels[b]; });
  ImageSet set{.image = all.image};
  for (const std::size_t i : order) {
    const auto pixels = all.pixels.begin() + static_cast<std::ptrdiff_t>(i * kImage);
    set.pixels.insert(set.pixels.end(), pixels, pixels + kImage);
    set.labels.push_back(all.labels[i]);
  }
  return set;
}

void write_idx(const ImageSet& set, const fs::path& root, const std::string& stem) {
  Bytes images = idx_images(static_cast<std::uint32_t>(set.count()), 28, 28);
  std::copy(set.pixels.begin(), set.pixels.end(), images.begin() + 16);
  write_bytes(root / (stem + "-images-idx3-ubyte"), images);
  write_bytes(root / (stem + "-labels-idx1-ubyte"), idx_labels(set.labels));
}

/// HALF/<label>/<index>.png and the list HALF.csv of the same files.
void write_pngs(const ImageSet& set, const fs::path& root, const std::string& half) {
  std::string list;
  for (std::size_t i = 0; i < set.count(); ++i) {
    const std::string name = fmt::format("{}/{}/{:04}.png", half, set.labels[i], i);
    const std::string png = png_bytes(28, 28, 1, std::span(set.pixels).subspan(i * 784, 784));
    fs::create_directories((root / name).parent_path());
    write_bytes(root / name, {png.begin(), png.end()});
    list += fmt::format("../folders/{},{}\n", name, set.labels[i]);
  }
  fs::create_directories(root.parent_path() / "lists");
  write_text(root.parent_path() / "lists" / (half + ".csv"), list);
}

class ImageCampaign : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/share/datasets/fashion-mnist"))
      GTEST_SKIP() << "Debian's package dataset-fashion-mnist is not installed";
    const Dataset all = load_dataset("FashionMNIST", {"/usr/share/datasets"});
    const ImageSet train = first_by_class(all.train, 240), test = first_by_class(all.validation, 120);
    fs::create_directories(data);
    write_idx(train, data, "train");
    write_idx(test, data, "t10k");
    write_pngs(train, data / "folders", "train");
    write_pngs(test, data / "folders", "test");
  }

  fs::path init(const std::string& name, const std::string& entry) const {
    const fs::path folder = scratch.path() / name;
    std::vector<std::string> arguments = init_arguments(folder, 2);
    *std::find(arguments.begin(), arguments.end(), "FashionMNIST") = entry;
    arguments.insert(arguments.end(), {"--set", "images.image_mode=gray"});
    for (const char* setting : kNetworksThatLearn)
      arguments.insert(arguments.end(), {"--set", std::string("search_space.") + setting});
    const Outcome outcome = mayfly(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return folder;
  }
  Outcome run(const fs::path& folder) const {
    return mayfly({"run", folder, "--data-root", data, "--progress", "none"});
  }
  std::vector<fs::path> tables(const std::string& name, const std::string& entry) const {
    const fs::path folder = init(name, entry);
    const Outcome outcome = run(folder);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return tables_of(folder);
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
};

TEST_F(ImageCampaign, FoldersAndListsOfPngsGiveTheTablesOfIdx) {
  const std::vector<fs::path> idx = tables("idx", "FashionMNIST");
  ASSERT_EQ(idx.size(), 2U);
  for (const std::string name : {"folders", "lists"}) {
    const std::vector<fs::path> pngs = tables("by_" + name, "./" + name);
    ASSERT_EQ(pngs.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      SCOPED_TRACE(pngs[i]);
      EXPECT_EQ(pngs[i].parent_path().filename(), name);  // whole, no trial
      Table expected = read_table(idx[i]);
      EXPECT_GT(expected.points.back().val_acc, 30);  // it learnt
      expected.spec.dataset = name;
      EXPECT_EQ(read_text(pngs[i]), table_text(expected));
    }
  }
}

TEST_F(ImageCampaign, RecordsItsClassesAndIsReplayed) {
  const std::vector<fs::path> made = tables("trial", "./folders");
  ASSERT_EQ(made.size(), 2U);
  const auto recorded = read_run_conventions(made[0].parent_path());
  ASSERT_TRUE(recorded && recorded->class_names);
  EXPECT_EQ(recorded->class_names->size(), 10U);
  EXPECT_EQ(recorded->image_size, "28x28");
  EXPECT_EQ(recorded->train_images, 240);
  const Outcome replay = mayfly({"replay", made[0], "--data-root", data});
  EXPECT_EQ(replay.exit_code, 0) << replay.err;
  EXPECT_THAT(replay.out, HasSubstr("Equal: all 3 rows."));
  const Outcome again = mayfly({"train", scratch.path() / "trial", "--index", "1", "--data-root", data,
                                "--output", scratch.path() / "again"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(read_text(scratch.path() / "again" / made[1].filename()), read_text(made[1]));
  const Outcome status = mayfly({"status", scratch.path() / "trial", "--data-root", data});
  EXPECT_THAT(status.out, HasSubstr("2 networks")) << status.err;
  const Outcome elsewhere = mayfly({"status", scratch.path() / "trial"});  // without the images
  EXPECT_EQ(elsewhere.out, status.out) << elsewhere.err;
}

TEST_F(ImageCampaign, RefusesOtherImagesUnderItsTables) {
  const fs::path folder = init("trial", "./folders");
  ASSERT_EQ(run(folder).exit_code, 0);
  fs::remove(tables_of(folder)[0]);
  fs::copy_file(data / "folders/train/0/0001.png", data / "folders/train/0/0000.png",
                fs::copy_options::overwrite_existing);
  const Outcome outcome = run(folder);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("images_hash"));
  const Outcome replay = mayfly({"replay", tables_of(folder).at(0), "--data-root", data});
  EXPECT_EQ(replay.exit_code, 5);
  EXPECT_THAT(replay.out, HasSubstr("The images are not those of the table"));
}

TEST_F(ImageCampaign, NamesDamagedImages) {
  write_text(data / "folders/train/3/0000_text.png", "no image");
  const fs::path folder = init("trial", "./folders");
  const Outcome refused = run(folder);
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("0000_text.png"), HasSubstr("on_bad_image")));
  EXPECT_FALSE(fs::exists(folder / "campaign.lock.toml"));  // it has not begun
  const Outcome skipped =
      mayfly({"run", folder, "--data-root", data, "--progress", "plain", "--set", "on_bad_image=skip"});
  EXPECT_EQ(skipped.exit_code, 0) << skipped.err;
  const auto recorded = read_run_conventions(tables_of(folder).at(0).parent_path());
  EXPECT_EQ(recorded->train_images, 239);  // of the 240 that max_train_images lets in
  EXPECT_EQ(recorded->train_images_listed, 240);
}

TEST_F(ImageCampaign, IsShownAsASheet) {
  const fs::path file = scratch.path() / "sheet.png";
  const Outcome all = mayfly({"data", "show", "lists", "--data-root", data, "-n", "3", "-o", file});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_THAT(all.out, AllOf(HasSubstr("lists: 240 training and 120 test images of 28x28, RGB; 10 classes"),
                             HasSubstr("  7 7")));
  EXPECT_THAT(read_text(file), testing::StartsWith("\x89PNG"));
  const Outcome one =
      mayfly({"data", "show", "FashionMNIST", "--data-root", data, "--class", "Ankle boot", "-o", file});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("class 9 Ankle boot"));
  const Outcome none =
      mayfly({"data", "show", "FashionMNIST", "--data-root", data, "--class", "Ankle bot", "-o", file});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("did you mean 'Ankle boot'?"));
}

}  // namespace
}  // namespace mayfly
