#include "trainer/config/campaign_config.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/trainer/config/refusal.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

CampaignConfig parse(const std::string& text) {
  return parse_config(text, "campaign.toml");
}

std::string refusal_of(const std::string& text) {
  return testing_config::refusal([&] { parse(text); });
}

std::string space_refusal(const std::string& line) {
  return refusal_of("[search_space]\n" + line + "\n");
}

SearchSpace space_of(const std::string& line) {
  return parse("[search_space]\n" + line + "\n").search_space;
}

TEST(CampaignConfig, PresetsReadBackFromTheirText) {
  for (const std::string& preset : preset_names()) {
    CampaignConfig config = preset_config(preset);
    config.campaign = {.name = "a \"quoted\" \\ name\nof two lines",
                       .seed = INT64_MAX,
                       .networks = 6000,
                       .dataset = {"CIFAR100", "FashionMNIST"},
                       .base_time = parse_base_time("2024-05-01T12:30:59.000123Z"),
                       .data_root = "/data/with 'quotes'"};
    EXPECT_EQ(parse(config_toml_text(config)), config) << config_toml_text(config);
  }
}

TEST(CampaignConfig, PresetsDifferInSpaceAndValLoss) {
  EXPECT_EQ(preset_config("published").train.val_loss, "published");
  EXPECT_EQ(preset_config("published").search_space, SearchSpace{});
  EXPECT_EQ(preset_config("laptop").train.val_loss, "mean");
  EXPECT_GT(preset_config("laptop").search_space.max_macs_per_image, 0);
  EXPECT_THAT(testing_config::refusal([] { preset_config("publishd"); }),
              HasSubstr("did you mean 'published'?"));
}

TEST(CampaignConfig, MissingKeysKeepTheirDefaults) {
  EXPECT_EQ(parse(""), CampaignConfig{});
  CampaignConfig expected;
  expected.train.epochs = 2.5;
  EXPECT_EQ(parse("[train]\nepochs = 2.5\n"), expected);
}

TEST(CampaignConfig, ReadsEveryFormOfRange) {
  EXPECT_EQ(space_of("conv_layers = [1, 4]").conv_layers, (IntRange{1, 4}));
  EXPECT_EQ(space_of("conv_layers = 2").conv_layers, (IntRange{2, 2}));
  EXPECT_EQ(space_of("kernel_size = [2, \"height\"]").kernel_size, (LimitedRange{2, {}}));
  EXPECT_EQ(space_of("kernel_size = [1, 5]").kernel_size, (LimitedRange{1, 5}));
  EXPECT_EQ(space_of("stride = 1").stride, (LimitedRange{1, 1}));
  EXPECT_EQ(space_of("pool_padding = [0, \"kernel/2\"]").pool_padding, (LimitedRange{0, {}}));
  EXPECT_EQ(space_of("block_type = [1, 3]").block_type, (std::vector{1, 3}));
  EXPECT_EQ(space_of("block_type = 3").block_type, std::vector{3});
  EXPECT_EQ(space_of("learning_rate = 0.05").learning_rate, (RealRange{0.05, 0.05}));
  EXPECT_EQ(space_of("learning_rate = [1, 2]").learning_rate, (RealRange{1, 2}));
  EXPECT_EQ(space_of("momentum = { uniform = [0.8, 0.99], probability = 0.25 }").momentum,
            (RealRange{0.8, 0.99, Scale::uniform, 0, 0.25}));
  EXPECT_EQ(space_of("learning_rate = { log_uniform = [1e-3, 1], offset = 0.5 }").learning_rate,
            (RealRange{1e-3, 1, Scale::log_uniform, 0.5}));
  EXPECT_EQ(space_of("increasing = true").increasing, 1);
  EXPECT_EQ(space_of("fc_dropout = 0.25").fc_dropout, (FcDropout{0.25, 0.5}));
  EXPECT_EQ(space_of("fc_dropout = { each_layer = 1 }").fc_dropout, (FcDropout{0.5, 1}));
  EXPECT_EQ(space_of("max_macs_per_image = 2.5e6").max_macs_per_image, 2'500'000);
}

