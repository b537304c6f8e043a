// Campaigns on the software device of tests/softgpu: the CPU's tables, whatever the device does meanwhile.
#include <gmock/gmock.h>

#include "nn/network.h"
#include "nn/normalize.h"
#include "tests/generator/plans.h"
#include "tests/softgpu/softgpu.h"
#include "tests/trainer/life_bits.h"
#include "tests/trainer/tiny_campaign.h"
#include "trainer/checkpoint.h"
#include "trainer/device_memory.h"

namespace mayfly {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SoftGpuTest : public tests::TinyCampaignTest {
 protected:
  void SetUp() override { before_ = softgpu::settings(); }
  void TearDown() override {
    softgpu::clear_failures();
    softgpu::configure(before_);
  }

  CampaignOptions on_gpus(int jobs) const {
    CampaignOptions how = options("gpu");
    how.devices = open_devices("cuda");
    how.jobs = jobs;
    return how;
  }

  /// Tables of a campaign as if no GPU had trained them.
  static std::map<std::string, std::string> plain_tables(const CampaignOptions& how) {
    std::map<std::string, std::string> texts = tables(how);
    for (auto& [file, text] : texts) {
      Table table = parse_table(text, file);
      EXPECT_TRUE(table.train_gpu) << file;
      table.train_gpu = false;
      text = table_text(table);
    }
    return texts;
  }

  softgpu::Settings before_;
};

TEST_F(SoftGpuTest, TheTablesAreTheCpus) {
  const CampaignOptions how = on_gpus(2);
  EXPECT_EQ(how.devices.size(), 2U);
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_THAT(recorder_.postponed, IsEmpty());
  EXPECT_EQ(plain_tables(how), undisturbed_tables());
}

TEST_F(SoftGpuTest, AFaultInAKernelCostsAnAttempt) {
  for (const unsigned after : {0U, 300U, 2000U}) {  // in the self-check, and in networks
    recorder_.postponed.clear();
    CampaignOptions how = on_gpus(2);
    how.folder = scratch_.path() / std::to_string(after);
    softgpu::fail_next(softgpu::Call::kernel, cudaErrorIllegalAddress, after);
    EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
    EXPECT_THAT(recorder_.postponed, Not(IsEmpty()));
    for (const auto& [index, reasons] : recorder_.postponed)
      EXPECT_THAT(reasons, Each(HasSubstr("was lost: ")));
    EXPECT_EQ(plain_tables(how), undisturbed_tables());
  }
}

TEST_F(SoftGpuTest, OneAllocationThatFailsCostsAnAttempt) {
  softgpu::fail_next(softgpu::Call::allocate, cudaErrorMemoryAllocation, 60);
  const CampaignOptions how = on_gpus(1);
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_EQ(recorder_.postponed.size(), 1U);
  EXPECT_EQ(plain_tables(how), undisturbed_tables());
}

/// A checkpoint written on one device is gone on with on the other, from many places of the life.
TEST_F(SoftGpuTest, ACheckpointGoesOnOnTheOtherDevice) {
  const Dataset dataset = tests::tiny_dataset();
  const LifespanOptions options{.epochs = 1.5};
  for (const NetworkSpec& spec : {tests::tiny_spec(), tests::hopeless_spec()}) {
    const auto undisturbed = make_backend("cpu", 1);
    Lifespan whole(*undisturbed, spec, dataset, options);
    while (!whole.finished()) whole.next({});
    for (const auto& [from, to] : {std::pair{"cpu", "cuda:0"}, {"cuda:0", "cpu"}, {"cuda:0", "cuda:0"}})
      for (int place = 0; place < 38; place += 5) {
        SCOPED_TRACE(testing::Message() << from << " to " << to << ", place " << place);
        const auto first_backend = make_backend(from, 1), second_backend = make_backend(to, 1);
        Lifespan first(*first_backend, spec, dataset, options);
        int asked = 0;
        while (!first.finished() && first.next([&] { return asked++ == place; })) {
        }
        Lifespan second(*second_backend, spec, dataset, options);
        second.restore(parse_checkpoint(checkpoint_bytes({{}, first.save()}), "checkpoint").state);
        while (!second.finished()) second.next({});
        EXPECT_EQ(tests::bits_of(second), tests::bits_of(whole));
        EXPECT_TRUE(second.train_gpu() || from == std::string("cpu") || place == 0);
      }
  }
}

/// Interrupted on the CPU, ended on the GPU, and the other way round.
TEST_F(SoftGpuTest, ACampaignChangesDevices) {
  for (const char* first : {"cpu", "cuda"}) {
    CampaignOptions how = options(first);
    how.devices = open_devices(first);
    recorder_.stop = false;
    recorder_.total_halves = 0;
    recorder_.stops_at_half = 2;
    EXPECT_EQ(run(how).exit_code(), ExitCode::interrupted);
    recorder_.stop = false;
    recorder_.stops_at_half = 0;
    how.devices = open_devices(first == std::string("cpu") ? "cuda" : "cpu");
    EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
    EXPECT_FALSE(recorder_.resumed_at.empty());
    auto texts = tables(how);
    for (auto& [file, text] : texts) {
      Table table = parse_table(text, file);
      table.train_gpu = false;
      text = table_text(table);
    }
    EXPECT_EQ(texts, undisturbed_tables());
  }
}

TEST_F(SoftGpuTest, ADeviceThatIsTooSmallFailsItsNetworks) {
  softgpu::Settings small = before_;
  small.devices = 1;
  small.memory = std::size_t{1} << 30;
  softgpu::configure(small);
  std::vector<CampaignNetwork> networks = tests::tiny_campaign(2);
  networks[0].device_memory = std::uint64_t{2} << 30;
  DatasetStore store = tests::tiny_store();
  const CampaignResult result = run_campaign(networks, store, on_gpus(1), recorder_);
  EXPECT_EQ(result.finished, 1U);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_THAT(recorder_.reasons[0], HasSubstr("needs about 2.0 GiB"));
}

/// Networks of the published search space, on both shapes of images.
std::vector<std::pair<NetworkSpec, ImageShape>> published_networks(std::uint32_t of_each) {
  std::vector<std::pair<NetworkSpec, ImageShape>> networks;
  for (const DatasetFacts& dataset : {testing_plans::cifar100(), testing_plans::fashion_mnist()}) {
    const SamplingPlan plan = testing_plans::plan_of("published", dataset);
    for (std::uint32_t i = 0; i < of_each; ++i)
      networks.emplace_back(sample_network(plan, i).spec, dataset.image);
  }
  return networks;
}

/// What decides how many networks share a GPU.
TEST(DeviceMemory, IsEstimatedHighEnough) {
  constexpr std::uint64_t kMost = std::uint64_t{300} << 20;  // of the exact ones: larger ones take long here
  int compared = 0;
  for (const Arithmetic arithmetic : {Arithmetic::exact, Arithmetic::fast}) {
    const auto device = open_device("cuda:0", arithmetic);
    for (const auto& [spec, image] : published_networks(12)) {
      const NetworkShapes shapes = network_shapes(spec, image);
      if (estimate_device_memory(shapes, spec.sgd, 0, Arithmetic::exact) > kMost) continue;
      const std::size_t before = device->free_memory();
      const auto backend = device->make_backend(1);
      const Network network(*backend, spec, image, pixel_table(Normalize::half, {}, image), {});
      const std::size_t taken = before - device->free_memory();
      EXPECT_LE(taken, estimate_device_memory(shapes, spec.sgd, 0, arithmetic)) << compared;
      ++compared;
    }
  }
  EXPECT_GE(compared, 20);
}

}  // namespace
}  // namespace mayfly
