// Whole training steps beside PyTorch's, one thread each, in one run and in turns: 60 networks drawn from
// preset `published`, and the named ones.
//
//   peers [--networks 60] [--pairs 5] [--csv FILE]
//
// A line a network; the last lines are geometric mean, smallest and median of the ratios (PyTorch's seconds
// by Mayfly's; of each network the median of its pairs). FILE gets every pair, network by network. Exit
// code 5 where the two do not compute the same losses. Draws whose step takes PyTorch more than 2 s are
// replaced; they are listed, and those of at most 6 s are in the second summary, by one pair.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "bench/command_line.h"
#include "bench/drawn_networks.h"
#include "bench/pairs.h"
#include "bench/random_images.h"
#include "bench/repeated_step.h"
#include "bench/torch_peer.h"
#include "core/error.h"
#include "core/network_shapes.h"
#include "kernels/backend.h"
#include "recorder/durable_file.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {
namespace {

constexpr double kLongestStep = 2.0;  // seconds of PyTorch
constexpr double kNeverTried = 6.0;
constexpr double kLeastSeconds = 0.3;  // that are timed at once
constexpr int kBatches = 4;

/// Mayfly's network on one core.
class MayflyPeer {
 public:
  MayflyPeer(const NamedNetwork& named, const RandomImages& images)
      : backend_(make_backend("cpu", 1)), step_(named, images, *backend_) {}

  std::vector<float> parameters() { return step_.network().export_parameters(); }
  void train_step() { step_.run(); }
  /// One step, and the mean loss of its batch.
  double loss_of_step() {
    backend_->reset_sums();
    train_step();
    return backend_->read_sums().trained.loss;
  }

 private:
  std::unique_ptr<Backend> backend_;
  RepeatedStep step_;
};

/// PyTorch's, with its place in the images.
class Torch {
 public:
  Torch(const NamedNetwork& named, const RandomImages& images, bool channels_last)
      : peer_(named.spec, named.image, images.pixels, images.labels, channels_last),
        batch_(static_cast<std::size_t>(named.spec.batch_size)),
        order_(cyclic_order(images.labels.size(), images.labels.size())) {}
  void import_parameters(std::span<const float> logical) { peer_.import_parameters(logical); }
  double train_step() {
    const std::size_t first = batch_ * (step_++ % (order_.size() / batch_));
    return peer_.train_step(std::span(order_).subspan(first, batch_));
  }

 private:
  TorchPeer peer_;
  std::size_t batch_, step_ = 0;
  std::vector<std::uint32_t> order_;
};

/// Without dropout both compute the same: the losses of two steps, the second after an update.
bool same_losses(NamedNetwork named, double& difference) {
  named.spec.dropout_rate = named.spec.fc_dropout_rate = 0;
  const RandomImages images = images_for(named, kBatches);
  MayflyPeer ours(named, images);
  Torch theirs(named, images, false);
  theirs.import_parameters(ours.parameters());
  difference = 0;
  for (const double tolerance : {1e-5, 1e-3}) {
    const double a = ours.loss_of_step(), b = theirs.train_step();
    difference = std::abs(a - b) / std::max(1.0, std::abs(b));
    if (!(difference <= tolerance) && !(std::isnan(a) && std::isnan(b))) return false;
  }
  return true;
}

struct Comparison {
  std::string name;
  bool channels_last = false;  ///< what was faster for PyTorch
  double difference = 0;       ///< of the losses after one update
  std::vector<Pair> pairs;     ///< of a step

