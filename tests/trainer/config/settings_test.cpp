// --set section.key=value
#include <gmock/gmock.h>

#include "tests/trainer/config/refusal.h"
#include "trainer/config/campaign_config.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

CampaignConfig with(const std::vector<std::string>& settings) {
  CampaignConfig config;
  apply_settings(config, settings);
  return config;
}

std::string refusal_of(const std::string& setting) {
  return testing_config::refusal([&] { with({setting}); });
}

TEST(Settings, TakeValuesAsTomlOrBareWords) {
  EXPECT_EQ(with({"campaign.seed=7"}).campaign.seed, 7U);
  EXPECT_EQ(with({"seed=7"}).campaign.seed, 7U);
  EXPECT_EQ(with({"dataset=CIFAR100"}).campaign.dataset, std::vector<std::string>{"CIFAR100"});
  EXPECT_EQ(with({"dataset=[\"CIFAR100\", \"SVHN\"]"}).campaign.dataset.size(), 2U);
  EXPECT_EQ(with({"campaign.data_root=/some/where"}).campaign.data_root, "/some/where");
  EXPECT_EQ(with({"campaign.data_root=\"a=b\""}).campaign.data_root, "a=b");
  EXPECT_EQ(with({"train.device=cuda:0,2"}).train.device, "cuda:0,2");
  EXPECT_EQ(with({"search_space.kernel_size=[1, 5]"}).search_space.kernel_size, (LimitedRange{1, 5}));
  EXPECT_EQ(with({"momentum={ uniform = [0.5, 0.9] }"}).search_space.momentum, (RealRange{0.5, 0.9}));
  EXPECT_EQ(base_time_text(with({"base_time=2024-05-01T12:00:00Z"}).campaign.base_time),
            "2024-05-01T12:00:00Z");
}

TEST(Settings, TheLastOneOfAKeyHoldsAndAllAreCheckedTogether) {
  EXPECT_EQ(with({"epochs=1", "epochs=2"}).train.epochs, 2);
  EXPECT_EQ(with({"arithmetic=fast", "device=cuda"}).train.arithmetic, "fast");
  EXPECT_THAT(refusal_of("arithmetic=fast"), HasSubstr("CUDA only"));
}

TEST(Settings, ComeAfterTheFile) {
  EXPECT_EQ(parse_config("[train]\nepochs = 3\n", "f", {"epochs=4"}).train.epochs, 4);
  // A setting may mend what the file alone could not say.
  EXPECT_EQ(parse_config("[train]\narithmetic = \"fast\"\n", "f", {"device=cuda"}).train.device, "cuda");
}

TEST(Settings, AreRefusedWithWhatIsWrong) {
  EXPECT_THAT(refusal_of("seed"), HasSubstr("--set seed: expected section.key=value"));
  EXPECT_THAT(refusal_of("=3"), HasSubstr("expected section.key=value"));
  EXPECT_THAT(refusal_of("sed=3"), AllOf(HasSubstr("'sed'"), HasSubstr("did you mean 'seed'?")));
  EXPECT_THAT(refusal_of("train.epoch=3"), HasSubstr("did you mean 'train.epochs'?"));
  EXPECT_THAT(refusal_of("campaign.epochs=3"), HasSubstr("unknown key 'campaign.epochs'"));
  EXPECT_THAT(refusal_of("epochs=many"),
              AllOf(HasSubstr("--set train.epochs: expected a number"), HasSubstr("many")));
  EXPECT_THAT(refusal_of("padding=[1, 2"), HasSubstr("expected a value as in campaign.toml"));
  EXPECT_THAT(refusal_of("padding="), HasSubstr("expected a value as in campaign.toml"));
  EXPECT_THAT(refusal_of("epochs=1\nseed=2"), HasSubstr("expected a value as in campaign.toml"));
  EXPECT_THAT(refusal_of("epochs=0.3"), HasSubstr("multiple of 0.5"));
}

}  // namespace
}  // namespace mayfly
