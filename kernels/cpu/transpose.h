// to[column][row] = from[row][column].
#pragma once

#include <cstddef>

namespace mayfly::cpu {

void transpose(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to,
               std::ptrdiff_t to_row);

}  // namespace mayfly::cpu