  double ratio() const { return median_ratio(pairs); }
};

Comparison compare(const NamedNetwork& named, int pairs) {
  const RandomImages images = images_for(named, kBatches);
  MayflyPeer ours(named, images);
  Torch contiguous(named, images, false), last(named, images, true);
  const auto our_step = [&] { ours.train_step(); };
  double plain = HUGE_VAL, other = HUGE_VAL;
  for (int warm = 0; warm < 2; ++warm) {
    plain = seconds_of(1, [&] { contiguous.train_step(); });
    other = seconds_of(1, [&] { last.train_step(); });
  }
  Comparison comparison{.name = named.name, .channels_last = other < plain};
  Torch& theirs = comparison.channels_last ? last : contiguous;
  const auto their_step = [&] { theirs.train_step(); };
  seconds_of(2, our_step);
  const Contender us{our_step, calls_for(seconds_of(1, our_step), kLeastSeconds)};
  const Contender them{their_step, calls_for(std::min(plain, other), kLeastSeconds)};
  comparison.pairs = timed_in_turns(us, them, pairs);
  return comparison;
}

/// Seconds that a step takes PyTorch at a good rate for it.
double expected_seconds(const NamedNetwork& named) {
  constexpr double kRate = 60e9;  // FLOP/s by the nominal count
  const NetworkShapes shapes = network_shapes(named.spec, named.image);
  return 6.0 * static_cast<double>(shapes.nominal_macs_per_image()) * named.spec.batch_size / kRate;
}

/// Seconds that PyTorch's first step takes, or the estimate where that alone is too much.
double seconds_of_first_step(const NamedNetwork& named) {
  if (const double expected = expected_seconds(named); expected > kNeverTried) return expected;
  Torch theirs(named, images_for(named, kBatches), false);
  return seconds_of(1, [&] { theirs.train_step(); });
}

void print(const Comparison& c) {
  fmt::print("{:28} mayfly {:9.3f} ms  PyTorch {:9.3f} ms{}  ratio {:6.2f}  losses differ by {:.1e}\n",
             c.name, median_seconds(c.pairs, 0) * 1e3, median_seconds(c.pairs, 1) * 1e3,
             c.channels_last ? " (channels_last)" : "", c.ratio(), c.difference);
  std::fflush(stdout);
}

std::string csv_lines(const Comparison& c) {
  std::string lines;
  for (std::size_t i = 0; i < c.pairs.size(); ++i)
    lines += fmt::format("{},{},{},{:.6e},{:.6e}\n", c.name, i,
                         c.channels_last ? "channels_last" : "contiguous", c.pairs[i][0], c.pairs[i][1]);
  return lines;
}

/// The comparisons of one run.
class Run {
 public:
  Run(int pairs, std::string csv) : pairs_(pairs), csv_(std::move(csv)) {}

  /// The ratio; none where the two do not do the same work.
  std::optional<double> add(const NamedNetwork& named, int pairs) {
    double difference = 0;
    if (!same_losses(named, difference)) {
      fmt::print("{}: left out: the losses differ by {:.2e}: not the same work\n", named.name, difference);
      all_same_ = false;
      return std::nullopt;
    }
    Comparison comparison = compare(named, pairs);
    comparison.difference = difference;
    print(comparison);
    text_ += csv_lines(comparison);
    if (!csv_.empty())
      write_durable_file(csv_, "network,pair,format,mayfly_seconds,pytorch_seconds\n" + text_);
    return comparison.ratio();
  }
  std::optional<double> add(const NamedNetwork& named) { return add(named, pairs_); }
  /// Whether all losses agreed.
  bool all_same() const { return all_same_; }

 private:
  int pairs_;
  std::string csv_;
  std::string text_;
  bool all_same_ = true;
};

int compare_all(int count, Run& run) {
  std::vector<double> ratios, with_long;
  for (std::uint32_t i = 0; static_cast<int>(ratios.size()) < count; ++i) {
    const NamedNetwork named = drawn_network(i);
    const double seconds = seconds_of_first_step(named);
    const bool long_one = seconds > kLongestStep;
    if (long_one) fmt::print("{}: replaced: a step takes PyTorch about {:.1f} s\n", named.name, seconds);
    if (seconds > kNeverTried) continue;
    const std::optional<double> ratio = long_one ? run.add(named, 1) : run.add(named);
    if (!ratio) continue;
    with_long.push_back(*ratio);
    if (!long_one) ratios.push_back(*ratio);
  }
  std::vector<double> named_ratios;
  for (const NamedNetwork& named : named_networks())
    if (const std::optional<double> ratio = run.add(named)) named_ratios.push_back(*ratio);
  print_summary(named_ratios, "named networks");
  print_summary(with_long, "drawn networks and those that were replaced");
  print_summary(ratios, "drawn networks");
  return run.all_same() ? 0 : static_cast<int>(ExitCode::mismatch);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  return bench::exit_code_of([&] {
    const int networks = bench::take_count(argc, argv, "networks", 60);
    const int pairs = bench::take_count(argc, argv, "pairs", 5, 1);
    bench::Run run(pairs, bench::take_option(argc, argv, "csv", ""));
    bench::refuse_others(argc, argv, "--networks N, --pairs N, --csv FILE");
    fmt::print("{}, PyTorch {}, one thread each\n", open_device("cpu")->information(),
               bench::TorchPeer::version());
    if (std::getenv("OPENBLAS_CORETYPE") != nullptr)
      fmt::print("OPENBLAS_CORETYPE is set, which can slow PyTorch down: unset it for a fair comparison\n");
    return bench::compare_all(networks, run);
  });
}
