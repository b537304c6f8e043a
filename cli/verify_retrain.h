// The strictest test of a table: to make it again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "cli/campaign_folder.h"
#include "cli/difference.h"
#include "cli/options.h"
#include "trainer/stop.h"

namespace mayfly::cli {

struct Retraining {
  std::vector<std::filesystem::path> tables;  ///< those trained again, to the end
  std::vector<Difference> differences;        ///< the first of each table that came out otherwise
  bool interrupted = false;
};

/// `count` of the tables, or all where there are fewer, drawn by `seed` alone.
std::vector<std::filesystem::path> draw_tables(std::vector<std::filesystem::path> tables, std::size_t count,
                                               std::uint64_t seed);

/// Trains the network of each table again, as campaign.json beside it says, and compares the bytes, but for
/// train_GPU. UsageError where a table cannot come out equal: torch_set_deterministic is False, or the images
/// are not those recorded.
Retraining retrain(const std::vector<std::filesystem::path>& tables, const std::optional<Campaign>& campaign,
                   const DeviceOptions& device, const StopCheck& stop);

}  // namespace mayfly::cli