TEST(CampaignConfig, ReadsTimesWithTheirOffset) {
  const auto time_of = [](const std::string& value) {
    return base_time_text(parse("[campaign]\nbase_time = " + value + "\n").campaign.base_time);
  };
  EXPECT_EQ(time_of("2024-05-01T12:00:00Z"), "2024-05-01T12:00:00Z");
  EXPECT_EQ(time_of("2024-05-01T12:00:00+02:00"), "2024-05-01T10:00:00Z");
  EXPECT_EQ(time_of("2024-05-01T12:00:00.5"), "2024-05-01T12:00:00.500000Z");
  EXPECT_EQ(time_of("\"2024-05-01T12:00:00Z\""), "2024-05-01T12:00:00Z");
}

TEST(CampaignConfig, MalformedTomlNamesThePlace) {
  EXPECT_THAT(refusal_of("[campaign]\nname = \n"), HasSubstr("campaign.toml:2:"));
  EXPECT_THAT(refusal_of("[campaign\n"), HasSubstr("campaign.toml:1:"));
  EXPECT_THAT(refusal_of("[train]\nepochs = 1\nepochs = 2\n"), HasSubstr("campaign.toml:3:"));
  EXPECT_THAT(refusal_of("[train]\nnormalize = half\n"), HasSubstr("campaign.toml:2:"));
  EXPECT_THAT(refusal_of(std::string("[train]\n\0 = 1", 13)), HasSubstr("campaign.toml:2:"));
}

TEST(CampaignConfig, UnknownKeysNameTheNearest) {
  EXPECT_THAT(refusal_of("[campaign]\nseeed = 1\n"),
              AllOf(HasSubstr("campaign.toml:2:1"), HasSubstr("'seeed'"), HasSubstr("did you mean 'seed'?")));
  EXPECT_THAT(space_refusal("kernelsize = 3"), HasSubstr("did you mean 'kernel_size'?"));
  EXPECT_THAT(space_refusal("epochs = 3"), HasSubstr("it belongs in section [train]"));
  EXPECT_THAT(refusal_of("networks = 3\n"), HasSubstr("it belongs in section [campaign]"));
  EXPECT_THAT(refusal_of("[serch_space]\n"), HasSubstr("did you mean 'search_space'?"));
  EXPECT_THAT(refusal_of("[train.epochs]\nx = 1\n"), HasSubstr("train.epochs: expected a number"));
  EXPECT_THAT(refusal_of("train = 3\n"), HasSubstr("'train'"));
}

TEST(CampaignConfig, WrongTypesNamePlaceExpectedAndFound) {
  EXPECT_THAT(refusal_of("[campaign]\n\n  seed = \"x\"\n"),
              AllOf(HasSubstr("campaign.toml:3:3: campaign.seed: expected a whole number"),
                    HasSubstr("found"), HasSubstr("x")));
  EXPECT_THAT(refusal_of("[campaign]\nseed = -1\n"), HasSubstr("found -1"));
  EXPECT_THAT(refusal_of("[campaign]\nnetworks = 4294967296\n"), HasSubstr("from 0 to 4294967295"));
  EXPECT_THAT(refusal_of("[campaign]\nname = 3\n"), HasSubstr("expected a string"));
  EXPECT_THAT(refusal_of("[campaign]\ndataset = [\"CIFAR100\", 3]\n"), HasSubstr("expected a string"));
  EXPECT_THAT(refusal_of("[campaign]\nbase_time = 2024-05-01\n"), HasSubstr("expected a time"));
  EXPECT_THAT(refusal_of("[train]\ndrop_last = 1\n"), HasSubstr("expected true or false"));
  EXPECT_THAT(refusal_of("[train]\nepochs = nan\n"), HasSubstr("expected a number"));
}

