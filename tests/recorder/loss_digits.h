// What the digits of a table tell about the sums behind them.
#pragma once

#include <cmath>

namespace mayfly {

/// Whether mean * batches is a sum of binary32 batch losses: a whole multiple of 2^-23 where none is below 1,
/// of 2^-25 where none is below 1/4. What the digits of the mean leave open is far below the tolerance.
inline bool is_sum_of_losses(double mean, int batches, int fraction_bits) {
  const double units = std::ldexp(mean * batches, fraction_bits);
  return std::fabs(units - std::nearbyint(units)) < 1e-4;
}

}  // namespace mayfly
