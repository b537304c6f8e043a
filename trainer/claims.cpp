#include "trainer/claims.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/output_file.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

std::string random_token() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

/// Creates the claim's file with its content; false where there is one. It is not synchronised: after a power
/// cut its owner is gone as well.
bool create_file(const fs::path& path, const std::string& line) {
  OutputFile file;
  if (!OutputFile::try_create(path, false, file)) return false;
  try {
    file.write(line);
    file.close();
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
  return true;
}

/// Owner of a descriptor.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);  // which brings what was written to an NFS server
  }
  bool is_open() const { return descriptor_ >= 0; }
  std::string read() const {
    std::array<char, 4096> block;
    const ssize_t count = ::pread(descriptor_, block.data(), block.size(), 0);
    return {block.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  void rewrite(const std::string& line) const {
    [[maybe_unused]] const ssize_t count = ::pwrite(descriptor_, line.data(), line.size(), 0);
  }

 private:
  int descriptor_;
};

bool has_token(const std::string& line, const std::string& token) {
  const std::optional<ClaimText> claim = parse_claim(line);
  return claim && claim->token == token;
}

}  // namespace

void Claim::beat() {
  const std::lock_guard lock(mutex_);
  if (given_back_ || lost_) return;
  try {
    renew();
  } catch (const std::exception&) {  // the lease has room for several beats that fail
  }
}

/// A claim that is not there is made anew: somebody who mistook it for a stale one is about to put it back.
/// Not after a lease, in which another process may have taken it over, come further and given it back. One
/// descriptor for reading and writing: what is written goes to the file that was ours when it was read, even
/// if it is taken over in between.
void Claim::renew() {
  ++text_.beat;
  const OpenFile file(path_);
  if (!file.is_open()) {
    if (errno != ENOENT) return;
    if (now_() - renewed_at_ >= text_.lease)
      lost_ = true;
    else
      create_file(path_, claim_line(text_));
    return;
  }
  const std::string line = file.read();
  if (line.empty()) return;  // could not be read, this time
  if (has_token(line, text_.token)) {
    file.rewrite(claim_line(text_));
    renewed_at_ = now_();
  } else {
    lost_ = true;
  }
}

void Claim::give_back() {
  const std::lock_guard lock(mutex_);
  given_back_ = true;
  try {
    const std::optional<std::string> line = read_if_there(path_);
    if (line && has_token(*line, text_.token)) ::unlink(path_.c_str());
  } catch (const std::exception&) {  // it becomes stale
  }
}

Claims::Claims(const fs::path& campaign, ClaimOptions options)
    : campaign_(campaign), options_(std::move(options)), token_(random_token()) {
  create_folder(work_folder(campaign));
  if (options_.heartbeat.count() > 0)
    heartbeat_ = std::jthread([this](const std::stop_token& stop) { keep_beating(stop); });
}

std::shared_ptr<Claim> Claims::try_claim(const std::string& id) {
  if (std::shared_ptr<Claim> claim = create(id)) return claim;
  const fs::path path = claim_path(campaign_, id);
  const std::optional<std::string> line = read_if_there(path);
  if (line && !(is_stale(id, *line) && take_over_claim(path, *line))) return nullptr;
  return create(id);
}

std::shared_ptr<Claim> Claims::create(const std::string& id) {
  const ClaimText text{.owner = options_.process, .token = token_, .lease = options_.lease};
  const fs::path path = claim_path(campaign_, id);
  if (!create_file(path, claim_line(text))) return nullptr;
  auto claim = std::make_shared<Claim>(path, text, options_.now);
  const std::lock_guard lock(mutex_);
  watched_.erase(id);
  std::erase_if(held_, [](const std::weak_ptr<Claim>& held) { return held.expired(); });
  held_.push_back(claim);
  return claim;
}

bool Claims::is_stale(const std::string& id, const std::string& line) {
  const std::optional<ClaimText> claim = parse_claim(line);
  if (claim && claim->token == token_)
    return true;  // nobody here has the network: it could not be given back
  if (claim && known_dead(claim->owner)) return true;
  const auto now = options_.now();
  const std::lock_guard lock(mutex_);
  Watch& watch = watched_.try_emplace(id, Watch{line, now}).first->second;
  if (watch.seen != line) watch = {line, now};
  return now - watch.since >= (claim ? claim->lease : options_.lease);
}

std::optional<ProcessIdentity> Claims::holder(const std::string& id) const {
  const std::optional<std::string> line = read_if_there(claim_path(campaign_, id));
  const std::optional<ClaimText> claim = line ? parse_claim(*line) : std::nullopt;
  return claim ? std::optional(claim->owner) : std::nullopt;
}

void Claims::beat() {
  std::vector<std::shared_ptr<Claim>> held;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Claim>& claim : held_)
      if (std::shared_ptr<Claim> alive = claim.lock()) held.push_back(std::move(alive));
  }
  for (const std::shared_ptr<Claim>& claim : held) claim->beat();
}

void Claims::keep_beating(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, options_.heartbeat, [] { return false; });
    }
    if (!stop.stop_requested()) beat();
  }
}

}  // namespace mayfly
