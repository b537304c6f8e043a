// DIR/failed/<ID>.json: why a network could not be trained, and how often that was tried.
//
//   {"id": ID, "index": I, "attempts": A, "reason": R}
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "trainer/progress.h"

namespace mayfly {

struct Failure {
  int attempts = 0;
  std::string reason;  ///< of the last attempt
};

/// What the file says; empty where there is none. DataError where it is no such file.
std::optional<Failure> read_failure(const std::filesystem::path& campaign, const std::string& id);

/// Counts one more attempt and keeps `reason`, durably. DataError where it cannot be written.
void add_failure(const std::filesystem::path& campaign, const CampaignNetwork& network,
                 const std::string& reason);

/// How often that was tried; 0 where there is no readable file.
int failed_attempts(const std::filesystem::path& campaign, const std::string& id);

/// The same for every network that has a file, by ID.
std::map<std::string, int> failed_attempts(const std::filesystem::path& campaign);

/// Removes the file where there is one: the network is complete.
void clear_failure(const std::filesystem::path& campaign, const std::string& id);

}  // namespace mayfly
