#include "generator/sample.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "tests/generator/plans.h"

namespace mayfly {
namespace {

using testing::HasSubstr;
using testing_plans::cifar100;
using testing_plans::fashion_mnist;
using testing_plans::plan_of;

/// Everything that was drawn, reals to the last bit.
std::string spec_text(const NetworkSpec& spec) {
  std::string text =
      fmt::format("{} {} {} {} {:a} {:a} {:a} {:a} {:a} {:a} {}", spec.id, spec.random_seed, spec.dataset,
                  spec.batch_size, spec.sgd.learning_rate, spec.sgd.momentum, spec.sgd.dampening,
                  spec.sgd.weight_decay, spec.dropout_rate, spec.fc_dropout_rate, spec.classes);
  for (const ConvBlockSpec& block : spec.conv_blocks) {
    text += fmt::format(" c{},{},{},{},{}", block.layer_type(), block.out_channels, block.kernel_size,
                        block.stride, block.padding);
    if (block.pool)
      text += fmt::format("p{},{},{}", block.pool->kernel_size, block.pool->stride, block.pool->padding);
  }
  for (const HiddenLinearSpec& hidden : spec.hidden_linears) {
    text += fmt::format(" l{},{}", hidden.out_features, hidden.dropout);
  }
  return text + "\n";
}

std::string hash_of_first(const SamplingPlan& plan, std::uint32_t count) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (std::uint32_t i = 0; i < count; ++i) {
    for (const char c : spec_text(sample_network(plan, i).spec)) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    }
  }
  return fmt::format("{:016x}", hash);
}

// A change here changes what every campaign draws: it must be meant, and said in the notes of the release.
TEST(Sample, KnownAnswers) {
  EXPECT_EQ(hash_of_first(plan_of("published", cifar100()), 200), "9fb72b5654942732");
  EXPECT_EQ(hash_of_first(plan_of("published", fashion_mnist()), 200), "cc0a48add6471116");
  EXPECT_EQ(hash_of_first(plan_of("laptop", fashion_mnist()), 200), "f3f02e4d7267fd5b");
}

TEST(Sample, KnownNetwork) {
  EXPECT_EQ(spec_text(sample_network(plan_of("published", cifar100()), 7).spec),
            "1970_01_01_00_00_00_000007 2836565856 CIFAR100 240 0x1.f84b1d3000bf4p-4 0x1.2bfda4763fc34p-10 "
            "0x1.49a821b573024p-11 0x1.de60e147708bep-7 0x1.514ae8p-2 0x0p+0 100 c2,19,26,8,4p2,1,1 "
            "c1,6,2,1,0 c5,6,2,1,2 l358,false l137,false l283,false\n");
}

TEST(Sample, NoOrderAndNoSubsetMatters) {
  const SamplingPlan plan = plan_of("laptop", fashion_mnist());
  std::vector<NetworkSpec> forward;
  for (std::uint32_t i = 0; i < 100; ++i) forward.push_back(sample_network(plan, i).spec);
  for (std::uint32_t i = 100; i-- > 0;) EXPECT_EQ(sample_network(plan, i).spec, forward[i]) << i;
  for (const std::uint32_t i : {93U, 5U, 93U, 41U}) EXPECT_EQ(sample_network(plan, i).spec, forward[i]) << i;
}

TEST(Sample, SeedAndIdFollowFromTheCampaign) {
  SamplingPlan plan = plan_of("published", fashion_mnist());
  plan.base_time = parse_base_time("2024-05-01T12:00:00Z");
  const SampledNetwork network = sample_network(plan, 12);
  EXPECT_EQ(network.index, 12U);
  EXPECT_EQ(network.spec.id, "2024_05_01_12_00_00_000012");
  EXPECT_EQ(network.spec.random_seed, network_seed(2022, 12));
  EXPECT_EQ(network.spec.dataset, "FashionMNIST");
  EXPECT_EQ(network.spec.classes, 10);
}

TEST(Sample, AnotherCampaignSeedGivesOtherNetworks) {
  const SamplingPlan plan = plan_of("published", fashion_mnist());
  SamplingPlan other = plan;
  other.campaign_seed ^= std::uint64_t{1} << 40;
  for (std::uint32_t i = 0; i < 20; ++i) {
    EXPECT_NE(sample_network(plan, i).spec.conv_blocks, sample_network(other, i).spec.conv_blocks) << i;
  }
}

