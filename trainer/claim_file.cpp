#include "trainer/claim_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "recorder/json_integer.h"
#include "recorder/output_file.h"

namespace mayfly {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* operation) {
  throw DataError(fmt::format("{}: {} failed: {}", path.string(), operation, std::strerror(errno)));
}

}  // namespace

std::filesystem::path work_folder(const std::filesystem::path& campaign) {
  return campaign / "work";
}

std::filesystem::path claim_path(const std::filesystem::path& campaign, const std::string& id) {
  return work_folder(campaign) / (id + ".claim");
}

std::string claim_line(const ClaimText& claim) {
  const nlohmann::ordered_json json = {{"host", claim.owner.host},
                                       {"place", claim.owner.place},
                                       {"pid", claim.owner.pid},
                                       {"start", claim.owner.start},
                                       {"token", claim.token},
                                       {"lease", claim.lease.count()},
                                       {"beat", fmt::format("{:020}", claim.beat)}};
  return json.dump() + "\n";
}

std::optional<ClaimText> parse_claim(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  try {
    return ClaimText{.owner = {.host = json.at("host"),
                               .place = json.at("place"),
                               .pid = integer_at<std::int64_t>(json, "pid"),
                               .start = integer_at<std::uint64_t>(json, "start")},
                     .token = json.at("token"),
                     .lease = std::chrono::milliseconds(integer_at<std::int64_t>(json, "lease")),
                     .beat = std::stoull(json.at("beat").get<std::string>())};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0 && (errno == ENOENT || errno == ESTALE)) return std::nullopt;
  if (descriptor < 0) fail(path, "open for reading");
  std::string text;
  std::array<char, 4096> block;
  ssize_t count = 0;
  do {
    count = ::read(descriptor, block.data(), block.size());
    if (count > 0) text.append(block.data(), static_cast<std::size_t>(count));
  } while (count > 0 || (count < 0 && errno == EINTR));
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  if (count < 0 && errno == ESTALE) return std::nullopt;  // NFS: removed while it was read
  if (count < 0) fail(path, "read");
  return text;
}

bool take_over_claim(const std::filesystem::path& path, const std::string& stale) {
  static std::atomic<unsigned> counter{0};
  const std::filesystem::path aside =
      path.parent_path() /
      fmt::format(".{}.{}-{}-{}.part", path.filename().string(), host_name(), ::getpid(), counter++);
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT || errno == ESTALE) return false;
    fail(path, "take over");
  }
  const bool was_stale = read_if_there(aside) == stale;
  if (!was_stale) {  // where there is a new claim already, the owner of the one put aside finds it lost
    [[maybe_unused]] const int put_back = ::link(aside.c_str(), path.c_str());
  }
  ::unlink(aside.c_str());
  return was_stale;
}

std::map<std::string, ClaimText> read_claims(const std::filesystem::path& campaign) {
  std::map<std::string, ClaimText> claims;
  std::error_code none;  // no folder: nothing was ever claimed
  for (const auto& entry : std::filesystem::directory_iterator(work_folder(campaign), none)) {
    if (entry.path().extension() != ".claim") continue;
    const std::optional<std::string> line = read_if_there(entry.path());
    std::optional<ClaimText> claim = line ? parse_claim(*line) : std::nullopt;
    if (claim) claims.emplace(entry.path().stem().string(), std::move(*claim));
  }
  return claims;
}

}  // namespace mayfly
