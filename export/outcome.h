// How a network's life went, in a few numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "export/known_network.h"

namespace mayfly {

struct Outcome {
  std::string status;  ///< "complete", or "diverged" where some loss is no finite number
  std::int64_t rows = 0;
  std::optional<double> diverged_since = std::nullopt;  ///< epochs of the first such row
  double best_val_acc = 0;                              ///< percent
  double best_epochs = 0;                               ///< of the first row that reached it
  double last_epochs = 0;
  double last_train_loss = 0;
  double last_val_loss = 0;
  double last_val_acc = 0;
  std::optional<double> train_seconds = std::nullopt;  ///< of all rows, where the journals know them all
  std::optional<double> val_seconds = std::nullopt;
};

Outcome outcome_of(const KnownNetwork& network);

}  // namespace mayfly
