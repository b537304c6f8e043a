#include "kernels/cpu/transpose.h"

#include <algorithm>

namespace mayfly::cpu {
namespace {

constexpr int kBlock = 16;  // floats of a cache line

/// A whole block: fixed bounds, so that the compiler keeps it in vector registers.
void whole_block(const float* from, std::ptrdiff_t from_row, float* to, std::ptrdiff_t to_row) {
  float block[kBlock][kBlock];
  for (int i = 0; i < kBlock; ++i)
    for (int j = 0; j < kBlock; ++j) block[j][i] = from[i * from_row + j];
  for (int j = 0; j < kBlock; ++j)
    for (int i = 0; i < kBlock; ++i) to[j * to_row + i] = block[j][i];
}

void part_block(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to, std::ptrdiff_t to_row) {
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < rows; ++i) to[j * to_row + i] = from[i * from_row + j];
}

}  // namespace

void transpose(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to, std::ptrdiff_t to_row) {
  for (int j = 0; j < columns; j += kBlock) {
    for (int i = 0; i < rows; i += kBlock) {
      const int block_rows = std::min(kBlock, rows - i);
      const int block_columns = std::min(kBlock, columns - j);
      const float* source = from + i * from_row + j;
      float* target = to + j * to_row + i;
      if (block_rows == kBlock && block_columns == kBlock)
        whole_block(source, from_row, target, to_row);
      else
        part_block(source, from_row, block_rows, block_columns, target, to_row);
    }
  }
}

}  // namespace mayfly::cpu
