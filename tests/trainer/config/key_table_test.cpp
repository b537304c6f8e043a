// The one table of keys: nothing that a campaign can be asked is left out of its files.
#include <gmock/gmock.h>

#include "generator/search_space_keys.h"
#include "tests/trainer/config/refusal.h"
#include "trainer/config/config_keys.h"
#include "trainer/config/lock_file.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

TEST(KeyTable, HoldsTheWholeSearchSpace) {
  for (const SearchSpaceKey& key : search_space_keys())
    EXPECT_NE(config::find_key("search_space", key.name), nullptr) << key.name;
}

TEST(KeyTable, EveryKeyIsExplainedInTheFileOfInit) {
  const std::string text = config_toml_text(preset_config("published"));
  for (const config::ConfigKey& key : config::config_keys()) {
    EXPECT_FALSE(key.note.empty()) << key.full_name();
    EXPECT_THAT(text, HasSubstr("\n" + key.name + " = "));
    EXPECT_THAT(text, HasSubstr("# " + key.note));
  }
}

TEST(KeyTable, EveryKeyIsRequiredInTheLock) {
  const CampaignLock lock{.arithmetic_version = 1, .mayfly_version = "0.1.0"};
  for (const config::ConfigKey& key : config::config_keys()) {
    std::string text = lock_text(lock);
    const std::string line = "\n" + key.name + " = ";
    ASSERT_THAT(text, HasSubstr(line));
    text.replace(text.find(line), line.size(), "\n# ");
    EXPECT_THAT(testing_config::refusal([&] { parse_lock(text, "lock"); }),
                HasSubstr("lock: expected key " + key.full_name()));
  }
}

// Every kind of value away from its default, through both files and back.
TEST(KeyTable, UnusualValuesReadBack) {
  CampaignConfig config;
  config.images = {
      .image_size = {24, 32}, .image_mode = "gray", .resize = "center_crop", .on_bad_image = "skip"};
  config.train = {.epochs = 2.5,
                  .normalize = "dataset",
                  .val_loss = "published",
                  .max_train_images = 1000,
                  .max_val_images = 500,
                  .device = "cuda:0,2",
                  .arithmetic = "fast",
                  .conv_dropout = "element",
                  .checkpoint_every = 12.5};
  SearchSpace& space = config.search_space;
  space.kernel_size = {3, 7};
  space.stride = {1, 1};
  space.block_type = {3};
  space.increasing = 1;
  space.dropout_rate = {0.25, 0.25};
  space.fc_dropout = {0.75, 0.125};
  space.learning_rate = {1e-7, 0.1, Scale::log_uniform, 1e-3};
  space.momentum = {0.5, 0.9, Scale::uniform, 0, 0.25};
  space.max_memory = 1LL << 40;
  EXPECT_EQ(parse_config(config_toml_text(config), "campaign.toml"), config) << config_toml_text(config);
  const CampaignLock lock{.config = config, .arithmetic_version = 1, .mayfly_version = "0.1.0"};
  EXPECT_EQ(parse_lock(lock_text(lock), "lock"), lock);
}

}  // namespace
}  // namespace mayfly
