// The journal of a campaign: DIR/journal/<host>-<pid>-<start>.jsonl, one writer each, append-only, never
// truncated. An event is a line of JSON, written by one write():
//
//   {"event":"claimed","time":T,"id":ID,"index":I,"host":H,"pid":P,"from":1.5}    no "from": from 0
//   {"event":"point","time":T,"id":ID,"index":I,"epoch":0.5,"train_loss":"2.3","val_loss":"nan",
//    "val_loss_published":"nan","val_acc":"10.0","correct":C,"seen":S,"train_seconds":s,"val_seconds":s,"device":D}
//   {"event":"diverged","time":T,"id":ID,"epoch":3.5}      losses are no numbers from this epoch on
//   {"event":"failed","time":T,"id":ID,"reason":R}
//   {"event":"complete","time":T,"id":ID}                  on the disk before the call returns
//   {"event":"note","time":T,"text":N}
//
// T is UTC, 2021-02-15T13:55:26.539263Z. Losses and accuracy are strings in the table's number text, since
// JSON has no NaN. Readers ignore events and keys that they do not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "recorder/output_file.h"
#include "recorder/table.h"

namespace mayfly {

/// A half epoch of one network.
struct JournalPoint {
  std::uint32_t index = 0;  ///< of the network in its campaign
  Point point;              ///< val_loss is the true mean over the validation batches
  std::optional<double> val_loss_published = std::nullopt;  ///< where the table's differs from the mean
  std::int64_t correct = 0;                                 ///< validation images
  std::int64_t seen = 0;
  double train_seconds = 0;
  double val_seconds = 0;
  std::string device;
};

/// Writes events; may be shared by the threads of one process. Errors (DataError) name file and reason; what
/// was to be written then, or to be brought to the disk, is written again with the next event. So lines may
/// be torn or there twice, but none is lost while the process lives.
class JournalWriter {
 public:
  /// Creates DIR/journal where missing, and a file of its own in it.
  explicit JournalWriter(const std::filesystem::path& campaign);
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;
  ~JournalWriter();  ///< catches up where it is behind and can

  /// `from`: epochs of the points that are gone on from, 0 where the network begins anew.
  void claimed(const std::string& id, std::uint32_t index, double from = 0);
  void point(const std::string& id, const JournalPoint& point);
  void diverged(const std::string& id, double since_epoch);
  void failed(const std::string& id, const std::string& reason);
  void complete(const std::string& id);
  void note(const std::string& text);
  /// All events so far are on the disk.
  void sync();

  const std::filesystem::path& path() const { return file_.path(); }

 private:
  void append(const std::string& line, bool durable);

  std::mutex mutex_;
  OutputFile file_;
  std::string unsynced_;  // lines since all were known to be on the disk
  bool behind_ = false;   // the last attempt failed: those lines are written again
};

/// What the last event about a network said. Running includes interrupted: whether its process lives is not
/// known here.
enum class NetworkState { running, complete, failed };

struct NetworkRecord {
  std::uint32_t index = 0;
  NetworkState state = NetworkState::running;
  std::string host;  ///< of the last claim
  std::int64_t pid = 0;
  std::string last_time;                  ///< of its last event
  std::map<double, JournalPoint> points;  ///< by epoch; the last one written wins
  std::optional<double> diverged_since = std::nullopt;
  std::string failure;  ///< the last reason; empty where none failed

  const JournalPoint* last_point() const { return points.empty() ? nullptr : &points.rbegin()->second; }
  double seconds() const;  ///< training and validation of all its points
};

struct JournalRecord {
  std::map<std::string, NetworkRecord> networks;  ///< by ID
  std::size_t files = 0;
  std::size_t unreadable_lines = 0;  ///< torn by a kill or a full disk; at most a few
};

/// Reads every journal of a campaign, events ordered by time. No folder: an empty record. DataError where a
/// file cannot be read.
JournalRecord read_journals(const std::filesystem::path& campaign);

}  // namespace mayfly
