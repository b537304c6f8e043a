// Rows of a learning curve as lines of text.
#pragma once

#include <string>

#include "recorder/table.h"

namespace mayfly::cli {

/// "epoch  trainLoss   valLoss  valAcc" above rows of row_text().
std::string row_heading();
std::string row_text(const Point& point);

}  // namespace mayfly::cli
