#include "generator/estimate.h"

#include <algorithm>

namespace mayfly {
namespace {

/// What one image costs one pass, or what one batch weighs.
struct PassCost {
  double forward_flops = 0;
  double gradient_flops = 0;  ///< data and weight gradient
  double elements = 0;
  double comparisons = 0;
};

double per_image(std::int64_t batch_count, int batch) {
  return static_cast<double>(batch_count) / batch;
}

/// Columns computed for each that counts.
double vector_share(int columns, double vector_columns) {
  return std::max(1.0, vector_columns / columns);
}

/// Windows of a separable pooling: every kept row along its columns, then the results along the rows.
double pool_comparisons(const Pool2dShape& pool) {
  return (static_cast<double>(pool.height) + pool.out_height) * pool.out_width * pool.kernel_size *
         pool.channels;
}

PassCost pass_cost(const NetworkShapes& shapes, const MachineRates& rates) {
  PassCost cost;
  for (const LayerShape& layer : shapes.layers) {
    const Conv2dShape& conv = layer.conv;
    const double flops = 2.0 * static_cast<double>(useful_macs(conv));
    const double by_outputs = flops * vector_share(conv.out_channels, rates.vector_columns);
    cost.forward_flops += by_outputs;
    cost.gradient_flops += by_outputs;
    if (!conv.input_is_image)
      cost.gradient_flops += flops * vector_share(conv.in_channels, rates.vector_columns);
    cost.elements += per_image(conv.output_count(), conv.batch);
    if (conv.input_is_image) cost.elements += per_image(conv.input_count(), conv.batch);
    if (!layer.pool) continue;
    cost.elements += per_image(layer.pool->output_count(), conv.batch);
    cost.comparisons += pool_comparisons(*layer.pool);
  }
  return cost;
}

constexpr std::int64_t kFloat = 4;
constexpr std::int64_t kWinner = 1;  // its place in the window, per pass of the separable pooling
constexpr std::int64_t kVector = 16, kPanel = 64;  // channels, in the CPU engine's widest vectors and tiles
constexpr std::int64_t kSmallThings = 1 << 17;     // the order of the images, plans, a thread

std::int64_t divided_up(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

/// Of an allocation: large ones are whole huge pages.
std::int64_t allocated(std::int64_t bytes) {
  constexpr std::int64_t kHugePage = 2 << 20;
  return bytes < 2 * kHugePage ? bytes : divided_up(bytes, kHugePage) * kHugePage;
}

/// Bytes of a layer: what it keeps from forward to backward, and what layers share.
struct LayerMemory {
  std::int64_t kept = 0;
  std::int64_t gradient = 0;
  std::int64_t scratch = 0;
};

std::int64_t image_bytes(const Conv2dShape& conv) {
  const std::int64_t border = 2 * std::int64_t{conv.padding};
  return allocated(kFloat * (conv.height + border) * (conv.width + border) * conv.batch * conv.in_channels);
}

std::int64_t whole_vectors(std::int64_t channels) {
  return divided_up(channels, kVector) * kVector;
}

/// Weights and biases as they are stored: channels padded.
std::int64_t stored_parameters(const NetworkShapes& shapes) {
  std::int64_t floats = 0;
  for (const LayerShape& layer : shapes.layers)
    floats += whole_vectors(layer.conv.out_channels) * (layer.conv.fan_in() + 1);
  return floats;
}

/// Transposed weights, for the data gradient: of one tap, of one panel or of all
/// (kernels/cpu/conv2d_layout.h).
std::int64_t transposed_floats(const Conv2dShape& conv) {
  const std::int64_t panels = divided_up(conv.in_channels, kPanel);
  const std::int64_t all = whole_vectors(conv.in_channels);
  if (conv.out_positions() == 1) return all * conv.out_channels;
  const bool one_by_one = conv.batch * (panels - 1) <= conv.in_channels;
  const std::int64_t columns = one_by_one ? divided_up(all / kVector, panels) * kVector : all;
  return columns * conv.out_channels * conv.kernel_size * conv.kernel_size;
}

/// A copy of the output's gradient, for that of the weights, where each of its elements is used often.
std::int64_t packed_floats(const Conv2dShape& conv) {
  constexpr std::int64_t kLeastUses = 64;
  if (conv.out_channels <= kPanel && conv.out_channels % kVector == 0) return 0;
  const std::int64_t rows = std::int64_t{conv.out_positions()} * conv.batch;
  const bool often = useful_macs(conv) * conv.batch >= kLeastUses * rows * conv.out_channels;
  return often ? rows * whole_vectors(conv.out_channels) : 0;
}

LayerMemory layer_memory(const LayerShape& layer) {
  const Conv2dShape& conv = layer.conv;
  LayerMemory memory{.kept = allocated(kFloat * conv.output_count()),
                     .gradient = kFloat * conv.output_count()};
  if (conv.input_is_image) {
    memory.kept += image_bytes(conv);
  } else {
    memory.gradient = std::max(memory.gradient, kFloat * conv.input_count());
    memory.scratch = kFloat * std::max(transposed_floats(conv), packed_floats(conv));
  }
  if (layer.dropout_rate > 0) memory.kept += kFloat * conv.batch * conv.out_channels;
  if (!layer.pool) return memory;
  const Pool2dShape& pool = *layer.pool;
  const std::int64_t lanes = std::int64_t{pool.batch} * pool.channels;
  memory.kept += allocated(kFloat * pool.output_count()) +
                 allocated(kWinner * (pool.height + pool.out_height) * pool.out_width * lanes);
  memory.gradient = std::max(memory.gradient, kFloat * pool.output_count());
  return memory;
}

double forward_seconds(const PassCost& cost, const MachineRates& rates) {
  return cost.forward_flops / rates.flops_per_second + cost.elements / rates.elements_per_second +
         cost.comparisons / rates.comparisons_per_second;
}

double backward_seconds(const PassCost& cost, const MachineRates& rates) {
  return cost.gradient_flops / rates.flops_per_second + cost.elements / rates.elements_per_second +
         cost.comparisons / rates.comparisons_per_second;
}

}  // namespace

std::int64_t training_memory(const NetworkShapes& shapes, const SgdSpec& sgd) {
  LayerMemory largest;
  std::int64_t bytes = (sgd.momentum != 0 ? 3 : 2) * allocated(kFloat * stored_parameters(shapes));
  for (const LayerShape& layer : shapes.layers) {
    const LayerMemory memory = layer_memory(layer);
    bytes += memory.kept;
    largest.gradient = std::max(largest.gradient, memory.gradient);
    largest.scratch = std::max(largest.scratch, memory.scratch);
  }
  return bytes + 2 * allocated(largest.gradient) + allocated(largest.scratch) + kSmallThings;
}

std::int64_t element_mask_bytes(const NetworkShapes& shapes) {
  std::int64_t bytes = 0;
  for (const LayerShape& layer : shapes.layers)
    if (!layer.linear && layer.dropout_rate > 0) bytes += allocated(kFloat * layer.conv.output_count());
  return bytes;
}

std::int64_t estimate_memory(const NetworkShapes& shapes, const SgdSpec& sgd) {
  const std::int64_t saved = (sgd.momentum != 0 ? 2 : 1) * kFloat * shapes.parameter_count();
  return training_memory(shapes, sgd) + saved;
}

double estimate_seconds(const NetworkShapes& shapes, ImageCounts images, double epochs,
                        const MachineRates& rates) {
  if (shapes.layers.empty()) return 0;
  const auto batch = static_cast<std::uint64_t>(shapes.layers.front().conv.batch);
  const auto training = static_cast<double>(images.train / batch);
  const auto validation = static_cast<double>(images.validation / batch);
  const PassCost cost = pass_cost(shapes, rates);
  const double forward = forward_seconds(cost, rates) * static_cast<double>(batch) + rates.seconds_per_batch;
  const double step = forward + backward_seconds(cost, rates) * static_cast<double>(batch) +
                      static_cast<double>(shapes.parameter_count()) / rates.parameters_per_second;
  return epochs * (training * step + 2 * validation * forward);
}

Estimate estimate(const NetworkShapes& shapes, const SgdSpec& sgd, ImageCounts images, double epochs,
                  const MachineRates& rates) {
  return {.parameters = shapes.parameter_count(),
          .useful_macs_per_image = shapes.useful_macs_per_image(),
          .nominal_macs_per_image = shapes.nominal_macs_per_image(),
          .memory_bytes = estimate_memory(shapes, sgd),
          .seconds = estimate_seconds(shapes, images, epochs, rates)};
}

}  // namespace mayfly
