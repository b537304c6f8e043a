// Weight gradient: per tap, the output positions that read the map through it; for the image, per kernel row,
// all output positions (the borders are zeros in memory).
#include <algorithm>

#include "kernels/cpu/chunk.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

struct Operands {
  const float* x;
  const float* dy;
  float* dw;
};

/// What both kinds of products share: cells are output positions, terms the images of the batch.
class PanelOfGradient {
 public:
  PanelOfGradient(const Conv2dLayout& layout, std::size_t panel, const Operands& operands)
      : layout_(layout), operands_(operands), panel_(panel) {}
  int cell_terms() const { return layout_.shape.batch; }
  Epilogue epilogue() const { return {}; }

 protected:
  const float* dy_at(int oh, int ow, int image) const {
    return operands_.dy + (std::ptrdiff_t{oh} * layout_.shape.out_width + ow) * layout_.output_position() +
           std::ptrdiff_t{image} * layout_.shape.out_channels + layout_.out_panels[panel_].begin;
  }

  const Conv2dLayout& layout_;
  const Operands& operands_;
  std::size_t panel_;
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
  float* c() const { return operands_.dw + layout_.weight_offset(panel_, tap_, 0); }

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
  float* c() const {
    return operands_.dw + layout_.weight_offset(panel_, kh_ * layout_.shape.kernel_size, 0);
  }

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

void gradient_of_items(const Conv2dLayout& layout, std::size_t panel, Part items, const Operands& operands) {
  const Conv2dShape& shape = layout.shape;
  const bool image = shape.input_is_image;
  const BatchReduce job{.a_row = 1,
                        .a_term = image ? layout.image_row() : shape.in_channels,
                        .b_row = shape.out_channels,
                        .c_row = layout.out_panels[panel].width,
                        .rows = image ? shape.kernel_size * shape.in_channels : shape.in_channels,
                        .columns = layout.out_panels[panel].columns};
  const int chunk = chunk_terms(shape.batch);
  if (image)
    run_chunks(items, chunk, job, false, [&](int kh) { return KernelRow(layout, panel, operands, kh); });
  else
    run_chunks(items, chunk, job, false, [&](int tap) { return Tap(layout, panel, operands, tap); });
}

}  // namespace

void CpuConv2d::weight_gradient(const float* x, const float* dy, float* dw) {
  const Operands operands{x, dy, dw};
  const std::size_t panels = layout_.out_panels.size();
  const int items = layout_.shape.input_is_image ? layout_.shape.kernel_size : layout_.taps();
  const int parts = parts_for(panels, items);
  team_.for_each(static_cast<int>(panels) * parts, [&](int item, int) {
    gradient_of_items(layout_, static_cast<std::size_t>(item / parts), part_of(items, item % parts, parts),
                      operands);
  });
}

}  // namespace mayfly::cpu
