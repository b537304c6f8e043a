// A network on a backend: parameters in one arena, its layers, and the two things one does with it: a
// training step and an evaluation step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/network_shapes.h"
#include "core/network_spec.h"
#include "kernels/backend.h"

namespace mayfly {

/// Seeds of the streams; all equal to random_seed unless held apart.
struct StreamSeeds {
  std::uint32_t init = 0;
  std::uint32_t order = 0;
  std::uint32_t dropout = 0;
  bool operator==(const StreamSeeds&) const = default;
};

struct NetworkOptions {
  StreamSeeds seeds;
  bool keep_gradients = false;   ///< for export_gradients(); else a backend need not write them
  bool element_dropout = false;  ///< conv_dropout = "element" instead of "channel" (PyTorch's Dropout2d)
};

class Network {
 public:
  /// Makes plans and memory on `backend`, which must outlive the network. `pixel_table` (channels, 256):
  /// nn/normalize.h.
  Network(Backend& backend, const NetworkSpec& spec, ImageShape image, std::span<const float> pixel_table,
          const NetworkOptions& options);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Draws all parameters anew (kernels/initial_parameters.h), clears the momentum.
  void initialise();

  /// Order of the images of the coming epoch (a permutation of 0..N-1, or its used prefix).
  void set_order(std::span<const std::uint32_t> order);

  /// Batch counters().step of the set order: forward, backward, SGD; adds to the sums and advances the
  /// counters.
  void train_step(const DeviceDataset& dataset);
  /// Batch counters().step in file order, without dropout: forward only; adds to the sums and advances the
  /// step.
  void evaluate_step(const DeviceDataset& dataset);

  /// Every parameter in logical order: per layer weights (O,I,kh,kw), then biases. NaNs canonical.
  std::vector<float> export_parameters();
  void import_parameters(std::span<const float> logical);
  /// Momentum buffers in the same order; empty where momentum is off.
  std::vector<float> export_momentum();
  void import_momentum(std::span<const float> logical);
  /// Gradients of the last train_step in the same order. Requires keep_gradients.
  std::vector<float> export_gradients();

  /// True where every bias of the last Linear is NaN: all logits are and stay NaN (design: remaining rows are
  /// known).
  bool hopelessly_diverged();

  const NetworkShapes& shapes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mayfly
