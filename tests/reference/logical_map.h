// Logical order of maps and weights: (N,C,H,W) and (O,I,kh,kw), the last index fastest.
#pragma once

#include <cstddef>

namespace mayfly {

/// Four sizes; at() is the place of an element.
struct LogicalMap {
  int n = 1, c = 1, h = 1, w = 1;
  std::size_t at(int in, int ic, int ih, int iw) const {
    return ((static_cast<std::size_t>(in) * c + ic) * h + ih) * w + iw;
  }
  std::size_t count() const { return static_cast<std::size_t>(n) * c * h * w; }
};

}  // namespace mayfly
