// DIR/work/<ID>.claim: who trains a network now. One line of JSON of a width that does not change while the
// claim lives, so that its heartbeat can be rewritten in place:
//
//   {"host":H,"place":"<boot> <namespace>","pid":P,"start":S,
//    "token":T,"lease":L,"beat":"00000000000000000042"}
//
// The token is random: it tells claims of one process from those of every other. The lease is in
// milliseconds: the owner promises that `beat` changes more often than that.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "trainer/process_identity.h"

namespace mayfly {

struct ClaimText {
  ProcessIdentity owner;
  std::string token;
  std::chrono::milliseconds lease{0};
  std::uint64_t beat = 0;
};

std::filesystem::path work_folder(const std::filesystem::path& campaign);
std::filesystem::path claim_path(const std::filesystem::path& campaign, const std::string& id);

std::string claim_line(const ClaimText& claim);

/// Empty where the text is no whole claim (its writer was killed, or is about to write it).
std::optional<ClaimText> parse_claim(const std::string& line);

/// What a file holds; empty where there is none. DataError where it cannot be read.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// Puts the claim that says `stale` out of the way: renames it to a name of one's own, which only one process
/// can, and removes it. False where another was faster; if there was another claim by then, it is put back.
bool take_over_claim(const std::filesystem::path& path, const std::string& stale);

/// Every whole claim of a campaign, by ID of its network.
std::map<std::string, ClaimText> read_claims(const std::filesystem::path& campaign);

}  // namespace mayfly
