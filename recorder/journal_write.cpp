#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/journal.h"
#include "recorder/number_text.h"

namespace mayfly {
namespace {

using Json = nlohmann::ordered_json;

/// UTC in a format of strftime, then the mark and six digits of microseconds.
std::string now_text(const char* format, char fraction_mark) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t time = std::chrono::system_clock::to_time_t(second);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), format, &utc);
  return fmt::format("{}{}{:06}", text.data(), fraction_mark, (now - second).count());
}

Json new_event(const char* event) {
  return {{"event", event}, {"time", now_text("%Y-%m-%dT%H:%M:%S", '.') + "Z"}};
}

Json network_event(const char* event, const std::string& id) {
  Json json = new_event(event);
  json["id"] = id;
  return json;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

JournalWriter::JournalWriter(const std::filesystem::path& campaign) {
  const std::filesystem::path folder = campaign / "journal";
  create_folder(folder);
  for (bool created = false; !created;) {
    const std::string start = now_text("%Y_%m_%d_%H_%M_%S", '_');
    const std::string name = fmt::format("{}-{}-{}.jsonl", host_name(), ::getpid(), start);
    created = OutputFile::try_create(folder / name, true, file_);
  }
  sync_folder(folder);
}

JournalWriter::~JournalWriter() {
  if (!behind_) return;
  try {
    sync();
  } catch (const DataError&) {  // the last chance was missed
  }
}

void JournalWriter::claimed(const std::string& id, std::uint32_t index, double from) {
  Json json = network_event("claimed", id);
  json["index"] = index;
  json["host"] = host_name();
  json["pid"] = ::getpid();
  if (from > 0) json["from"] = from;
  append(line_of(json), false);
}

void JournalWriter::point(const std::string& id, const JournalPoint& point) {
  Json json = network_event("point", id);
  json["index"] = point.index;
  json["epoch"] = point.point.epoch;
  json["train_loss"] = number_text(point.point.train_loss);
  json["val_loss"] = number_text(point.point.val_loss);
  if (point.val_loss_published) json["val_loss_published"] = number_text(*point.val_loss_published);
  json["val_acc"] = number_text(point.point.val_acc);
  json["correct"] = point.correct;
  json["seen"] = point.seen;
  json["train_seconds"] = point.train_seconds;
  json["val_seconds"] = point.val_seconds;
  json["device"] = point.device;
  append(line_of(json), false);
}

void JournalWriter::diverged(const std::string& id, double since_epoch) {
  Json json = network_event("diverged", id);
  json["epoch"] = since_epoch;
  append(line_of(json), false);
}

void JournalWriter::failed(const std::string& id, const std::string& reason) {
  Json json = network_event("failed", id);
  json["reason"] = reason;
  append(line_of(json), true);
}

void JournalWriter::complete(const std::string& id) {
  append(line_of(network_event("complete", id)), true);
}

void JournalWriter::note(const std::string& text) {
  Json json = new_event("note");
  json["text"] = text;
  append(line_of(json), false);
}

void JournalWriter::sync() {
  append("", true);
}

void JournalWriter::append(const std::string& line, bool durable) {
  const std::lock_guard<std::mutex> lock(mutex_);
  unsynced_ += line;
  const std::string text = behind_ ? "\n" + unsynced_ : line;
  behind_ = true;
  file_.write(text);
  if (durable) file_.sync();
  behind_ = false;
  if (durable) unsynced_.clear();
}

}  // namespace mayfly
