#include "cli/slurm_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/device_list.h"
#include "trainer/campaign.h"

namespace mayfly::cli {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr seconds kDay = hours(24);
constexpr int kMostWorkers = 100;
constexpr int kCores = 8, kCoresPerGpu = 4;

/// Share of a job's time that is not lost to loading data, to checkpoints and to waiting for its end.
constexpr double kUseful = 0.8;

bool is_gpu(const NetworkStatus& network) {
  return !network.device.starts_with("cpu");
}

EstimateCheck check_on(bool gpu, const std::vector<NetworkStatus>& networks) {
  std::vector<NetworkStatus> measured;
  std::copy_if(networks.begin(), networks.end(), std::back_inserter(measured),
               [&](const NetworkStatus& n) { return !n.device.empty() && is_gpu(n) == gpu; });
  return check_estimates(measured);
}

std::vector<NetworkLeft> networks_left(const Campaign& campaign, const CampaignStatus& status, double ratio) {
  std::vector<NetworkLeft> left;
  for (const NetworkStatus& network : status.networks) {
    if (network.standing == Standing::complete) continue;
    const double done = std::min(1.0, network.epoch / campaign.lifespan.epochs);
    left.push_back({.index = network.index,
                    .id = network.id,
                    .seconds = network.estimated_seconds * ratio * (1 - done),
                    .memory_bytes = plan_network(campaign, network.index).cost.memory_bytes});
  }
  std::stable_sort(left.begin(), left.end(),
                   [](const NetworkLeft& a, const NetworkLeft& b) { return a.seconds > b.seconds; });
  return left;
}

/// Pixels and labels of all data sets.
std::int64_t dataset_bytes(const Campaign& campaign) {
  std::uint64_t bytes = 0;
  for (const DatasetFacts& facts : campaign.sampling.datasets) {
    const ImageShape& image = facts.image;
    const auto pixels = static_cast<std::uint64_t>(image.channels * image.height * image.width);
    bytes += (facts.train_images + facts.validation_images) * (pixels + 1);
  }
  return static_cast<std::int64_t>(bytes);
}

/// The program, what CUDA and its libraries take for each GPU (a guess), the data sets twice (while they are
/// read) and the largest networks that may meet. On a GPU networks lie there; the host holds a few copies for
/// checkpoints.
std::int64_t memory_for(const Campaign& campaign, const SlurmPlan& plan) {
  constexpr std::int64_t kProgram = std::int64_t{1} << 30, kPerGpu = std::int64_t{1} << 30;
  std::vector<std::int64_t> sizes;
  for (const NetworkLeft& network : plan.left) sizes.push_back(network.memory_bytes);
  std::sort(sizes.rbegin(), sizes.rend());
  sizes.resize(std::min(sizes.size(), static_cast<std::size_t>(plan.slots)));
  return kProgram + plan.gpus_per_node * kPerGpu + 2 * dataset_bytes(campaign) +
         std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
}

double divided_up(double value, double by) {
  return std::ceil(value / by);
}

int workers_for(const SlurmPlan& plan, seconds time) {
  const double useful = kUseful * static_cast<double>(time.count()) * plan.slots;
  const double enough = divided_up(plan.seconds(), useful);
  const double busy = divided_up(static_cast<double>(plan.left.size()), plan.slots);
  return static_cast<int>(std::clamp(std::min(enough, busy), 1.0, double{kMostWorkers}));
}

/// Whole hours, at most a day.
seconds time_for(const SlurmPlan& plan) {
  const double whole_hours = divided_up(plan.wall_seconds() / kUseful, 3600);
  return hours(static_cast<int>(std::clamp(whole_hours, 1.0, 24.0)));
}

/// As many as the campaign names; of "all that are visible" one.
int gpus_of(const Campaign& campaign) {
  const DeviceList devices = parse_device_list(campaign.config.train.device).value();
  return devices.cuda ? std::max(1, static_cast<int>(devices.gpus.size())) : 0;
}

int slots_for(const SlurmPlan& plan, const SlurmSizes& sizes) {
  if (plan.gpus_per_node > 0) return plan.gpus_per_node * sizes.jobs.value_or(kJobsPerGpu);
  return sizes.jobs.value_or(plan.cpus_per_task);
}

}  // namespace

double SlurmPlan::seconds() const {
  return std::accumulate(left.begin(), left.end(), 0.0,
                         [](double sum, const NetworkLeft& network) { return sum + network.seconds; });
}

double SlurmPlan::wall_seconds() const {
  if (left.empty()) return 0;
  return std::max(left.front().seconds, seconds() / (double{1} * workers * slots));
}

SlurmPlan plan_slurm(const Campaign& campaign, const SlurmSizes& sizes) {
  const CampaignStatus status = campaign_status(campaign);
  SlurmPlan plan{.gpus_per_node = sizes.gpus_per_node.value_or(gpus_of(campaign))};
  plan.check = check_on(plan.gpus_per_node > 0, status.networks);
  const bool guessed = plan.gpus_per_node > 0 && plan.check.networks == 0;
  plan.ratio = guessed ? kGpuGuess : plan.check.ratio();
  plan.left = networks_left(campaign, status, plan.ratio);
  plan.cpus_per_task =
      sizes.cpus_per_task.value_or(plan.gpus_per_node > 0 ? kCoresPerGpu * plan.gpus_per_node : kCores);
  plan.slots = slots_for(plan, sizes);
  plan.workers = sizes.workers.value_or(workers_for(plan, sizes.time.value_or(kDay)));
  plan.time = sizes.time.value_or(time_for(plan));
  plan.memory_bytes = memory_for(campaign, plan);
  return plan;
}

}  // namespace mayfly::cli
