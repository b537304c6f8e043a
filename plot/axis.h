// Axes: a range that holds the data, and ticks at round numbers.
#pragma once

#include <string>
#include <vector>

namespace mayfly {

struct Tick {
  double value = 0;
  std::string label;
};

struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  std::vector<Tick> ticks;  ///< ascending, within low..high

  /// 0 at low, 1 at high; values beyond the ends stay at the end. NaN stays NaN.
  double position(double value) const;
};

/// Range of the finite values seen; beyond 1e300 counts as 1e300.
class ValueRange {
 public:
  void add(double value);
  bool empty() const { return low_ > high_; }
  double low() const { return low_; }
  double high() const { return high_; }
  double lowest_positive() const { return lowest_positive_; }  ///< infinity where none was seen

 private:
  double low_ = 1e308;
  double high_ = -1e308;
  double lowest_positive_ = 1e308;
};

/// Epochs from 0 to `last`, at least half an epoch apart.
Axis epoch_axis(double last, int max_ticks);

/// Percent from 0 to the round number at or above `highest`, never beyond 100.
Axis percent_axis(double highest, int max_ticks);

/// Losses; logarithmic where the highest is more than 20 times the lowest above 0 (a loss of 0 then lies at
/// the lower end). Without any value: 0 to 1.
Axis loss_axis(const ValueRange& range, int max_ticks);

}  // namespace mayfly
