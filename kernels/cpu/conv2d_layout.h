// Where everything of a convolution lies on the CPU.
//
// Activations: (height, width, batch, channels), so that every map position is a plain matrix (batch x
// channels). The gathered image batch: (height + 2*padding, batch, width + 2*padding, channels), borders
// zero: a kernel row is one run. Weights: panels of out_channels (PanelGeometry), each (tap, in_channel,
// column), columns padded to whole vectors with +0.
//
// Copies that an operation makes for itself. Transposed weights, for the data gradient: one group of panels
// of in_channels at a time, each (slot of the tap, out_channel, column); where there is one output position,
// one tap at a time, all panels, each thread its own. Packed output gradients, for the weight gradient:
// panels of out_channels, each (position, image, column); in the first convolution one chunk of such rows at
// a time, each thread its own.
#pragma once

#include <cstddef>
#include <vector>

#include "core/shape.h"

namespace mayfly::cpu {

/// Channels begin..begin+columns-1, stored `width` wide.
struct Panel {
  int begin;
  int columns;
  int width;
};

/// Splits `channels` into panels that the micro-kernel likes, as even as whole vectors allow.
std::vector<Panel> panels_of(int channels);

/// Panels first..first+count-1, whose products alternate at each map position or tap.
struct PanelGroup {
  int first;
  int count;
  /// Of product `item`, panels innermost.
  std::size_t panel(int item) const { return static_cast<std::size_t>(first + item % count); }
  int index(int item) const { return item / count; }
};

struct Conv2dLayout {
  explicit Conv2dLayout(const Conv2dShape& shape);

  int taps() const { return shape.kernel_size * shape.kernel_size; }
  std::size_t weight_floats() const { return panel_offsets.back(); }
  /// Floats of all copies that so many threads need at once.
  std::size_t scratch_floats(int threads) const;
  /// Of tap (row-major) and in_channel of panel `p`, in the weights.
  std::size_t weight_offset(std::size_t p, int tap, int in_channel) const {
    return panel_offsets[p] +
           (static_cast<std::size_t>(tap) * shape.in_channels + in_channel) * out_panels[p].width;
  }
  /// Whether a step's operands are too many to be in the cache anyway.
  bool is_large() const {
    constexpr std::int64_t kFloats = std::int64_t{1} << 16;  // an eighth of a second-level cache
    return shape.input_count() + shape.output_count() + shape.weight_count() > kFloats;
  }
  /// Floats from one map position to the next.
  std::ptrdiff_t input_position() const { return std::ptrdiff_t{shape.batch} * shape.in_channels; }
  std::ptrdiff_t output_position() const { return std::ptrdiff_t{shape.batch} * shape.out_channels; }
  /// Floats from one image of a gathered row to the next.
  std::ptrdiff_t image_row() const {
    return std::ptrdiff_t{shape.width + 2 * shape.padding} * shape.in_channels;
  }

  Conv2dShape shape;
  std::vector<Panel> out_panels;           ///< columns of the forward product and of the weights
  std::vector<std::size_t> panel_offsets;  ///< of out_panels in the weights, and the end
  std::vector<Panel> in_panels;            ///< columns of the data gradient
  std::vector<PanelGroup> forward_groups, data_gradient_groups, weight_gradient_groups;
  /// Floats of the copies of one thread, or of all where they share them; 0: not needed.
  std::size_t transposed_floats, packed_floats;
  std::vector<int> tap_slots;  ///< tap -> slot; taps of one phase (kh, kw mod stride) together, row-major
  std::vector<int> phase_positions;  ///< input positions, those of one phase (ih, iw mod stride) together
  std::vector<int> phase_begin;      ///< bounds of the phases in phase_positions
};

}  // namespace mayfly::cpu
