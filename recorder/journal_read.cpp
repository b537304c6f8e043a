#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <queue>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/journal.h"
#include "recorder/json_integer.h"
#include "recorder/number_text.h"

namespace mayfly {
namespace {

using Json = nlohmann::json;

/// The events of one file, one after the other. A clock set back does not reorder them: a time is at least
/// that of the line before.
class JournalFile {
 public:
  explicit JournalFile(std::string text) : text_(std::move(text)) {}

  /// On to the next event; false at the end. Counts the lines that are none.
  bool next(std::size_t& unreadable_lines) {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      const std::string_view line = std::string_view(text_).substr(at_, end - at_);
      at_ = end + 1;
      if (line.empty()) continue;
      json_ = Json::parse(line, nullptr, false);
      if (json_.is_object() && json_.contains("time") && json_["time"].is_string()) {
        time_ = std::max(time_, json_["time"].get<std::string>());
        return true;
      }
      ++unreadable_lines;
    }
    return false;
  }
  const std::string& time() const { return time_; }
  const Json& json() const { return json_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
  std::string time_;
  Json json_;
};

double number_at(const Json& json, const char* key) {
  const auto value = parse_number(json.at(key).get_ref<const std::string&>());
  if (!value) throw Json::other_error::create(500, std::string(key) + " spells no number", &json);
  return *value;
}

JournalPoint point_of(const Json& json) {
  JournalPoint point{.index = integer_at<std::uint32_t>(json, "index"),
                     .point = {.epoch = json.at("epoch"),
                               .train_loss = number_at(json, "train_loss"),
                               .val_loss = number_at(json, "val_loss"),
                               .val_acc = number_at(json, "val_acc")},
                     .correct = integer_at<std::int64_t>(json, "correct"),
                     .seen = integer_at<std::int64_t>(json, "seen"),
                     .train_seconds = json.at("train_seconds"),
                     .val_seconds = json.at("val_seconds"),
                     .device = json.at("device")};
  if (json.contains("val_loss_published")) point.val_loss_published = number_at(json, "val_loss_published");
  return point;
}

void apply_point(const Json& json, NetworkRecord& network) {
  JournalPoint point = point_of(json);
  network.index = point.index;
  const double epoch = point.point.epoch;
  network.points.insert_or_assign(epoch, std::move(point));
}

/// What was read so far. Points before which a network began again are put aside: that they came before is
/// known from clocks only, which need not agree. Where the network was completed they are its points all the
/// same.
struct Reading {
  JournalRecord record;
  std::map<std::string, std::map<double, JournalPoint>> put_aside;  // by network
  std::set<std::string> completed;
};

void apply_claim(const Json& json, NetworkRecord& network, std::map<double, JournalPoint>& put_aside) {
  const auto index = integer_at<std::uint32_t>(json, "index");  // all or nothing of a line
  const std::string host = json.at("host");
  const auto pid = integer_at<std::int64_t>(json, "pid");
  const double from = json.value("from", 0.0);  // what came after is made again
  network.index = index;
  network.host = host;
  network.pid = pid;
  network.state = NetworkState::running;
  const auto made_again = network.points.upper_bound(from);
  for (auto point = made_again; point != network.points.end(); ++point)
    put_aside.insert_or_assign(point->first, point->second);
  network.points.erase(made_again, network.points.end());
  if (network.diverged_since > from) network.diverged_since.reset();
}

void apply_failure(const Json& json, NetworkRecord& network) {
  network.failure = json.at("reason");
  network.state = NetworkState::failed;
}

/// Throws where a known event lacks a key; points already read stay.
void apply(const JournalFile& event, Reading& reading) {
  const Json& json = event.json();
  const std::string kind = json.at("event");
  const bool known =
      kind == "claimed" || kind == "point" || kind == "diverged" || kind == "failed" || kind == "complete";
  if (!known) return;
  const std::string id = json.at("id");
  NetworkRecord& network = reading.record.networks[id];
  if (kind == "claimed") apply_claim(json, network, reading.put_aside[id]);
  if (kind == "point") apply_point(json, network);
  if (kind == "diverged") network.diverged_since = json.at("epoch").get<double>();
  if (kind == "failed") apply_failure(json, network);
  if (kind == "complete") {
    network.state = NetworkState::complete;
    reading.completed.insert(id);
  }
  network.last_time = event.time();
}

/// Events by their times, those of equal times by their files; one event of each file is in memory.
void apply_all(std::vector<JournalFile>& files, Reading& reading) {
  std::size_t& unreadable = reading.record.unreadable_lines;
  using Next = std::pair<std::string, std::size_t>;  // time, place in `files`
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  const auto advance = [&](std::size_t file) {
    if (files[file].next(unreadable)) next.emplace(files[file].time(), file);
  };
  for (std::size_t file = 0; file < files.size(); ++file) advance(file);
  while (!next.empty()) {
    const std::size_t file = next.top().second;
    next.pop();
    try {
      apply(files[file], reading);
    } catch (const Json::exception&) {
      ++unreadable;
    }
    advance(file);
  }
  for (const std::string& id : reading.completed)
    reading.record.networks[id].points.merge(reading.put_aside[id]);
}

}  // namespace

double NetworkRecord::seconds() const {
  double sum = 0;
  for (const auto& [epoch, point] : points) sum += point.train_seconds + point.val_seconds;
  return sum;
}

JournalRecord read_journals(const std::filesystem::path& campaign) {
  Reading reading;
  JournalRecord& record = reading.record;
  const std::filesystem::path folder = campaign / "journal";
  if (!std::filesystem::is_directory(folder)) return record;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  record.files = files.size();
  std::vector<JournalFile> journals;
  for (const auto& file : files) journals.emplace_back(read_whole_file(file));
  apply_all(journals, reading);
  return std::move(reading.record);
}

}  // namespace mayfly
