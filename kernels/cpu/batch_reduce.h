// The one micro-kernel of convolution and Linear, in all three directions: a chunk of a batch-reduce matrix
// product.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/sgd.h"

namespace mayfly::cpu {

/// How wide a panel of B should be for the vectors in use: at most `columns`, in whole `unit`s.
struct PanelGeometry {
  int columns;
  int unit;
};
PanelGeometry panel_geometry();

/// A run of `length` terms: A's columns and B's rows.
struct Segment {
  const float* a;
  const float* b;
  std::int32_t length;
};

/// After the last chunk: bias, ReLU, dropout, on the tile while it is in registers.
struct Epilogue {
  const float* bias = nullptr;
  bool relu = false;
  const float* mask = nullptr;  ///< element (row, column) at mask + row*mask_row + column; nullptr: none
  std::ptrdiff_t mask_row = 0;
};

class FetchList;

/// C (rows x columns) = [C +] sum over segments and their terms t of A(row, t) * B(t, column), one chain of
/// FMAs from +0.
///   A(row, t) at segment.a + row*a_row + t*a_term;  B(t, column) at segment.b + t*b_row + column.
/// `add`: the chunk's sum is added to C, else C is overwritten. Reads B in whole vectors only where columns
/// is a multiple of the vector, else masked. No segments: the sum is +0.
struct BatchReduce {
  const Segment* segments = nullptr;
  int segment_count = 0;
  std::ptrdiff_t a_row = 0;
  std::ptrdiff_t a_term = 0;
  std::ptrdiff_t b_row = 0;
  float* c = nullptr;
  std::ptrdiff_t c_row = 0;
  int rows = 0;
  int columns = 0;
  bool add = false;
  const Epilogue* epilogue = nullptr;  ///< nullptr: not the last chunk, or nothing to do
  /// SGD with C instead of writing it, where `c` points into update->dw; nullptr: C is what is wanted. With
  /// `add` the sums of earlier chunks are read there.
  const WeightUpdate* update = nullptr;
  const FetchList* ahead = nullptr;  ///< fetched meanwhile; nullptr: nothing
};

void batch_reduce(const BatchReduce& job);

}  // namespace mayfly::cpu
