#include <algorithm>
#include <cmath>

#include "tests/reference/exact.h"
#include "tests/reference/logical_map.h"

namespace mayfly::exact {
namespace {

/// Rows (or columns) of a window: from `first` up to, not including, `end`.
struct Window {
  int first;
  int end;
};

Window window_of(int output, int input_size, const Pool2dShape& s) {
  const int start = output * s.stride - s.padding;
  return {std::max(0, start), std::min(input_size, start + s.kernel_size)};
}

/// Index ih*W + iw of the winner of these rows and columns of one map.
int winner_of(const float* map, int map_width, Window rows, Window columns) {
  int winner = rows.first * map_width + columns.first;
  for (int ih = rows.first; ih < rows.end; ++ih)
    for (int iw = columns.first; iw < columns.end; ++iw) {
      const float x = map[ih * map_width + iw];
      if (x > map[winner] || std::isnan(x)) winner = ih * map_width + iw;
    }
  return winner;
}

/// Both sums of one map: y (H,W), dz (OH,OW) -> dy (H,W).
void add_map_gradient(const Pool2dShape& s, const float* y, const float* dz, float* dy) {
  for (int ih = 0; ih < s.height; ++ih)
    for (int ow = 0; ow < s.out_width; ++ow) {
      const Window columns = window_of(ow, s.width, s);
      float mid = +0.0F;
      for (int oh = 0; oh < s.out_height; ++oh)
        if (winner_of(y, s.width, window_of(oh, s.height, s), columns) / s.width == ih)
          mid = mid + dz[oh * s.out_width + ow];
      const int winner = winner_of(y, s.width, {ih, ih + 1}, columns);
      dy[winner] = dy[winner] + mid;
    }
}

}  // namespace

Pooled max_pool2d(const Pool2dShape& s, const Floats& y) {
  Pooled pooled;
  const LogicalMap input{s.batch, s.channels, s.height, s.width};
  for (int n = 0; n < s.batch; ++n)
    for (int c = 0; c < s.channels; ++c)
      for (int oh = 0; oh < s.out_height; ++oh)
        for (int ow = 0; ow < s.out_width; ++ow) {
          const float* map = y.data() + input.at(n, c, 0, 0);
          const int winner = winner_of(map, s.width, window_of(oh, s.height, s), window_of(ow, s.width, s));
          pooled.winners.push_back(winner);
          pooled.values.push_back(map[winner]);
        }
  return pooled;
}

Floats max_pool2d_gradient(const Pool2dShape& s, const Floats& y, const Floats& dz) {
  const LogicalMap input{s.batch, s.channels, s.height, s.width};
  const LogicalMap output{s.batch, s.channels, s.out_height, s.out_width};
  Floats dy(input.count(), +0.0F);
  for (int n = 0; n < s.batch; ++n)
    for (int c = 0; c < s.channels; ++c)
      add_map_gradient(s, y.data() + input.at(n, c, 0, 0), dz.data() + output.at(n, c, 0, 0),
                       dy.data() + input.at(n, c, 0, 0));
  return dy;
}

}  // namespace mayfly::exact
