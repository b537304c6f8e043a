// A golden network in Mayfly's hands: on a backend, or in the reference of the bits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/network_spec.h"
#include "tests/golden/golden_files.h"

namespace mayfly::golden {

class GoldenRun {
 public:
  virtual ~GoldenRun() = default;
  /// Loss of the next batch of the golden order, which it trains.
  virtual float train() = 0;
  virtual std::vector<float> gradients() = 0;  ///< of the last training step, per layer weights, then biases
  virtual std::vector<float> parameters() = 0;
  /// Sets the parameters and evaluates the batches in file order.
  struct Evaluation {
    std::vector<float> losses;
    std::uint64_t correct = 0;
  };
  virtual Evaluation evaluate(const std::vector<float>& parameters) = 0;
};

enum class Engine { cpu, exact_reference };
std::string to_string(Engine engine);

/// At the golden initial parameters, trained as `spec` says (the golden one, or one changed on purpose).
std::unique_ptr<GoldenRun> make_run(Engine engine, const GoldenSteps& golden, const NetworkSpec& spec);

/// Logits of the first training step, (batch, classes), by the reference of the bits.
std::vector<float> exact_first_logits(const GoldenSteps& golden);

}  // namespace mayfly::golden
