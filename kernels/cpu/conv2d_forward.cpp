// Forward: per output position, the valid taps of the map, or the valid runs of the image's kernel rows.
#include "kernels/cpu/chunk.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

struct Operands {
  const float* x;
  const float* weights;
  const float* bias;
  Activation activation;
  float* y;
};

/// One output position and one panel of out_channels.
class Position {
 public:
  Position(const Conv2dLayout& layout, std::size_t panel, const Operands& operands, int position)
      : layout_(layout), operands_(operands), panel_(panel), position_(position) {
    const Conv2dShape& shape = layout.shape;
    const int oh = position / shape.out_width, ow = position % shape.out_width;
    rows_ = taps_of_output(rows_of(shape), oh);
    columns_ = taps_of_output(columns_of(shape), ow);
    first_row_ = oh * shape.stride - shape.padding;
    first_column_ = ow * shape.stride - shape.padding;
  }

  std::int64_t terms() const {
    return std::int64_t{rows_.count} * columns_.count * layout_.shape.in_channels;
  }
  void set_panel(BatchReduce& job) const {
    job.b_row = panel().width;
    job.c = operands_.y + position_ * layout_.output_position() + panel().begin;
    job.c_row = layout_.shape.out_channels;
    job.columns = panel().columns;
  }

  Epilogue epilogue() const {
    const Activation& activation = operands_.activation;
    const std::ptrdiff_t at = activation.mask_per_position ? position_ * layout_.output_position() : 0;
    return {.bias = operands_.bias + panel().begin,
            .relu = activation.relu,
            .mask = activation.mask == nullptr ? nullptr : activation.mask + at + panel().begin,
            .mask_row = layout_.shape.out_channels};
  }

 protected:
  const Panel& panel() const { return layout_.out_panels[panel_]; }
  const float* weights_at(int kh, int kw, int term) const {
    return operands_.weights + layout_.weight_offset(panel_, kh * layout_.shape.kernel_size + kw, 0) +
           std::ptrdiff_t{term} * panel().width;
  }

  const Conv2dLayout& layout_;
  const Operands& operands_;
  std::size_t panel_;
  int position_;
  Range rows_, columns_;          // valid taps
  int first_row_, first_column_;  // input of tap (0, 0)
};

/// Cells are taps.
class MapPosition : public Position {
 public:
  using Position::Position;
  int cell_terms() const { return layout_.shape.in_channels; }
  Segment place(int cell, int first, int length) const {
    const int kh = rows_.begin + cell / columns_.count, kw = columns_.begin + cell % columns_.count;
    const std::ptrdiff_t at = std::ptrdiff_t{first_row_ + kh} * layout_.shape.width + first_column_ + kw;
    return {operands_.x + at * layout_.input_position() + first, weights_at(kh, kw, first), length};
  }
};

/// Cells are kernel rows.
class ImagePosition : public Position {
 public:
  using Position::Position;
  int cell_terms() const { return columns_.count * layout_.shape.in_channels; }
  Segment place(int cell, int first, int length) const {
    const int kh = rows_.begin + cell, kw = columns_.begin, padding = layout_.shape.padding;
    const std::ptrdiff_t row =
        std::ptrdiff_t{first_row_ + kh + padding} * layout_.shape.batch * layout_.image_row();
    const std::ptrdiff_t column = std::ptrdiff_t{first_column_ + kw + padding} * layout_.shape.in_channels;
    return {operands_.x + row + column + first, weights_at(kh, kw, first), length};
  }
};

void forward_products(const Conv2dLayout& layout, const PanelGroup& group, Part items,
                      const Operands& operands) {
  const Conv2dShape& shape = layout.shape;
  const BatchReduce job{.a_row = shape.input_is_image ? layout.image_row() : shape.in_channels,
                        .a_term = 1,
                        .rows = shape.batch};
  const int chunk = chunk_terms(shape.in_channels);
  // Rows of the image overlap: most are there.
  FetchPlan plan({.a = layout.is_large() && !shape.input_is_image, .b = layout.is_large()});
  if (shape.input_is_image)
    run_chunks(
        items, chunk, job,
        [&](int item) { return ImagePosition(layout, group.panel(item), operands, group.index(item)); },
        plan);
  else
    run_chunks(
        items, chunk, job,
        [&](int item) { return MapPosition(layout, group.panel(item), operands, group.index(item)); }, plan);
}

}  // namespace

void CpuConv2d::forward(const float* x, const float* weights, const float* bias, const Activation& activation,
                        float* y) {
  const Operands operands{x, weights, bias, activation, y};
  const std::vector<PanelGroup>& groups = layout_.forward_groups;
  const int items = layout_.shape.out_positions() * groups.front().count;  // of each group
  const int parts = parts_for(groups.size(), items);
  team_.for_each(static_cast<int>(groups.size()) * parts, [&](int item, int) {
    forward_products(layout_, groups[static_cast<std::size_t>(item / parts)],
                     part_of(items, item % parts, parts), operands);
  });
}

}  // namespace mayfly::cpu