TEST(CampaignConfig, WrongRangesNameWhatIsExpected) {
  EXPECT_THAT(space_refusal("padding = [1, 2, 3]"), HasSubstr("a range [low, high]"));
  EXPECT_THAT(space_refusal("padding = [1.5, 2]"), HasSubstr("whole number"));
  EXPECT_THAT(space_refusal("kernel_size = [1, \"width\"]"), HasSubstr("[low, \"height\"]"));
  EXPECT_THAT(space_refusal("momentum = { log_uniform = [1e-5, 1], offst = 1 }"),
              AllOf(HasSubstr("'offst'"), HasSubstr("did you mean 'offset'?")));
  EXPECT_THAT(space_refusal("momentum = { offset = 1 }"), HasSubstr("either uniform"));
  EXPECT_THAT(space_refusal("momentum = { uniform = [0, 1], log_uniform = [1e-5, 1] }"),
              HasSubstr("either uniform"));
  EXPECT_THAT(space_refusal("momentum = { uniform = 3 }"), HasSubstr("[low, high]"));
  EXPECT_THAT(space_refusal("increasing = 2"), HasSubstr("a probability"));
  EXPECT_THAT(space_refusal("fc_dropout = { probability = -1 }"), HasSubstr("a probability"));
  EXPECT_THAT(space_refusal("padding = [5, 1]"),
              AllOf(HasSubstr("campaign.toml: search_space.padding: expected"), HasSubstr("found 5..1")));
  EXPECT_THAT(space_refusal("out_channels = [1, 1000000000]"), HasSubstr("within 1..65536"));
}

TEST(CampaignConfig, ValuesThatCannotBeFollowedAreRefused) {
  EXPECT_THAT(refusal_of("[train]\nepochs = 0.75\n"), HasSubstr("multiple of 0.5"));
  EXPECT_THAT(refusal_of("[train]\nepochs = 0\n"), HasSubstr("multiple of 0.5"));
  EXPECT_THAT(refusal_of("[train]\nvalidate_every = 1\n"), HasSubstr("expected 0.5"));
  EXPECT_THAT(refusal_of("[train]\ndrop_last = false\n"), HasSubstr("train.drop_last: expected true"));
  EXPECT_THAT(refusal_of("[train]\nnormalize = \"haf\"\n"), HasSubstr("did you mean 'half'?"));
  EXPECT_THAT(refusal_of("[train]\nval_loss = \"sum\"\n"), HasSubstr("mean or published"));
  EXPECT_THAT(refusal_of("[train]\nconv_dropout = \"none\"\n"), HasSubstr("channel or element"));
  EXPECT_THAT(refusal_of("[train]\narithmetic = \"fast\"\n"), HasSubstr("CUDA only"));
  EXPECT_EQ(refusal_of("[train]\narithmetic = \"fast\"\ndevice = \"cuda:0,2\"\n"), "");
  EXPECT_THAT(refusal_of("[train]\ndevice = \"gpu\"\n"), HasSubstr("train.device: expected cpu, cuda"));
  EXPECT_THAT(refusal_of("[train]\ndevice = \"cuda:1,1\"\n"), HasSubstr("each once"));
  EXPECT_THAT(refusal_of("[campaign]\nnetworks = 0\n"), HasSubstr("at least 1"));
  EXPECT_THAT(refusal_of("[campaign]\ndataset = []\n"), HasSubstr("at least one data set"));
  EXPECT_THAT(refusal_of("[campaign]\ndataset = [\"SVHN\", \"SVHN\"]\n"), HasSubstr("each data set once"));
  EXPECT_THAT(refusal_of("[campaign]\nname = \"\"\n"), HasSubstr("a name"));
}

TEST(CampaignConfig, ReadsTheFileOfAFolder) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "mayfly_read_config";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  EXPECT_THROW(read_config(folder), DataError);
  std::ofstream(folder / "campaign.toml") << "[campaign]\nnetworks = 7\n";
  EXPECT_EQ(read_config(folder).campaign.networks, 7U);
  EXPECT_EQ(read_config(folder, {"networks=8"}).campaign.networks, 8U);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mayfly
