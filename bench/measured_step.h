// Training steps of a network, measured operation by operation, and their roofline bound.
#pragma once

#include <string>
#include <vector>

#include "bench/repeated_step.h"
#include "bench/report.h"
#include "bench/timed_backend.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {

/// A named network, or a drawn one ("published_017_CIFAR100" or "published_017"). UsageError for other names.
NamedNetwork network_called(const std::string& name);

/// Where the time of a step goes.
class MeasuredStep {
 public:
  /// Trains for about half a second, after two steps to warm up; in turns with the device's peak.
  MeasuredStep(const NamedNetwork& named, const Subject& subject);

  const std::vector<OperationCost>& costs() const { return costs_; }  ///< of one step
  double seconds() const { return seconds_; }                         ///< of one step, sum of its operations
  double flops() const { return step_.flops(); }
  double peak_flops() const { return peak_flops_; }  ///< a second, mean over the turns; 0: not known
  double bytes() const { return bytes_; }            ///< of the network's memory
  double bytes_per_second() const {
    return bytes_per_second_;
  }  ///< of a GPU's memory; on a core of copying so much

  /// Seconds below which the operation, or the step, cannot come at this peak and this rate of copying.
  double bound(const OperationCost& cost) const;
  double bound() const;

 private:
  const RandomImages images_;
  TimedBackend backend_;
  RepeatedStep step_;
  std::vector<OperationCost> costs_;
  double peak_flops_ = 0, seconds_ = 0, bytes_ = 0, bytes_per_second_ = 0;
};

}  // namespace mayfly::bench
