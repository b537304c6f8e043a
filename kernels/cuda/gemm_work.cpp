#include "kernels/cuda/gemm_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "kernels/valid_taps.h"

namespace mayfly::cuda {
namespace {

/// The segments of one item along one axis: first index and step in both operands.
struct Run {
  int count = 0;
  int a = 0, a_step = 0;
  int b = 0, b_step = 0;
};

Run forward_run(const Axis& axis, int output, int border) {
  const Range taps = taps_of_output(axis, output);
  return {taps.count, output * axis.stride - axis.padding + taps.begin + border, 1, taps.begin, 1};
}

Run data_gradient_run(const Axis& axis, int input) {
  const InputTaps taps = taps_of_input(axis, input);
  return {taps.count, taps.first_output, -1, taps.first_tap, axis.stride};
}

Run weight_gradient_run(const Axis& axis, int tap) {
  const Range outputs = outputs_of_tap(axis, tap);
  return {outputs.count, outputs.begin * axis.stride - axis.padding + tap, axis.stride, outputs.begin, 1};
}

/// Floats from row to row and from column to column of an operand's segments.
struct Grid {
  int row, column;
};

GemmItem make_item(const Run& rows, const Run& columns, Grid a, Grid b, int out) {
  GemmItem item{.out = out, .sums = -1, .cols_magic = quotient_magic(1)};
  if (rows.count <= 0 || columns.count <= 0) return item;
  item.rows = rows.count;
  item.cols = columns.count;
  item.a0 = rows.a * a.row + columns.a * a.column;
  item.ai = rows.a_step * a.row;
  item.aj = columns.a_step * a.column;
  item.b0 = rows.b * b.row + columns.b * b.column;
  item.bi = rows.b_step * b.row;
  item.bj = columns.b_step * b.column;
  item.cols_magic = quotient_magic(columns.count);
  return item;
}

/// Items for every (row, column) of height x width output matrices, `out_step` floats apart.
template <class RowRun, class ColumnRun>
void add_items(GemmWork& work, int height, int width, int out_step, Grid a, Grid b, const RowRun& row_run,
               const ColumnRun& column_run) {
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column)
      work.items.push_back(
          make_item(row_run(row), column_run(column), a, b, (row * width + column) * out_step));
}

/// Floats of a map row and position.
Grid map_grid(int width, const MapLayout& layout) {
  return {width * layout.position, layout.position};
}
Grid tap_grid(const Conv2dShape& s, const ConvLayout& layout) {
  return {s.kernel_size * layout.tap, layout.tap};
}

GemmWork forward_work(const Conv2dShape& s, const ConvLayout& layout) {
  GemmWork work;
  const bool fours = !s.input_is_image && (s.in_channels % 4 == 0 || s.in_channels <= 512);
  work.loads = fours ? GemmLoads::four : GemmLoads::one;
  work.shared = {.m = s.batch,
                 .n = s.out_channels,
                 .n_stride = layout.out_channels,
                 .k = fours ? layout.in_channels : s.in_channels,
                 .a_row = layout.x.image,
                 .a_inner = 1,
                 .b_row = 1,
                 .b_inner = layout.out_channels};
  const Axis rows = rows_of(s), columns = columns_of(s);
  add_items(
      work, s.out_height, s.out_width, layout.y.position, map_grid(layout.x_width, layout.x),
      tap_grid(s, layout), [&](int o) { return forward_run(rows, o, layout.x_border); },
      [&](int o) { return forward_run(columns, o, layout.x_border); });
  return work;
}

GemmWork data_gradient_work(const Conv2dShape& s, const ConvLayout& layout) {
  GemmWork work;
  const bool fours = s.out_channels % 4 == 0 || s.out_channels <= 512;
  work.loads = fours ? GemmLoads::four : GemmLoads::one;
  work.shared = {.m = s.batch,
                 .n = s.in_channels,
                 .n_stride = layout.in_channels,
                 .k = fours ? layout.out_channels : s.out_channels,
                 .a_row = layout.y.image,
                 .a_inner = 1,
                 .b_row = layout.out_channels,
                 .b_inner = 1};
  const Axis rows = rows_of(s), columns = columns_of(s);
  add_items(
      work, s.height, s.width, layout.x.position, map_grid(s.out_width, layout.y), tap_grid(s, layout),
      [&](int i) { return data_gradient_run(rows, i); },
      [&](int i) { return data_gradient_run(columns, i); });
  return work;
}

GemmWork weight_gradient_work(const Conv2dShape& s, const ConvLayout& layout) {
  GemmWork work;
  work.shared = {.m = s.in_channels,
                 .n = s.out_channels,
                 .n_stride = layout.out_channels,
                 .k = s.batch,
                 .a_row = 1,
                 .a_inner = layout.x.image,
                 .b_row = 1,
                 .b_inner = layout.y.image};
  const Axis rows = rows_of(s), columns = columns_of(s);
  add_items(
      work, s.kernel_size, s.kernel_size, layout.tap, map_grid(s.width, layout.x),
      map_grid(s.out_width, layout.y), [&](int tap) { return weight_gradient_run(rows, tap); },
      [&](int tap) { return weight_gradient_run(columns, tap); });
  return work;
}

/// One matrix whose rows are all (tap, channel): every position counts, so all share their segments.
GemmWork image_weight_gradient_work(const Conv2dShape& s, const ConvLayout& layout) {
  GemmWork work;
  work.loads = GemmLoads::one;
  const Grid image = map_grid(layout.x_width, layout.x);
  work.shared = {.m = s.fan_in(),
                 .n = s.out_channels,
                 .n_stride = layout.out_channels,
                 .k = s.batch,
                 .a_row = 0,
                 .a_inner = layout.x.image,
                 .b_row = 1,
                 .b_inner = layout.y.image,
                 .kernel_size = s.kernel_size,
                 .channels = s.in_channels,
                 .image_row = image.row,
                 .image_column = image.column};
  const Run rows{s.out_height, 0, s.stride, 0, 1}, columns{s.out_width, 0, s.stride, 0, 1};
  work.items.push_back(make_item(rows, columns, image, map_grid(s.out_width, layout.y), 0));
  return work;
}

/// chunk_terms() where a segment takes `stored` floats for its `terms`: whole segments, or 512 terms.
int chunk_in_memory(int terms, int stored) {
  const int chunk = chunk_terms(terms);
  return terms <= chunk ? chunk / terms * stored : chunk;
}

void check_offsets(const Conv2dShape& s, const ConvLayout& layout, const GemmWork& work) {
  constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max();
  const std::int64_t x =
      std::int64_t{s.height + 2 * layout.x_border} * layout.x_width * s.batch * layout.in_channels;
  const std::int64_t y = std::int64_t{s.out_positions()} * s.batch * layout.out_channels;
  const std::int64_t weights =
      std::int64_t{s.kernel_size} * s.kernel_size * layout.in_channels * layout.out_channels;
  bool fits = x < kLimit && y < kLimit && weights < kLimit;
  for (const GemmItem& item : work.items)
    fits = fits && quotient_holds(inner_of(work, item), work.shared.k) &&
           quotient_holds(std::int64_t{item.rows} * item.cols, std::max(1, item.cols));
  if (fits) return;
  throw DeviceError(
      fmt::format("cuda: a layer of {} images, {} x {} maps, {} to {} channels and kernel size {} is beyond "
                  "the 32-bit indices of the CUDA kernels; use a smaller batch or --device cpu",
                  s.batch, s.height, s.width, s.in_channels, s.out_channels, s.kernel_size));
}

}  // namespace

