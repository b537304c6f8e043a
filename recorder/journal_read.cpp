#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/field_text.h"
#include "recorder/journal.h"
#include "recorder/number_text.h"

namespace mayfly {
namespace {

using Json = nlohmann::json;

struct Event {
  std::string time;
  Json json;
};

double number_at(const Json& json, const char* key) {
  const auto value = parse_number(json.at(key).get_ref<const std::string&>());
  if (!value) throw Json::other_error::create(500, std::string(key) + " spells no number", &json);
  return *value;
}

JournalPoint point_of(const Json& json) {
  JournalPoint point{.index = json.at("index"),
                     .point = {.epoch = json.at("epoch"),
                               .train_loss = number_at(json, "train_loss"),
                               .val_loss = number_at(json, "val_loss"),
                               .val_acc = number_at(json, "val_acc")},
                     .correct = json.at("correct"),
                     .seen = json.at("seen"),
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
  network.index = json.at("index");
  network.host = json.at("host");
  network.pid = json.at("pid");
  network.state = NetworkState::running;
  const double from = json.value("from", 0.0);  // what came after is made again
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
void apply(const Event& event, Reading& reading) {
  const std::string kind = event.json.at("event");
  const bool known =
      kind == "claimed" || kind == "point" || kind == "diverged" || kind == "failed" || kind == "complete";
  if (!known) return;
  const std::string id = event.json.at("id");
  NetworkRecord& network = reading.record.networks[id];
  if (kind == "claimed") apply_claim(event.json, network, reading.put_aside[id]);
  if (kind == "point") apply_point(event.json, network);
  if (kind == "diverged") network.diverged_since = event.json.at("epoch").get<double>();
  if (kind == "failed") apply_failure(event.json, network);
  if (kind == "complete") {
    network.state = NetworkState::complete;
    reading.completed.insert(id);
  }
  network.last_time = event.time;
}

/// Adds the events of one file. A clock set back does not reorder them: a time is at least that of the line
/// before.
void add_events(const std::string& text, std::vector<Event>& events, std::size_t& unreadable_lines) {
  std::string latest;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("time") || !json["time"].is_string()) {
      ++unreadable_lines;
      continue;
    }
    latest = std::max(latest, json["time"].get<std::string>());
    events.push_back({.time = latest, .json = std::move(json)});
  }
}

void apply_all(std::vector<Event>& events, Reading& reading) {
  const auto earlier = [](const Event& a, const Event& b) { return a.time < b.time; };
  std::stable_sort(events.begin(), events.end(), earlier);
  for (const Event& event : events) {
    try {
      apply(event, reading);
    } catch (const Json::exception&) {
      ++reading.record.unreadable_lines;
    }
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
  std::vector<Event> events;
  for (const auto& file : files) add_events(read_whole_file(file), events, record.unreadable_lines);
  apply_all(events, reading);
  return std::move(reading.record);
}

}  // namespace mayfly
