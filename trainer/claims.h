// Who trains which network, among any number of processes on one folder, on one host or several: by files
// alone (trainer/claim_file.h), without a server, a lock or a common clock.
//
// A claim is made by creating its file with O_CREAT | O_EXCL: exactly one process succeeds, on local file
// systems, on Lustre, and on NFS since version 3 (where the server tells a request sent twice by its
// verifier). The older way, link() of a temporary of one's own, is needed on NFS 2 alone; it asks for hard
// links, and a kill between its steps leaves the temporary behind. What it has for it, that no reader ever
// sees an empty claim, is not needed here: what a claim says is compared, not trusted.
//
// The owner changes the claim at every heartbeat. A claim is stale where its owner is known to be dead
// (trainer/process_identity.h), or where this process has seen the same bytes in it for the owner's whole
// lease, by its own monotonic clock: clocks and file times of two machines are never compared.
//
// To take a stale claim over is to put it aside (take_over_claim()), which only one process can, and to claim
// anew. Who put aside a claim that was no longer the stale one puts it back. So two processes may, rarely,
// believe for one heartbeat that they hold the same network: the later one's token is in the file, the other
// finds its claim lost and stops. Nothing breaks meanwhile, since both would write the same bytes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "trainer/claim_file.h"
#include "trainer/process_identity.h"

namespace mayfly {

struct ClaimOptions {
  std::chrono::milliseconds heartbeat{15'000};  ///< 0: nobody but the caller of beat() renews the claims
  std::chrono::milliseconds lease{90'000};      ///< several heartbeats: file systems stall
  ProcessIdentity process = this_process();
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// A network of ours; given back (its file removed) when this goes. Claims must outlive it.
class Claim {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  Claim(std::filesystem::path path, ClaimText text, Clock now = std::chrono::steady_clock::now)
      : path_(std::move(path)), text_(std::move(text)), now_(std::move(now)), renewed_at_(now_()) {}
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() { give_back(); }

  /// Another process has taken it over: this one was silent for too long. Its network is to be left alone.
  bool lost() const { return lost_; }

  /// Renews it, or finds it lost. A file system that fails for once loses nothing: the next beat counts.
  void beat();

 private:
  void give_back();
  void renew();

  std::filesystem::path path_;
  std::mutex mutex_;  // guards what is below, and the file from our own threads
  ClaimText text_;
  Clock now_;
  std::chrono::steady_clock::time_point renewed_at_;
  bool given_back_ = false;
  std::atomic<bool> lost_ = false;
};

/// The claims of one process. May be used by several threads at once.
class Claims {
 public:
  /// Creates DIR/work where missing, and starts the heartbeat. DataError where the folder cannot be made.
  explicit Claims(const std::filesystem::path& campaign, ClaimOptions options = {});
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;
  ~Claims() = default;

  /// Claims network `id`, taking a stale claim over; empty where another process holds it, or was faster.
  /// DataError where the claim can be neither made nor read (a full disk, permissions).
  std::shared_ptr<Claim> try_claim(const std::string& id);

  /// Who holds network `id`, for people; empty where nobody does or the claim does not say.
  std::optional<ProcessIdentity> holder(const std::string& id) const;

  /// Renews all claims, once.
  void beat();

 private:
  struct Watch {
    std::string seen;
    std::chrono::steady_clock::time_point since;
  };

  std::shared_ptr<Claim> create(const std::string& id);
  bool is_stale(const std::string& id, const std::string& line);
  void keep_beating(const std::stop_token& stop);

  std::filesystem::path campaign_;
  ClaimOptions options_;
  std::string token_;
  std::mutex mutex_;  // guards the three below
  std::condition_variable_any wake_;
  std::map<std::string, Watch> watched_;
  std::vector<std::weak_ptr<Claim>> held_;
  std::jthread heartbeat_;  // last: ends before what it uses
};

}  // namespace mayfly