// Draws are made also where nothing depends on them, so one switch leaves all else as it was.
TEST(Sample, SwitchesDoNotShiftOtherDraws) {
  const SamplingPlan plan = plan_of("published", cifar100());
  SamplingPlan off = plan;
  off.space.momentum.probability = 0;
  off.space.fc_dropout.probability = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    NetworkSpec expected = sample_network(plan, i).spec;
    expected.sgd.momentum = 0;
    expected.fc_dropout_rate = 0;
    for (HiddenLinearSpec& hidden : expected.hidden_linears) hidden.dropout = false;
    EXPECT_EQ(sample_network(off, i).spec, expected) << i;
  }
}

TEST(Sample, DrawsTheDataSetOnceWhateverIsRejected) {
  SamplingPlan plan = plan_of("published", cifar100());
  plan.datasets.push_back(fashion_mnist());
  SamplingPlan capped = plan;
  capped.space.max_macs_per_image = 200'000;
  std::map<std::string, int> counts;
  std::uint64_t rejected = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const SampledNetwork network = sample_network(capped, i);
    EXPECT_EQ(network.spec.dataset, sample_network(plan, i).spec.dataset) << i;
    EXPECT_EQ(network.spec.dataset, plan.datasets[network.dataset].name);
    EXPECT_EQ(network.spec.classes, plan.datasets[network.dataset].classes);
    ++counts[network.spec.dataset];
    rejected += network.rejections[Rejection::macs];
  }
  EXPECT_GT(rejected, 500U);
  EXPECT_NEAR(counts["CIFAR100"], 500, 60);  // almost four standard deviations
  EXPECT_NEAR(counts["FashionMNIST"], 500, 60);
}

TEST(Sample, CountsRejectionsByReason) {
  SamplingPlan plan = plan_of("published", fashion_mnist());
  plan.datasets[0].train_images = 150;
  plan.datasets[0].validation_images = 60;
  plan.space.kernel_size = {3, 7};  // maps of 1 and 2 cannot hold it
  plan.space.max_memory = 20'000'000;
  RejectionCounts counts;
  for (std::uint32_t i = 0; i < 300; ++i) {
    const SampledNetwork network = sample_network(plan, i);
    counts += network.rejections;
    EXPECT_LE(network.spec.batch_size, 60);
  }
  EXPECT_GT(counts[Rejection::limit], 0U);
  EXPECT_GT(counts[Rejection::memory], 0U);
  EXPECT_GT(counts[Rejection::train_batches], 0U);
  EXPECT_GT(counts[Rejection::val_batches], 0U);
  EXPECT_EQ(counts[Rejection::macs], 0U);
  EXPECT_EQ(counts.total(),
            std::accumulate(counts.by_reason.begin(), counts.by_reason.end(), std::uint64_t{0}));
}

std::string refusal(const SamplingPlan& plan) {
  try {
    sample_network(plan, 3);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Sample, ImpossibleSpacesSayWhatToChange) {
  SamplingPlan plan = plan_of("published", fashion_mnist());
  plan.max_attempts = 50;
  plan.space.max_macs_per_image = 1;
  EXPECT_THAT(refusal(plan), HasSubstr("all 50 draws of network 3 on FashionMNIST were rejected"));
  EXPECT_THAT(refusal(plan), HasSubstr("more than max_macs_per_image: 50 (raise max_macs_per_image"));

  plan = plan_of("published", fashion_mnist());
  plan.max_attempts = 50;
  plan.datasets[0].train_images = 20;
  EXPECT_THAT(refusal(plan), HasSubstr("fewer than two training batches: 50 (smaller batch_size"));

  plan = plan_of("published", cifar100());
  plan.max_attempts = 50;
  plan.space.increasing = 1;
  plan.space.out_channels = {1, 2};  // the image has three
  EXPECT_THAT(refusal(plan), HasSubstr("a range begins above its limit: 50"));
}

TEST(Sample, RefusesPlansWithoutDataSetsOrWithWrongSpaces) {
  SamplingPlan plan = plan_of("published", fashion_mnist());
  plan.datasets.clear();
  EXPECT_THAT(refusal(plan), HasSubstr("at least one data set"));
  plan = plan_of("published", fashion_mnist());
  plan.space.padding = {5, 0};
  EXPECT_THAT(refusal(plan), HasSubstr("search_space.padding"));
}

}  // namespace
}  // namespace mayfly
