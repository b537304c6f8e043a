// Data gradient: per input position, the taps through which a kept output reads it, in stride^2 phases that
// are stride-1 problems of their own; weights transposed one group of panels of in_channels at a time.
#include <stdexcept>

#include "kernels/cpu/chunk.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/cpu/transpose.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

struct Operands {
  const float* dy;
  const float* transposed;  ///< of a group of panels
  int first_channel;        ///< of the group
  float* dx;
};

/// Where a panel begins among the transposed weights of its group.
std::ptrdiff_t panel_offset(const Conv2dLayout& layout, const Panel& panel, int first_channel) {
  return std::ptrdiff_t{panel.begin - first_channel} * layout.taps() * layout.shape.out_channels;
}

/// One input position and one panel of in_channels; cells are taps.
class Position {
 public:
  Position(const Conv2dLayout& layout, const Panel& panel, const Operands& operands, int position)
      : layout_(layout),
        panel_(panel),
        operands_(operands),
        transposed_(operands.transposed + panel_offset(layout, panel, operands.first_channel)),
        position_(position),
        rows_(taps_of_input(rows_of(layout.shape), position / layout.shape.width)),
        columns_(taps_of_input(columns_of(layout.shape), position % layout.shape.width)) {}

  std::int64_t terms() const {
    return std::int64_t{rows_.count} * columns_.count * layout_.shape.out_channels;
  }
  int cell_terms() const { return layout_.shape.out_channels; }
  void set_panel(BatchReduce& job) const {
    job.b_row = panel_.width;
    job.c = operands_.dx + position_ * layout_.input_position() + panel_.begin;
    job.c_row = layout_.shape.in_channels;
    job.columns = panel_.columns;
  }
  Epilogue epilogue() const { return {}; }

  Segment place(int cell, int first, int length) const {
    const Conv2dShape& shape = layout_.shape;
    const int row = cell / columns_.count, column = cell % columns_.count;
    const int kh = rows_.first_tap + row * shape.stride, kw = columns_.first_tap + column * shape.stride;
    const int oh = rows_.first_output - row, ow = columns_.first_output - column;
    const auto slot =
        static_cast<std::ptrdiff_t>(layout_.tap_slots[static_cast<std::size_t>(kh) * shape.kernel_size + kw]);
    return {operands_.dy + (std::ptrdiff_t{oh} * shape.out_width + ow) * layout_.output_position() + first,
            transposed_ + (slot * shape.out_channels + first) * panel_.width, length};
  }

 private:
  const Conv2dLayout& layout_;
  const Panel& panel_;
  const Operands& operands_;
  const float* transposed_;
  int position_;
  InputTaps rows_, columns_;
};

/// weights (tap, in_channel, out column) of all out panels -> (slot, out_channel, in column) of one in panel.
void transpose_tap(const Conv2dLayout& layout, const Panel& in, int tap, const float* weights,
                   float* transposed) {
  float* to = transposed + std::ptrdiff_t{layout.tap_slots[static_cast<std::size_t>(tap)]} *
                               layout.shape.out_channels * in.width;
  for (std::size_t p = 0; p < layout.out_panels.size(); ++p) {
    const Panel& out = layout.out_panels[p];
    transpose(weights + layout.weight_offset(p, tap, in.begin), out.width, in.columns, out.columns,
              to + std::ptrdiff_t{out.begin} * in.width, in.width);
  }
}

void gradient_of_products(const Conv2dLayout& layout, const PanelGroup& group, Part positions,
                          const Operands& operands) {
  const BatchReduce job{.a_row = layout.shape.out_channels, .a_term = 1, .rows = layout.shape.batch};
  const Part items{positions.begin * group.count, positions.end * group.count};
  run_chunks(items, chunk_terms(layout.shape.out_channels), job, false, [&](int item) {
    return Position(layout, layout.in_panels[group.panel(item)], operands,
                    layout.phase_positions[static_cast<std::size_t>(group.index(item))]);
  });
}

}  // namespace

void CpuConv2d::data_gradient(const float* dy, const float* weights, float* dx) {
  if (layout_.shape.input_is_image) throw std::logic_error("conv2d: the image has no gradient");
  float* transposed = scratch_.floats();
  const int phases = static_cast<int>(layout_.phase_begin.size()) - 1;
  for (const PanelGroup& group : layout_.data_gradient_groups) {
    const int first_channel = layout_.in_panels[group.panel(0)].begin;
    team_.for_each(layout_.taps() * group.count, [&](int item, int) {
      const Panel& panel = layout_.in_panels[group.panel(item)];
      transpose_tap(layout_, panel, group.index(item), weights,
                    transposed + panel_offset(layout_, panel, first_channel));
    });
    const Operands operands{dy, transposed, first_channel, dx};
    const int parts = parts_for(layout_.shape.height * layout_.shape.width);
    team_.for_each(phases * parts, [&](int item, int) {
      const int begin = layout_.phase_begin[static_cast<std::size_t>(item / parts)];
      const int count = layout_.phase_begin[static_cast<std::size_t>(item / parts) + 1] - begin;
      const Part part = part_of(count, item % parts, parts);
      gradient_of_products(layout_, group, {begin + part.begin, begin + part.end}, operands);
    });
  }
}

}  // namespace mayfly::cpu
