// Weight gradient: per tap, the output positions that read the map through it; for the image, per kernel row,
// all output positions (the borders are zeros in memory).
#include <algorithm>
#include <cstring>

#include "kernels/cpu/chunk.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

/// The gradient as the products read it: rows are (position, image), columns the channels of a panel; dy
/// itself or a copy of some rows in panels.
struct GradientRows {
  const float* data;
  bool packed = false;
  std::ptrdiff_t first_row = 0, rows = 0;  ///< of the copy

  const float* at(const Panel& panel, std::ptrdiff_t row, std::ptrdiff_t row_floats) const {
    if (!packed) return data + row * row_floats + panel.begin;
    return data + panel_offset(panel) + (row - first_row) * row_floats;
  }
  std::ptrdiff_t panel_offset(const Panel& panel) const { return panel.begin * rows; }
};

struct Operands {
  const float* x;
  GradientRows dy;
  float* dw;
  const WeightUpdate* update;
};

/// Copies rows begin..end-1 of dy, all panels.
void pack(const Conv2dLayout& layout, const float* dy, std::ptrdiff_t begin, std::ptrdiff_t end,
          const GradientRows& rows, float* packed) {
  for (std::ptrdiff_t row = begin; row < end; ++row)
    for (const Panel& panel : layout.out_panels)
      std::memcpy(packed + rows.panel_offset(panel) + (row - rows.first_row) * panel.width,
                  dy + row * layout.shape.out_channels + panel.begin,
                  static_cast<std::size_t>(panel.columns) * sizeof(float));
}

/// What both kinds of products share: cells are output positions, terms the images of the batch.
class PanelOfGradient {
 public:
  PanelOfGradient(const Conv2dLayout& layout, std::size_t panel, const Operands& operands)
      : layout_(layout), operands_(operands), panel_(panel) {}
  int cell_terms() const { return layout_.shape.batch; }

 protected:
  const float* dy_at(int oh, int ow, int image) const {
    const std::ptrdiff_t position = std::ptrdiff_t{oh} * layout_.shape.out_width + ow;
    return operands_.dy.at(panel(), position * layout_.shape.batch + image, dy_row());
  }
  /// Rows of C begin at tap `tap`.
  void set_panel(BatchReduce& job, int tap) const {
    job.b_row = dy_row();
    job.c = operands_.dw + layout_.weight_offset(panel_, tap, 0);
    job.c_row = panel().width;
    job.columns = panel().columns;
  }

  const Conv2dLayout& layout_;
  const Operands& operands_;

 private:
  const Panel& panel() const { return layout_.out_panels[panel_]; }
  std::ptrdiff_t dy_row() const { return operands_.dy.packed ? panel().width : layout_.shape.out_channels; }

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

/// Of maps: taps by panels.
void gradient_of_taps(const Conv2dLayout& layout, const PanelGroup& group, Part items,
                      const Operands& operands) {
  const Conv2dShape& shape = layout.shape;
  const BatchReduce job{
      .a_row = 1, .a_term = shape.in_channels, .rows = shape.in_channels, .update = operands.update};
  FetchPlan plan({.a = layout.is_large(), .b = layout.is_large()});
  run_chunks(
      items, chunk_terms(shape.batch), job,
      [&](int item) { return Tap(layout, group.panel(item), operands, group.index(item)); }, plan);
}

/// Of the image: kernel rows by panels. All have the same terms, so that a chunk is copied for all of them.
void gradient_of_kernel_rows(const Conv2dLayout& layout, Part items, Operands operands, float* packed) {
  const Conv2dShape& shape = layout.shape;
  const BatchReduce job{.a_row = 1,
                        .a_term = layout.image_row(),
                        .rows = shape.kernel_size * shape.in_channels,
                        .update = operands.update};
  const PanelGroup& all = layout.weight_gradient_groups.front();
  const std::int64_t chunk = chunk_terms(shape.batch);
  const std::int64_t terms = std::int64_t{shape.out_positions()} * shape.batch;
  const float* dy = operands.dy.data;
  FetchPlan plan({});  // the chunk was just copied
  for (std::int64_t begin = 0; begin < terms; begin += chunk) {
    const std::int64_t end = std::min(terms, begin + chunk);
    if (packed != nullptr) {
      operands.dy = {.data = packed, .packed = true, .first_row = begin, .rows = chunk};
      pack(layout, dy, begin, end, operands.dy, packed);
    }
    run_chunks(items, chunk, job,
               [&](int item) { return KernelRow(layout, all.panel(item), operands, all.index(item)); }, plan,
               {begin, end});
  }
}

}  // namespace

void CpuConv2d::weight_gradient(const float* x, const float* dy, float* dw) {
  weight_products(x, dy, dw, nullptr);
}

void CpuConv2d::update_weights(const float* x, const float* dy, const SgdScalars& scalars, float* dw,
                               float* weights, float* momentum) {
  const WeightUpdate update{SgdFactors(scalars, counters_.updates == 0), dw, weights, momentum};
  weight_products(x, dy, dw, &update);
}

void CpuConv2d::weight_products(const float* x, const float* dy, float* dw, const WeightUpdate* update) {
  if (layout_.shape.input_is_image) return weight_products_of_image(x, dy, dw, update);
  Operands operands{x, {.data = dy}, dw, update};
  const std::ptrdiff_t batch = layout_.shape.batch;
  const int positions = layout_.shape.out_positions();
  if (layout_.packed_floats > 0) {
    operands.dy = {.data = scratch_.floats(), .packed = true, .rows = positions * batch};
    team_.for_each(positions, [&](int position, int) {
      pack(layout_, dy, position * batch, (position + 1) * batch, operands.dy, scratch_.floats());
    });
  }
  const std::vector<PanelGroup>& groups = layout_.weight_gradient_groups;
  const int items = layout_.taps() * groups.front().count;  // of each group
  const int parts = parts_for(groups.size(), items);
  team_.for_each(static_cast<int>(groups.size()) * parts, [&](int item, int) {
    gradient_of_taps(layout_, groups[static_cast<std::size_t>(item / parts)],
                     part_of(items, item % parts, parts), operands);
  });
}

void CpuConv2d::weight_products_of_image(const float* x, const float* dy, float* dw,
                                         const WeightUpdate* update) {
  const std::size_t packed_floats = layout_.packed_floats;
  const int items = static_cast<int>(layout_.out_panels.size()) * layout_.shape.kernel_size;
  const int parts = std::min(team_.threads(), items);  // each copies for itself
  team_.for_each(parts, [&](int part, int thread) {
    float* packed =
        packed_floats == 0 ? nullptr : scratch_.floats() + static_cast<std::size_t>(thread) * packed_floats;
    gradient_of_kernel_rows(layout_, part_of(items, part, parts), {x, {.data = dy}, dw, update}, packed);
  });
}

}  // namespace mayfly::cpu
