// Many networks in a few lines of text.
#pragma once

#include <string>
#include <vector>

#include "plot/curves.h"

namespace mayfly {

/// One data set of a campaign.
struct Summary {
  std::string dataset;
  std::size_t networks = 0;
  std::size_t with_gaps = 0;  ///< networks with a loss that is nan or inf
  double chance = 0;          ///< percent
  double best = 0;            ///< final accuracies, percent
  double median = 0;
  double worst = 0;
  std::size_t above_chance = 0;  ///< networks whose final accuracy is at least twice the chance level
};

/// By data set, in the order of their names.
std::vector<Summary> summaries(const std::vector<Curve>& curves);

/// A heading and a line per data set, columns aligned.
std::string summary_text(const std::vector<Curve>& curves);

}  // namespace mayfly
