// What a network will cost before it is trained: parameters, multiply-adds, memory, seconds.
#pragma once

#include <cstdint>

#include "core/network_shapes.h"

namespace mayfly {

/// Rates of one core, as bench/cost_model found them for 65 networks on a core of 118 GFLOP/s with AVX-512
/// (predicted / measured step: nine of ten within 0.94 to 1.15, all within 0.86 to 1.22). They order the work
/// and tell how long a campaign will take; no result depends on them.
struct MachineRates {
  double flops_per_second = 102e9;       ///< useful ones, in convolutions and Linear layers
  double elements_per_second = 1.3e9;    ///< of activations: bias, ReLU, dropout, gradients, layout changes
  double comparisons_per_second = 1e11;  ///< in pooling windows
  double parameters_per_second = 2e10;   ///< through a pass of SGD
  double seconds_per_batch = 5e-6;       ///< whatever its size
  double vector_columns = 12;  ///< products of fewer output columns (channels) cost as much as of so many
};

/// Images of a pass.
struct ImageCounts {
  std::uint64_t train = 0;
  std::uint64_t validation = 0;
};

struct Estimate {
  std::int64_t parameters = 0;
  std::int64_t useful_macs_per_image = 0;   ///< forward
  std::int64_t nominal_macs_per_image = 0;  ///< forward, the padding's zeros included
  std::int64_t memory_bytes = 0;
  double seconds = 0;  ///< the whole life on one core
};

/// Bytes while training on one core, without the data set: parameters, gradients and momentum; the images
/// with their border; activations, dropout masks (channel dropout in convolution blocks) and winners of the
/// pooling, for one batch; two buffers for gradients of activations, and one for transposed weights or a copy
/// of a gradient, each as large as any layer needs it.
std::int64_t training_memory(const NetworkShapes& shapes, const SgdSpec& sgd);

/// Bytes of the masks of convolution blocks where conv_dropout is "element", instead of by channel as above.
std::int64_t element_mask_bytes(const NetworkShapes& shapes);

/// The most that a network takes of a process, without the data set: while a checkpoint is written or read it
/// has a copy of parameters and momentum beside what it trains with. bench/memory_peaks.py compares.
std::int64_t estimate_memory(const NetworkShapes& shapes, const SgdSpec& sgd);

/// Seconds for `epochs` epochs with a validation after every half of them. Training: forward, weight gradient
/// and, but for the first layer, data gradient; element passes and pooling both ways; SGD once a batch.
double estimate_seconds(const NetworkShapes& shapes, ImageCounts images, double epochs,
                        const MachineRates& rates = {});

Estimate estimate(const NetworkShapes& shapes, const SgdSpec& sgd, ImageCounts images, double epochs,
                  const MachineRates& rates = {});

}  // namespace mayfly
