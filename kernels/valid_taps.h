// Which terms count, along one axis, in the order of kernels/arithmetic.md section 2. A two-dimensional set
// of valid taps or positions is the product of two of these ranges, row-major. Plain arithmetic, shared by
// all backends and their kernels.
#pragma once

#include "core/host_device.h"
#include "core/shape.h"

namespace mayfly {

MAYFLY_HOST_DEVICE constexpr int smaller(int a, int b) {
  return b < a ? b : a;
}
MAYFLY_HOST_DEVICE constexpr int larger(int a, int b) {
  return a < b ? b : a;
}

/// One axis of a convolution or pooling, kept sizes.
struct Axis {
  int input = 0;
  int output = 0;
  int kernel_size = 0;
  int stride = 1;
  int padding = 0;
};

MAYFLY_HOST_DEVICE inline Axis rows_of(const Conv2dShape& s) {
  return {s.height, s.out_height, s.kernel_size, s.stride, s.padding};
}
MAYFLY_HOST_DEVICE inline Axis columns_of(const Conv2dShape& s) {
  return {s.width, s.out_width, s.kernel_size, s.stride, s.padding};
}
MAYFLY_HOST_DEVICE inline Axis rows_of(const Pool2dShape& s) {
  return {s.height, s.out_height, s.kernel_size, s.stride, s.padding};
}
MAYFLY_HOST_DEVICE inline Axis columns_of(const Pool2dShape& s) {
  return {s.width, s.out_width, s.kernel_size, s.stride, s.padding};
}

/// A run of valid indices, possibly empty.
struct Range {
  int begin = 0;
  int count = 0;
  MAYFLY_HOST_DEVICE int end() const { return begin + count; }
};

MAYFLY_HOST_DEVICE inline Range range_of(int begin, int end) {
  return {begin, larger(0, end - begin)};
}

/// Taps of output `o` whose input o*stride - padding + tap lies in the map, ascending.
MAYFLY_HOST_DEVICE inline Range taps_of_output(const Axis& axis, int o) {
  const int first_input = o * axis.stride - axis.padding;
  return range_of(larger(0, -first_input), smaller(axis.kernel_size, axis.input - first_input));
}

/// Inputs that the window of output `o` covers.
MAYFLY_HOST_DEVICE inline Range window_of_output(const Axis& axis, int o) {
  const int first = o * axis.stride - axis.padding;
  return range_of(larger(0, first), smaller(axis.input, first + axis.kernel_size));
}

/// Outputs that read their input through `tap`, ascending.
MAYFLY_HOST_DEVICE inline Range outputs_of_tap(const Axis& axis, int tap) {
  const int lowest = axis.padding - tap;  // of o*stride
  const int highest = axis.input - 1 + axis.padding - tap;
  if (highest < 0) return {};
  const int first = lowest <= 0 ? 0 : (lowest + axis.stride - 1) / axis.stride;
  return range_of(first, smaller(axis.output, highest / axis.stride + 1));
}

/// Taps through which input `i` is read, ascending: tap(j) = first_tap + j*stride reads output first_output -
/// j.
struct InputTaps {
  int first_tap = 0;
  int first_output = 0;
  int count = 0;
};

MAYFLY_HOST_DEVICE inline InputTaps taps_of_input(const Axis& axis, int i) {
  const int shifted = i + axis.padding;
  const int last = smaller(axis.output - 1, shifted / axis.stride);
  const int reach = shifted - axis.kernel_size + 1;  // of o*stride, at least
  const int first = reach <= 0 ? 0 : (reach + axis.stride - 1) / axis.stride;
  return {shifted - last * axis.stride, last, larger(0, last - first + 1)};
}

/// L: terms of one chunk where a tap (or position) brings `terms_per_cell` of them.
MAYFLY_HOST_DEVICE inline int chunk_terms(int terms_per_cell) {
  constexpr int kChunk = 512;
  return terms_per_cell <= kChunk ? kChunk / terms_per_cell * terms_per_cell : kChunk;
}

}  // namespace mayfly
