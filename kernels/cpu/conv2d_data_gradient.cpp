// Data gradient: per input position, the taps through which a kept output reads it, in stride^2 phases that
// are stride-1 problems of their own; weights transposed one group of panels of in_channels at a time, or one
// tap at a time where each is needed once.
#include <stdexcept>

#include "kernels/cpu/chunk.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/cpu/transpose.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

struct Operands {
  const float* dy;
  float* transposed;  ///< of a group of panels
  int first_channel;  ///< of the group
  int taps;           ///< that are transposed: all, or only that of the position
  float* dx;
  const float* weights = nullptr;  ///< of which tap `next_tap` is transposed after this position, if any
  int next_tap = 0;

  /// Where a panel begins among the transposed weights.
  std::ptrdiff_t panel_offset(const Conv2dLayout& layout, const Panel& panel) const {
    return std::ptrdiff_t{panel.begin - first_channel} * taps * layout.shape.out_channels;
  }
};

/// One input position and one panel of in_channels; cells are taps.
class Position {
 public:
  Position(const Conv2dLayout& layout, const Panel& panel, const Operands& operands, int position)
      : layout_(layout),
        panel_(panel),
        operands_(operands),
        transposed_(operands.transposed + operands.panel_offset(layout, panel)),
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
  void add_later(FetchList& list) const {
    if (operands_.weights == nullptr) return;
    for (std::size_t p = 0; p < layout_.out_panels.size(); ++p) {
      const std::ptrdiff_t width = layout_.out_panels[p].width;
      const std::size_t at = layout_.weight_offset(p, operands_.next_tap, panel_.begin);
      list.add({operands_.weights + at, panel_.columns, width, width});
    }
  }

  int tap(int cell) const {
    const Conv2dShape& shape = layout_.shape;
    const int kh = rows_.first_tap + cell / columns_.count * shape.stride;
    const int kw = columns_.first_tap + cell % columns_.count * shape.stride;
    return kh * shape.kernel_size + kw;
  }

  Segment place(int cell, int first, int length) const {
    const Conv2dShape& shape = layout_.shape;
    const int row = cell / columns_.count, column = cell % columns_.count;
    const int oh = rows_.first_output - row, ow = columns_.first_output - column;
    const std::ptrdiff_t slot =
        operands_.taps == 1 ? 0 : layout_.tap_slots[static_cast<std::size_t>(tap(cell))];
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

/// weights (tap, in_channel, out column) of all out panels -> (out_channel, in column) of one in panel.
void transpose_tap(const Conv2dLayout& layout, const Panel& in, int tap, const float* weights,
                   float* transposed) {
  for (std::size_t p = 0; p < layout.out_panels.size(); ++p) {
    const Panel& out = layout.out_panels[p];
    transpose(weights + layout.weight_offset(p, tap, in.begin), out.width, in.columns, out.columns,
              transposed + std::ptrdiff_t{out.begin} * in.width, in.width);
  }
}

void gradient_of_products(const Conv2dLayout& layout, const PanelGroup& group, Part positions,
                          const Operands& operands) {
  const BatchReduce job{.a_row = layout.shape.out_channels, .a_term = 1, .rows = layout.shape.batch};
  const Part items{positions.begin * group.count, positions.end * group.count};
  const bool fetches = layout.is_large() && layout.shape.out_positions() > 1;  // else B was just transposed
  FetchPlan plan({.a = fetches, .b = fetches});
  run_chunks(
      items, chunk_terms(layout.shape.out_channels), job,
      [&](int item) {
        return Position(layout, layout.in_panels[group.panel(item)], operands,
                        layout.phase_positions[static_cast<std::size_t>(group.index(item))]);
      },
      plan);
}

/// A position of a layer with one output, where every tap belongs to one position: transposed just before it
/// is used, while those of the position `next` are fetched.
void gradient_of_position(const Conv2dLayout& layout, const float* weights, int index, int next,
                          Operands operands) {
  const auto place_of = [&](int i) {
    return Position(layout, layout.in_panels.front(), operands,
                    layout.phase_positions[static_cast<std::size_t>(i)]);
  };
  if (const Position place = place_of(index); place.terms() > 0)
    for (const Panel& panel : layout.in_panels)
      transpose_tap(layout, panel, place.tap(0), weights,
                    operands.transposed + operands.panel_offset(layout, panel));
  if (next < layout.shape.height * layout.shape.width) {
    if (const Position place = place_of(next); place.terms() > 0) {
      operands.weights = weights;
      operands.next_tap = place.tap(0);
    }
  }
  gradient_of_products(layout, layout.data_gradient_groups.front(), {index, index + 1}, operands);
}

}  // namespace

void CpuConv2d::data_gradient(const float* dy, const float* weights, float* dx) {
  if (layout_.shape.input_is_image) throw std::logic_error("conv2d: the image has no gradient");
  if (layout_.shape.out_positions() == 1) return data_gradient_of_one_output(dy, weights, dx);
  const int phases = static_cast<int>(layout_.phase_begin.size()) - 1;
  for (const PanelGroup& group : layout_.data_gradient_groups) {
    const Operands operands{dy, scratch_.floats(), layout_.in_panels[group.panel(0)].begin, layout_.taps(),
                            dx};
    team_.for_each(layout_.taps() * group.count, [&](int item, int) {
      const Panel& panel = layout_.in_panels[group.panel(item)];
      const int tap = group.index(item);
      const std::ptrdiff_t slot = layout_.tap_slots[static_cast<std::size_t>(tap)];
      transpose_tap(layout_, panel, tap, weights,
                    operands.transposed + operands.panel_offset(layout_, panel) +
                        slot * layout_.shape.out_channels * panel.width);
    });
    const int parts = parts_for(static_cast<std::size_t>(phases), layout_.shape.height * layout_.shape.width);
    team_.for_each(phases * parts, [&](int item, int) {
      const int begin = layout_.phase_begin[static_cast<std::size_t>(item / parts)];
      const int count = layout_.phase_begin[static_cast<std::size_t>(item / parts) + 1] - begin;
      const Part part = part_of(count, item % parts, parts);
      gradient_of_products(layout_, group, {begin + part.begin, begin + part.end}, operands);
    });
  }
}

void CpuConv2d::data_gradient_of_one_output(const float* dy, const float* weights, float* dx) {
  team_.for_each(layout_.shape.height * layout_.shape.width, [&](int index, int thread) {
    float* transposed = scratch_.floats() + static_cast<std::size_t>(thread) * layout_.transposed_floats;
    gradient_of_position(layout_, weights, index, index + team_.threads(), {dy, transposed, 0, 1, dx});
  });
}

}  // namespace mayfly::cpu
