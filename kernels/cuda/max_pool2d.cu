#include "kernels/cuda/max_pool2d.h"

#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"
#include "kernels/valid_taps.h"

namespace mayfly::cuda {
namespace {

constexpr int kLanes = 32;  // columns of a block
constexpr int kRows = 8;    // of threads
constexpr dim3 kBlock(kLanes, kRows);
static_assert(threads_of(kBlock) % 32 == 0);
constexpr int kFewLines = 48;    // most maps are small, and shared memory decides how many blocks an SM holds
constexpr int kMostLines = 257;  // an even kernel with half of it as padding: one output more than inputs

struct PoolArguments {
  Axis rows, columns;
  int channels, padded_channels;
  int lanes;  // batch * padded_channels
  MapLayout input, output;
};

/// One column: where it lies in both maps, and whether it is a real one.
struct Column {
  int lane;
  int input, output;
  bool exists;
  bool is_padding;
};

__device__ Column column_of(const PoolArguments& a) {
  const int lane = static_cast<int>(blockIdx.x) * kLanes + static_cast<int>(threadIdx.x);
  const int n = lane / a.padded_channels, c = lane - n * a.padded_channels;
  return {lane, n * a.input.image + c, n * a.output.image + c, lane < a.lanes, c >= a.channels};
}

/// A later value replaces the winner where it is greater or NaN.
__device__ bool replaces(float value, float winner) {
  return value > winner || value != value;
}

template <int kLines>
struct RowWinners {
  float value[kLines][kLanes];
  std::uint8_t column[kLines][kLanes];
};

/// The winner of every input row within the window of output column `ow`.
template <int kLines>
__device__ void scan_rows(const PoolArguments& a, const Column& column, int ow, const float* x,
                          RowWinners<kLines>& winners) {
  const Range window = window_of_output(a.columns, ow);
  for (int ih = static_cast<int>(threadIdx.y); ih < a.rows.input; ih += kRows) {
    const float* row = x + ih * a.columns.input * a.input.position + column.input;
    float best = row[window.begin * a.input.position];
    int at = window.begin;
    for (int iw = window.begin + 1; iw < window.end(); ++iw) {
      const float value = row[iw * a.input.position];
      if (!replaces(value, best)) continue;
      best = value;
      at = iw;
    }
    winners.value[ih][threadIdx.x] = best;
    winners.column[ih][threadIdx.x] = static_cast<std::uint8_t>(at);
  }
}

/// The winner among the rows of every output row's window.
template <int kLines>
__device__ void scan_columns(const PoolArguments& a, const Column& column, int ow,
                             const RowWinners<kLines>& rows, float* y, std::uint16_t* winners) {
  for (int oh = static_cast<int>(threadIdx.y); oh < a.rows.output; oh += kRows) {
    const Range window = window_of_output(a.rows, oh);
    int at = window.begin;
    float best = rows.value[at][threadIdx.x];
    for (int ih = window.begin + 1; ih < window.end(); ++ih) {
      const float value = rows.value[ih][threadIdx.x];
      if (!replaces(value, best)) continue;
      best = value;
      at = ih;
    }
    const int position = oh * a.columns.output + ow;
    y[position * a.output.position + column.output] = column.is_padding ? 0.0F : best;
    winners[position * a.lanes + column.lane] =
        static_cast<std::uint16_t>(at * a.columns.input + rows.column[at][threadIdx.x]);
  }
}

template <int kLines>
__global__ void __launch_bounds__(threads_of(kBlock))
    max_pool2d_forward(MAYFLY_GRID_CONSTANT const PoolArguments a, const float* x, float* y,
                       std::uint16_t* winners) {
  MAYFLY_SHARED(RowWinners<kLines>, rows);
  const Column column = column_of(a);
  const int ow = static_cast<int>(blockIdx.y);
  if (column.exists) scan_rows<kLines>(a, column, ow, x, rows);
  __syncthreads();
  if (column.exists) scan_columns<kLines>(a, column, ow, rows, y, winners);
}

/// mid[ih, ow] for every ow, with the column of the winner (any where row ih won nothing: mid is +0 then).
template <int kLines>
__device__ void sum_over_rows(const PoolArguments& a, const Column& column, int ih, const float* dy,
                              const std::uint16_t* winners, RowWinners<kLines>& middle) {
  const InputTaps reading = taps_of_input(a.rows, ih);
  const int first_oh = reading.first_output - reading.count + 1;
  for (int ow = static_cast<int>(threadIdx.y); ow < a.columns.output; ow += kRows) {
    float sum = 0.0F;
    int winner = 0;
    for (int oh = first_oh; oh <= reading.first_output; ++oh) {
      const int position = oh * a.columns.output + ow;
      const int at = winners[position * a.lanes + column.lane] - ih * a.columns.input;
      if (at < 0 || at >= a.columns.input) continue;
      sum += dy[position * a.output.position + column.output];
      winner = at;
    }
    middle.value[ow][threadIdx.x] = sum;
    middle.column[ow][threadIdx.x] = static_cast<std::uint8_t>(winner);
  }
}

/// dx[ih, iw] for every iw.
template <int kLines>
__device__ void sum_over_columns(const PoolArguments& a, const Column& column, int ih,
                                 const RowWinners<kLines>& middle, float* dx) {
  for (int iw = static_cast<int>(threadIdx.y); iw < a.columns.input; iw += kRows) {
    const InputTaps reading = taps_of_input(a.columns, iw);
    float sum = 0.0F;
    for (int ow = reading.first_output - reading.count + 1; ow <= reading.first_output; ++ow)
      if (middle.column[ow][threadIdx.x] == iw) sum += middle.value[ow][threadIdx.x];
    dx[(ih * a.columns.input + iw) * a.input.position + column.input] = column.is_padding ? 0.0F : sum;
  }
}

template <int kLines>
__global__ void __launch_bounds__(threads_of(kBlock))
    max_pool2d_backward(MAYFLY_GRID_CONSTANT const PoolArguments a, const float* dy,
                        const std::uint16_t* winners, float* dx) {
  MAYFLY_SHARED(RowWinners<kLines>, middle);
  const Column column = column_of(a);
  const int ih = static_cast<int>(blockIdx.y);
  if (column.exists) sum_over_rows<kLines>(a, column, ih, dy, winners, middle);
  __syncthreads();
  if (column.exists) sum_over_columns<kLines>(a, column, ih, middle, dx);
}

PoolArguments arguments_of(const Context& context, const Pool2dShape& s) {
  const int padded = padded_to_four(s.channels);
  return {rows_of(s),
          columns_of(s),
          s.channels,
          padded,
          s.batch * padded,
          context.layout(s.height * s.width, s.batch, s.channels),
          context.layout(s.out_height * s.out_width, s.batch, s.channels)};
}

dim3 grid_of(const PoolArguments& a, int blocks) {
  return dim3(static_cast<unsigned>((a.lanes + kLanes - 1) / kLanes), static_cast<unsigned>(blocks));
}

std::int64_t padded_elements(const Pool2dShape& s, int positions) {
  return std::int64_t{positions} * s.batch * padded_to_four(s.channels);
}

}  // namespace

CudaMaxPool2d::CudaMaxPool2d(const Context& context, const Pool2dShape& shape)
    : context_(context), shape_(shape) {
  check_pooled_map(shape.height, shape.width);
  check_index(padded_elements(shape, shape.height * shape.width), "the input of a pooling");
  check_index(padded_elements(shape, shape.out_height * shape.out_width), "the output of a pooling");
}

std::size_t CudaMaxPool2d::winner_bytes() const {
  return static_cast<std::size_t>(padded_elements(shape_, shape_.out_height * shape_.out_width)) *
         sizeof(std::uint16_t);
}

void CudaMaxPool2d::forward(const float* x, float* y, void* winners) {
  const PoolArguments arguments = arguments_of(context_, shape_);
  const auto kernel =
      shape_.height <= kFewLines ? max_pool2d_forward<kFewLines> : max_pool2d_forward<kMostLines>;
  launch(kernel, grid_of(arguments, shape_.out_width), kBlock, context_.stream, arguments, x, y,
         static_cast<std::uint16_t*>(winners));
}

void CudaMaxPool2d::backward(const float* dy, const void* winners, float* dx) {
  const PoolArguments arguments = arguments_of(context_, shape_);
  const auto kernel =
      shape_.out_width <= kFewLines ? max_pool2d_backward<kFewLines> : max_pool2d_backward<kMostLines>;
  launch(kernel, grid_of(arguments, shape_.height), kBlock, context_.stream, arguments, dy,
         static_cast<const std::uint16_t*>(winners), dx);
}

}  // namespace mayfly::cuda
