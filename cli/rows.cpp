#include "cli/rows.h"

#include <fmt/format.h>

namespace mayfly::cli {

std::string row_heading() {
  return fmt::format("{:>6} {:>10} {:>10} {:>8}", "epoch", "trainLoss", "valLoss", "valAcc");
}

std::string row_text(const Point& point) {
  return fmt::format("{:>6.1f} {:>10.6f} {:>10.6f} {:>7.2f}%", point.epoch, point.train_loss, point.val_loss,
                     point.val_acc);
}

}  // namespace mayfly::cli
