// Weight gradient: per tap, the output positions that read the map through it; for the image, per kernel row,
// all output positions (the borders are zeros in memory).
#include <algorithm>
#include <cstring>

#include "kernels/cpu/chunk.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

struct Operands {
  const float* x;
  const float* dy;    ///< all of it, or its copy in panels
  bool packed;        ///< whether it is the copy
  int first_channel;  ///< of the group of panels that is packed
  float* dw;
};

/// Where a panel begins in the packed gradients of its group.
std::ptrdiff_t panel_offset(const Conv2dLayout& layout, const Panel& panel, int first_channel) {
  return std::ptrdiff_t{panel.begin - first_channel} * layout.shape.out_positions() * layout.shape.batch;
}

/// What both kinds of products share: cells are output positions, terms the images of the batch.
class PanelOfGradient {
 public:
  PanelOfGradient(const Conv2dLayout& layout, std::size_t panel, const Operands& operands)
      : layout_(layout), operands_(operands), panel_(panel) {
    const Panel& columns = layout.out_panels[panel];
    dy_row_ = operands.packed ? columns.width : layout.shape.out_channels;
    dy_ = operands.dy +
          (operands.packed ? panel_offset(layout, columns, operands.first_channel) : columns.begin);
  }
  int cell_terms() const { return layout_.shape.batch; }
  Epilogue epilogue() const { return {}; }

 protected:
  const float* dy_at(int oh, int ow, int image) const {
    const std::ptrdiff_t position = std::ptrdiff_t{oh} * layout_.shape.out_width + ow;
    return dy_ + (position * layout_.shape.batch + image) * dy_row_;
  }
  /// Rows of C begin at tap `tap`.
  void set_panel(BatchReduce& job, int tap) const {
    job.b_row = dy_row_;
    job.c = operands_.dw + layout_.weight_offset(panel_, tap, 0);
    job.c_row = layout_.out_panels[panel_].width;
    job.columns = layout_.out_panels[panel_].columns;
  }

  const Conv2dLayout& layout_;
  const Operands& operands_;

 private:
  std::size_t panel_;
  const float* dy_;  // of the panel
  std::ptrdiff_t dy_row_;
};

/// One tap on a map: rows of C are in_channels.
class Tap : public PanelOfGradient {
 public:
  Tap(const Conv2dLayout& layout, std::size_t panel, const Operands& operands, int tap)
      : PanelOfGradient(layout, panel, operands),
        tap_(tap),
        kh_(tap / layout.shape.kernel_size),
        kw_(tap % layout.shape.kernel_size),
        rows_(outputs_of_tap(rows_of(layout.shape), kh_)),
        columns_(outputs_of_tap(columns_of(layout.shape), kw_)) {}

  std::int64_t terms() const { return std::int64_t{rows_.count} * columns_.count * layout_.shape.batch; }
  void set_panel(BatchReduce& job) const { PanelOfGradient::set_panel(job, tap_); }

  Segment place(int cell, int first, int length) const {
    const Conv2dShape& shape = layout_.shape;
    const int oh = rows_.begin + cell / columns_.count, ow = columns_.begin + cell % columns_.count;
    const int ih = oh * shape.stride - shape.padding + kh_, iw = ow * shape.stride - shape.padding + kw_;
    const float* x = operands_.x + (std::ptrdiff_t{ih} * shape.width + iw) * layout_.input_position();
    return {x + std::ptrdiff_t{first} * shape.in_channels, dy_at(oh, ow, first), length};
  }

 private:
  int tap_, kh_, kw_;
  Range rows_, columns_;
};

/// One kernel row on the image: rows of C are (kw, in_channel).
class KernelRow : public PanelOfGradient {
 public:
  KernelRow(const Conv2dLayout& layout, std::size_t panel, const Operands& operands, int kh)
      : PanelOfGradient(layout, panel, operands), kh_(kh) {}

  std::int64_t terms() const { return std::int64_t{layout_.shape.out_positions()} * layout_.shape.batch; }
  void set_panel(BatchReduce& job) const { PanelOfGradient::set_panel(job, kh_ * layout_.shape.kernel_size); }

  Segment place(int cell, int first, int length) const {
    const Conv2dShape& shape = layout_.shape;
    const int oh = cell / shape.out_width, ow = cell % shape.out_width;
    const std::ptrdiff_t row = std::ptrdiff_t{oh * shape.stride + kh_} * shape.batch + first;
    const float* x =
        operands_.x + row * layout_.image_row() + std::ptrdiff_t{ow * shape.stride} * shape.in_channels;
    return {x, dy_at(oh, ow, first), length};
  }

 private:
  int kh_;
};

void gradient_of_products(const Conv2dLayout& layout, const PanelGroup& group, Part items,
                          const Operands& operands) {
  const Conv2dShape& shape = layout.shape;
  const bool image = shape.input_is_image;
  const BatchReduce job{.a_row = 1,
                        .a_term = image ? layout.image_row() : shape.in_channels,
                        .rows = image ? shape.kernel_size * shape.in_channels : shape.in_channels};
  const int chunk = chunk_terms(shape.batch);
  if (image)
    run_chunks(items, chunk, job, false,
               [&](int item) { return KernelRow(layout, group.panel(item), operands, group.index(item)); });
  else
    run_chunks(items, chunk, job, false,
               [&](int item) { return Tap(layout, group.panel(item), operands, group.index(item)); });
}

/// The columns of one panel of the gradient at one output position, one image after the other.
void pack_position(const Conv2dLayout& layout, const Panel& panel, int position, const float* dy,
                   float* packed) {
  const float* from = dy + position * layout.output_position() + panel.begin;
  float* to = packed + std::ptrdiff_t{position} * layout.shape.batch * panel.width;
  for (int image = 0; image < layout.shape.batch; ++image)
    std::memcpy(to + std::ptrdiff_t{image} * panel.width,
                from + std::ptrdiff_t{image} * layout.shape.out_channels,
                static_cast<std::size_t>(panel.columns) * sizeof(float));
}

}  // namespace

void CpuConv2d::weight_gradient(const float* x, const float* dy, float* dw) {
  const bool packs = layout_.packs_gradient();
  float* packed = scratch_.floats();
  for (const PanelGroup& group : layout_.weight_gradient_groups) {
    const int first_channel = layout_.out_panels[group.panel(0)].begin;
    if (packs)
      team_.for_each(layout_.shape.out_positions() * group.count, [&](int item, int) {
        const Panel& panel = layout_.out_panels[group.panel(item)];
        pack_position(layout_, panel, group.index(item), dy,
                      packed + panel_offset(layout_, panel, first_channel));
      });
    const Operands operands{x, packs ? packed : dy, packs, first_channel, dw};
    const int items =
        group.count * (layout_.shape.input_is_image ? layout_.shape.kernel_size : layout_.taps());
    const int parts = parts_for(items);
    team_.for_each(parts, [&](int part, int) {
      gradient_of_products(layout_, group, part_of(items, part, parts), operands);
    });
  }
}

}  // namespace mayfly::cpu
