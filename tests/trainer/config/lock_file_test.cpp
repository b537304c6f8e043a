#include "trainer/config/lock_file.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "tests/trainer/config/refusal.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

CampaignLock lock_of(const std::string& preset) {
  return {.config = preset_config(preset), .arithmetic_version = 1, .mayfly_version = "0.1.0 (abc)"};
}

/// A folder that is gone with the test.
class Lock : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::path(testing::TempDir()) / ("mayfly_lock_" + name);
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file_text() const { return read_whole_file(folder_ / "campaign.lock.toml"); }
  std::string refusal_of(const CampaignLock& now) const {
    return testing_config::refusal([&] { lock_campaign(folder_, now); });
  }

  std::filesystem::path folder_;
};

TEST_F(Lock, ReadsBackAsItWasWritten) {
  for (const std::string& preset : preset_names()) {
    EXPECT_EQ(parse_lock(lock_text(lock_of(preset)), "lock"), lock_of(preset));
  }
  EXPECT_FALSE(read_lock(folder_).has_value());
  EXPECT_EQ(lock_campaign(folder_, lock_of("laptop")), lock_of("laptop"));
  EXPECT_EQ(read_lock(folder_), lock_of("laptop"));
}

TEST_F(Lock, HashFollowsEveryKey) {
  const CampaignConfig config;
  CampaignConfig other = config;
  other.search_space.weight_decay.high = 0.2;
  EXPECT_EQ(config_hash(config), config_hash(CampaignConfig{}));
  EXPECT_NE(config_hash(config), config_hash(other));
  EXPECT_EQ(config_hash(config).size(), 16U);
}

TEST_F(Lock, EditsByHandAreFound) {
  std::string text = lock_text(lock_of("published"));
  text.replace(text.find("networks = 100"), 14, "networks = 200");
  EXPECT_THAT(testing_config::refusal([&] { parse_lock(text, "lock"); }), HasSubstr("changed by hand"));
  text = lock_text(lock_of("published"));
  text.erase(text.find("padding = "), 17);
  EXPECT_THAT(testing_config::refusal([&] { parse_lock(text, "lock"); }),
              HasSubstr("lock: expected key search_space.padding"));
  EXPECT_THAT(testing_config::refusal([&] { parse_lock("[campaign]\n", "lock"); }),
              HasSubstr("expected key lock.arithmetic_version"));
  EXPECT_THAT(testing_config::refusal([&] { parse_lock("[lock\n", "lock"); }), HasSubstr("lock:1:"));
}

TEST_F(Lock, SameConfigurationLeavesTheFileAlone) {
  lock_campaign(folder_, lock_of("laptop"));
  const std::string before = file_text();
  CampaignLock newer = lock_of("laptop");
  newer.mayfly_version = "0.2.0";
  EXPECT_EQ(lock_campaign(folder_, newer), lock_of("laptop"));
  EXPECT_EQ(file_text(), before);
}

TEST_F(Lock, NetworksMayGrowAndDeviceAndDataRootChange) {
  lock_campaign(folder_, lock_of("laptop"));
  CampaignLock now = lock_of("laptop");
  now.config.campaign.networks = 1000;
  now.config.campaign.data_root = "elsewhere";
  now.config.train.device = "cuda";
  EXPECT_EQ(lock_campaign(folder_, now), now);
  EXPECT_EQ(read_lock(folder_), now);
}

TEST_F(Lock, OtherChangesAreRefusedLineByLine) {
  lock_campaign(folder_, lock_of("laptop"));
  const std::string before = file_text();
  CampaignLock now = lock_of("laptop");
  now.config.campaign.networks = 1000;
  now.config.campaign.seed = 5;
  now.config.search_space.stride = {1, 2};
  EXPECT_THAT(refusal_of(now), AllOf(HasSubstr("campaign.seed: locked 0, now 5\n"),
                                     HasSubstr("search_space.stride: locked [1, \"kernel\"], now [1, 2]"),
                                     HasSubstr("campaign.networks: locked 100, now 1000 (allowed)\n"),
                                     Not(HasSubstr("padding"))));
  EXPECT_EQ(file_text(), before);
}

TEST_F(Lock, NetworksMayNotShrink) {
  lock_campaign(folder_, lock_of("laptop"));
  CampaignLock now = lock_of("laptop");
  now.config.campaign.networks = 99;
  EXPECT_THAT(refusal_of(now), EndsWith("campaign.networks: locked 100, now 99 (it may only grow)"));
}

TEST_F(Lock, AnotherArithmeticIsRefused) {
  lock_campaign(folder_, lock_of("laptop"));
  CampaignLock now = lock_of("laptop");
  now.arithmetic_version = 2;
  EXPECT_THAT(refusal_of(now), HasSubstr("version 1 of the arithmetic, this program computes version 2"));
}

TEST_F(Lock, FastArithmeticKeepsToItsNumerics) {
  CampaignLock fast = lock_of("laptop");
  fast.config.train.device = "cuda";
  fast.config.train.arithmetic = "fast";
  fast.numerics = "V100, cuDNN 9.10.2";
  lock_campaign(folder_, fast);
  EXPECT_EQ(read_lock(folder_), fast);
  EXPECT_EQ(lock_campaign(folder_, fast), fast);
  CampaignLock other = fast;
  other.numerics = "A100, cuDNN 9.10.2";
  try {
    lock_campaign(folder_, other);
    FAIL() << "no error";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'V100, cuDNN 9.10.2'"), HasSubstr("'A100, cuDNN 9.10.2'"),
                                    HasSubstr("go on where it began")));
  }
  EXPECT_EQ(read_lock(folder_), fast);
}

TEST_F(Lock, ExactArithmeticPinsNothing) {
  lock_campaign(folder_, lock_of("laptop"));
  EXPECT_THAT(file_text(), Not(HasSubstr("numerics")));
}

TEST_F(Lock, EveryKeyThatChangesIsListed) {
  const std::vector<ConfigChange> changes =
      config_changes(preset_config("published"), preset_config("laptop"));
  std::vector<std::string> keys;
  for (const ConfigChange& change : changes) keys.push_back(change.key);
  EXPECT_THAT(keys,
              testing::ElementsAre("train.val_loss", "search_space.out_channels", "search_space.linear_width",
                                   "search_space.batch_size", "search_space.max_macs_per_image"));
  EXPECT_TRUE(config_changes(preset_config("laptop"), preset_config("laptop")).empty());
}

}  // namespace
}  // namespace mayfly
