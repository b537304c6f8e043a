// How far binary32 may be from binary64: running error bounds (Higham, Accuracy and Stability of Numerical
// Algorithms, chapter 3), from the unit roundoff and the number of terms. u = 2^-24; a sum of T terms errs
// by at most T*u/(1 - T*u) times the sum of the terms' magnitudes.
#pragma once

#include "tests/reference/double_network.h"

namespace mayfly::double_precision {

inline constexpr double kUnitRoundoff = 0x1p-24;

/// T*u/(1 - T*u).
double sum_bound(double terms);

Doubles magnitudes(Doubles values);

// Bound of each element where the inputs are exact.
Doubles conv2d_bound(const Conv2dShape& shape, const Doubles& x, const Doubles& w, const Doubles& bias);
Doubles data_gradient_bound(const Conv2dShape& shape, const Doubles& dy, const Doubles& w);
Doubles weight_gradient_bound(const Conv2dShape& shape, const Doubles& x, const Doubles& dy);
Doubles bias_gradient_bound(const Conv2dShape& shape, const Doubles& dy);

/// Bounds of a whole step in binary32, for the last step of `network`.
struct StepBounds {
  double loss = 0;
  Doubles gradients;  ///< hold where binary32 made the same decisions
};
StepBounds step_bounds(const DoubleNetwork& network);

}  // namespace mayfly::double_precision
