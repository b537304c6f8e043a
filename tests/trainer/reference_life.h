// A life as design says it, in one plain loop over the exact reference network.
#pragma once

#include <vector>

#include "core/network_spec.h"
#include "data/dataset.h"
#include "recorder/table.h"

namespace mayfly::tests {

struct ReferenceRow {
  Point point;  ///< val_loss is the mean
  double val_loss_published = 0;
};

/// `half_epochs` rows of `spec` on `dataset`, pixels normalised as `half`.
std::vector<ReferenceRow> reference_life(const NetworkSpec& spec, const Dataset& dataset, int half_epochs,
                                         bool element_dropout = false);

}  // namespace mayfly::tests
