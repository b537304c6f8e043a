// The generator's cost model beside what training steps take on one core: the named networks and 60 drawn
// ones (--networks N). Then its constants as these networks would have them (generator/estimate.h,
// MachineRates): least squares of predicted / measured, none negative.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "bench/drawn_networks.h"
#include "bench/pairs.h"
#include "bench/repeated_step.h"
#include "bench/report.h"
#include "generator/estimate.h"

namespace mayfly::bench {
namespace {

constexpr double kSeconds = 0.3;  // a run of a network
constexpr int kRuns = 3;          // the fastest counts
constexpr double kFree = 1e300;   // a rate at which something costs nothing
constexpr double kVectorColumns[] = {4, 6, 8, 10, 12, 16};

/// Its seconds are linear in these, the inverse of a rate each.
constexpr std::size_t kConstants = 5;
using Constants = std::array<double, kConstants>;

constexpr std::array<const char*, kConstants> kNames = {"flops_per_second", "elements_per_second",
                                                        "comparisons_per_second", "parameters_per_second",
                                                        "batches_per_second"};

Constants constants_of(const MachineRates& rates) {
  return {1 / rates.flops_per_second, 1 / rates.elements_per_second, 1 / rates.comparisons_per_second,
          1 / rates.parameters_per_second, rates.seconds_per_batch};
}

MachineRates rates_of(const Constants& constants, double vector_columns) {
  const auto rate = [](double seconds) { return seconds > 0 ? 1 / seconds : kFree; };
  return {.flops_per_second = rate(constants[0]),
          .elements_per_second = rate(constants[1]),
          .comparisons_per_second = rate(constants[2]),
          .parameters_per_second = rate(constants[3]),
          .seconds_per_batch = constants[4],
          .vector_columns = vector_columns};
}

struct Measurement {
  NamedNetwork network;
  NetworkShapes shapes;
  double seconds;  ///< of a training step
};

double predicted(const Measurement& measurement, const MachineRates& rates) {
  const auto batch = static_cast<std::uint64_t>(measurement.network.spec.batch_size);
  return estimate_seconds(measurement.shapes, {.train = batch}, 1, rates);
}

double step_seconds(const NamedNetwork& network, const Subject& subject) {
  using Clock = std::chrono::steady_clock;
  const auto backend = subject.device->make_backend(1);
  const RandomImages images = images_for(network, 1);
  RepeatedStep step(network, images, *backend);
  step.run();
  double best = kFree;
  for (int run = 0; run < kRuns; ++run) {
    int steps = 0;
    const auto begin = Clock::now();
    std::chrono::duration<double> taken{};
    do {
      step.run();
      ++steps;
      taken = Clock::now() - begin;
    } while (taken.count() < kSeconds);
    best = std::min(best, taken.count() / steps);
  }
  return best;
}

/// What constant `k` is multiplied with, in each measurement, over the seconds that were measured.
std::vector<Constants> shares(const std::vector<Measurement>& measurements, double vector_columns) {
  std::vector<Constants> rows(measurements.size());
  for (std::size_t k = 0; k < kConstants; ++k) {
    Constants one{};
    one[k] = 1;
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i][k] = predicted(measurements[i], rates_of(one, vector_columns)) / measurements[i].seconds;
  }
  return rows;
}

double squares(const std::vector<Constants>& rows, const Constants& constants) {
  double sum = 0;
  for (const Constants& row : rows) {
    double ratio = 0;
    for (std::size_t k = 0; k < kConstants; ++k) ratio += row[k] * constants[k];
    sum += (ratio - 1) * (ratio - 1);
  }
  return sum;
}

/// One constant after the other at its best, as long as it takes.
Constants fitted(const std::vector<Constants>& rows, Constants constants) {
  for (int pass = 0; pass < 20000; ++pass) {
    const std::size_t k = static_cast<std::size_t>(pass) % kConstants;
    double product = 0, square = 0;
    for (const Constants& row : rows) {
      double others = 0;
      for (std::size_t j = 0; j < kConstants; ++j) others += j == k ? 0 : row[j] * constants[j];
      product += row[k] * (1 - others);
      square += row[k] * row[k];
    }
    constants[k] = std::max(0.0, product / square);
  }
  return constants;
}

void print(const std::vector<Measurement>& measurements, const char* title, const MachineRates& rates) {
  fmt::print("\n{}\n{:26} {:>12} {:>12} {:>20}\n", title, "network", "measured", "predicted",
             "predicted / measured");
  std::vector<double> ratios;
  for (const Measurement& measurement : measurements) {
    const double seconds = predicted(measurement, rates);
    ratios.push_back(seconds / measurement.seconds);
    fmt::print("{:26} {:9.3f} ms {:9.3f} ms {:20.2f}\n", measurement.network.name, measurement.seconds * 1e3,
               seconds * 1e3, ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("geomean {:.2f} min {:.2f} max {:.2f}; nine of ten between {:.2f} and {:.2f}\n",
             geometric_mean(ratios), ratios.front(), ratios.back(), ratios[ratios.size() / 20],
             ratios[ratios.size() - 1 - ratios.size() / 20]);
}

MachineRates fit(const std::vector<Measurement>& measurements) {
  MachineRates best;
  double least = kFree;
  for (const double vector_columns : kVectorColumns) {
    const std::vector<Constants> rows = shares(measurements, vector_columns);
    const Constants constants = fitted(rows, constants_of({}));
    if (squares(rows, constants) >= least) continue;
    least = squares(rows, constants);
    best = rates_of(constants, vector_columns);
  }
  return best;
}

void compare(const Subject& subject, int drawn) {
  std::vector<NamedNetwork> networks = named_networks();
  for (int i = 0; i < drawn; ++i) networks.push_back(drawn_network(static_cast<std::uint32_t>(i)));
  std::vector<Measurement> measurements;
  for (const NamedNetwork& network : networks)
    measurements.push_back(
        {network, network_shapes(network.spec, network.image), step_seconds(network, subject)});
  print(measurements, "The model as it is", {});
  const MachineRates best = fit(measurements);
  print(measurements, "The model as fitted to these", best);
  const Constants constants = constants_of(best);
  for (std::size_t k = 0; k < kConstants; ++k) {
    const bool free = constants[k] < 2 / kFree;
    fmt::print("{} = {}\n", kNames[k], free ? "any" : fmt::format("{:.3g}", 1 / constants[k]));
  }
  fmt::print("vector_columns = {}\n", best.vector_columns);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  return bench::exit_code_of([&] {
    const bench::Subject subject = bench::open_subject(argc, argv);
    bench::compare(subject, bench::take_count(argc, argv, "networks", 60));
    return 0;
  });
}
