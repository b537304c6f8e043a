// Whole training steps on one core (--threads N: on so many), or on a GPU (--device cuda, --arithmetic fast):
// the named networks and 60 of the published search space (--networks N). Counters: images/s, useful FLOP/s,
// percent of the peak (of all cores used), and on one core or a GPU the roofline bound in percent of the step
// (step_profile.cpp) and the shares of the step in percent.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/drawn_networks.h"
#include "bench/measured_step.h"

namespace mayfly::bench {
namespace {

double share_of(const MeasuredStep& step, const std::vector<std::string>& operations) {
  double seconds = 0;
  for (const OperationCost& cost : step.costs())
    if (std::find(operations.begin(), operations.end(), cost.operation) != operations.end())
      seconds += cost.seconds;
  return 100 * seconds / step.seconds();
}

void count_shares(benchmark::State& state, const MeasuredStep& step) {
  state.counters["bound_%"] = 100 * step.bound() / step.seconds();
  state.counters["forward_%"] = share_of(step, {"forward"});
  state.counters["data_gradient_%"] = share_of(step, {"data gradient"});
  state.counters["weight_gradient_%"] = share_of(step, {"weight gradient"});
  state.counters["pooling_%"] = share_of(step, {"pooling forward", "pooling backward"});
  state.counters["SGD_%"] = share_of(step, {"SGD"});
}

void training_step(benchmark::State& state, const NamedNetwork& named, const Subject& subject, int threads) {
  if (threads == 1) count_shares(state, MeasuredStep(named, subject));
  const auto backend = subject.device->make_backend(threads);
  const RandomImages images = images_for(named, 1);
  RepeatedStep step(named, images, *backend);
  time_calls(state, *backend, [&] { step.run(); });
  count_useful(state, step.flops(), threads * subject.peak.flops);
  state.counters["images/s"] = rate(named.spec.batch_size);
}

void add(const Subject& subject, int& argc, char** argv) {
  const int drawn = take_count(argc, argv, "networks", 60);
  const int threads = take_count(argc, argv, "threads", 1);
  std::vector<NamedNetwork> networks = named_networks();
  for (int i = 0; i < drawn; ++i) networks.push_back(drawn_network(static_cast<std::uint32_t>(i)));
  for (const NamedNetwork& network : networks) {
    auto* registered = register_benchmark(network.name, subject, [=](benchmark::State& state) {
      training_step(state, network, subject, threads);
    });
    if (threads > 1 && subject.is_cpu()) registered->UseRealTime();
  }
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly::bench;
  return run_benchmarks(argc, argv, "[--networks N] [--threads N]", add);
}
