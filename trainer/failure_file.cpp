#include "trainer/failure_file.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/json_integer.h"
#include "trainer/claim_file.h"

namespace mayfly {
namespace {

std::filesystem::path failure_path(const std::filesystem::path& campaign, const std::string& id) {
  return campaign / "failed" / (id + ".json");
}

}  // namespace

std::optional<Failure> read_failure(const std::filesystem::path& campaign, const std::string& id) {
  const std::filesystem::path path = failure_path(campaign, id);
  const std::optional<std::string> text = read_if_there(path);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const bool whole = json.is_object() && json.contains("attempts") && holds_integer<int>(json["attempts"]) &&
                     json.contains("reason") && json["reason"].is_string();
  if (!whole) throw DataError(path.string() + ": expected a JSON object with attempts and reason; remove it");
  return Failure{.attempts = json["attempts"].get<int>(), .reason = json["reason"].get<std::string>()};
}

void add_failure(const std::filesystem::path& campaign, const CampaignNetwork& network,
                 const std::string& reason) {
  const std::filesystem::path path = failure_path(campaign, network.spec.id);
  create_folder(path.parent_path());
  const std::optional<Failure> before = read_failure(campaign, network.spec.id);
  nlohmann::ordered_json json;
  json["id"] = network.spec.id;
  json["index"] = network.index;
  json["attempts"] = (before ? before->attempts : 0) + 1;
  json["reason"] = reason;
  const auto lenient = nlohmann::ordered_json::error_handler_t::replace;  // a reason may quote any bytes
  write_durable_file(path, json.dump(2, ' ', false, lenient) + "\n");
}

int failed_attempts(const std::filesystem::path& campaign, const std::string& id) {
  try {
    const std::optional<Failure> failure = read_failure(campaign, id);
    return failure ? failure->attempts : 0;
  } catch (const DataError&) {
    return 0;
  }
}

std::map<std::string, int> failed_attempts(const std::filesystem::path& campaign) {
  std::map<std::string, int> attempts;
  std::error_code none;  // no folder: nothing has failed
  for (const auto& entry : std::filesystem::directory_iterator(campaign / "failed", none)) {
    if (entry.path().extension() != ".json") continue;
    const std::string id = entry.path().stem().string();
    attempts.emplace(id, failed_attempts(campaign, id));
  }
  return attempts;
}

void clear_failure(const std::filesystem::path& campaign, const std::string& id) {
  std::error_code ignored;  // a file that stays says of a complete network what is out of date, no more
  std::filesystem::remove(failure_path(campaign, id), ignored);
}

}  // namespace mayfly