ConvLayout::ConvLayout(const Conv2dShape& s)
    : in_channels(s.input_is_image ? s.in_channels : padded_to_four(s.in_channels)),
      out_channels(padded_to_four(s.out_channels)),
      // Wrong where they do not fit, like two below, which check_offsets() refuses.
      x{static_cast<int>(std::int64_t{s.batch} * in_channels), in_channels},
      y(position_major(s.batch, s.out_channels)),
      x_width(s.width + (s.input_is_image ? 2 * s.padding : 0)),
      x_border(s.input_is_image ? s.padding : 0),
      tap(static_cast<int>(std::int64_t{in_channels} * out_channels)),
      weights(static_cast<int>(std::int64_t{s.kernel_size} * s.kernel_size * tap)) {}

GemmWork make_work(const Conv2dShape& shape, Product product) {
  const ConvLayout layout(shape);
  GemmWork work;
  check_offsets(shape, layout, work);  // of the maps, before items are made of them
  int terms = shape.batch;             // of a segment
  switch (product) {
    case Product::forward:
      work = forward_work(shape, layout), terms = shape.in_channels;
      break;
    case Product::data_gradient:
      work = data_gradient_work(shape, layout), terms = shape.out_channels;
      break;
    case Product::weight_gradient:
      work = weight_gradient_work(shape, layout);
      break;
    case Product::image_weight_gradient:
      work = image_weight_gradient_work(shape, layout);
      break;
  }
  work.shared.chunk = chunk_in_memory(terms, work.shared.k);
  work.shared.k_magic = quotient_magic(work.shared.k);
  for (GemmItem& item : work.items) item.all_chunks = item.chunk_count = chunks_of(work, item);
  check_offsets(shape, layout, work);
  return work;
}

std::int64_t inner_of(const GemmWork& work, const GemmItem& item) {
  return std::int64_t{item.rows} * item.cols * work.shared.k;
}

int chunks_of(const GemmWork& work, const GemmItem& item) {
  const std::int64_t chunks = (inner_of(work, item) + work.shared.chunk - 1) / work.shared.chunk;
  return static_cast<int>(std::max<std::int64_t>(1, chunks));
}

SplitItems split(const GemmWork& work, int tiles_per_matrix) {
  SplitItems split;
  for (GemmItem item : work.items) {
    if (item.all_chunks > 1) {
      item.chunk_count = 1;
      item.first_sum = static_cast<int>(split.sums);
      item.ticket = split.tickets;
      split.tickets += tiles_per_matrix;
      for (; item.first_chunk < item.all_chunks - 1; ++item.first_chunk) {
        item.sums = static_cast<int>(split.sums);
        split.sums += work.size();
        split.items.push_back(item);
      }
      item.sums = static_cast<int>(split.sums);
      split.sums += work.size();
    }
    split.items.push_back(item);
  }
  return split;
}

void sort_by_length(const GemmWork& work, std::vector<GemmItem>& items) {
  const auto length = [&](const GemmItem& item) {
    const std::int64_t begin = std::int64_t{item.first_chunk} * work.shared.chunk;
    return std::min(inner_of(work, item) - begin, std::int64_t{item.chunk_count} * work.shared.chunk);
  };
  std::stable_sort(items.begin(), items.end(),
                   [&](const GemmItem& x, const GemmItem& y) { return length(x) > length(y); });
}

}  // namespace mayfly::cuda
