#include "cli/deadline.h"

#include <fmt/format.h>
#include <stdio.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

#include "core/error.h"

namespace mayfly::cli {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::int64_t kLongest = 1'000'000'000;  // thirty years of seconds
constexpr std::int64_t kLatest = 9'000'000'000;   // what clocks of nanoseconds hold, since 1970

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > kLatest) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::int64_t> seconds_of(char unit) {
  constexpr std::array<std::pair<char, int>, 4> kUnits{{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
  for (const auto& [name, length] : kUnits)
    if (name == unit) return length;
  return std::nullopt;
}

std::optional<WallTime> parse_time(const std::string& text) {
  std::tm fields{};
  fields.tm_isdst = -1;  // whatever it is then
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  if (end == nullptr) return std::nullopt;
  const std::string_view zone = end;
  if (!zone.empty() && zone != "Z") return std::nullopt;
  const std::time_t time = zone == "Z" ? ::timegm(&fields) : std::mktime(&fields);
  return time < 0 || time > kLatest ? std::nullopt : std::optional(system_clock::from_time_t(time));
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  return value == nullptr ? "" : value;
}

/// First line that a command prints; empty where it fails.
std::string first_line_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(command.c_str(), "r"), &::pclose);
  std::array<char, 256> line{};
  if (!output || std::fgets(line.data(), line.size(), output.get()) == nullptr) return "";
  const std::string text = line.data();
  return text.substr(0, text.find_first_of(" \n"));
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What squeue is to be asked for: the number alone of the last task of an array means the whole array.
std::string slurm_job() {
  const std::string array = environment("SLURM_ARRAY_JOB_ID"), task = environment("SLURM_ARRAY_TASK_ID");
  if (is_number(array) && is_number(task)) return array + "_" + task;
  const std::string job = environment("SLURM_JOB_ID");
  return is_number(job) ? job : "";
}

/// Older Slurm (22.05 for one) sets no SLURM_JOB_END_TIME. The time that is left (%L) depends on no clock,
/// time zone or SLURM_TIME_FORMAT, as the end (%e) does.
std::optional<WallTime> slurm_deadline() {
  const std::string end = environment("SLURM_JOB_END_TIME");
  std::string_view digits = end;
  if (is_number(end))
    if (const auto epoch = take_number(digits)) return WallTime(seconds(*epoch));
  const std::string job = slurm_job();
  if (job.empty()) return std::nullopt;
  const auto left = parse_slurm_time(first_line_of("timeout 10 squeue -h -j " + job + " -o %L 2>/dev/null"));
  return left ? std::optional(system_clock::now() + *left) : std::nullopt;
}

/// Numbers between colons, up to three.
std::optional<std::vector<std::int64_t>> clock_fields(std::string_view text) {
  std::vector<std::int64_t> fields;
  for (;;) {
    const std::optional<std::int64_t> field = take_number(text);
    if (!field || fields.size() == 3) return std::nullopt;
    fields.push_back(*field);
    if (text.empty()) return fields;
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
  }
}

}  // namespace

std::optional<seconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  while (!text.empty()) {
    const std::optional<std::int64_t> number = take_number(text);
    if (!number) return std::nullopt;
    if (text.empty()) return sum == 0 && *number <= kLongest ? std::optional(seconds(*number)) : std::nullopt;
    const std::optional<std::int64_t> unit = seconds_of(text.front());
    if (!unit) return std::nullopt;
    sum += *number * *unit;
    text.remove_prefix(1);
  }
  return sum <= kLongest ? std::optional(seconds(sum)) : std::nullopt;
}

std::optional<seconds> parse_slurm_time(std::string_view text) {
  const std::size_t dash = text.find('-');
  const bool has_days = dash != std::string_view::npos;
  std::string_view before = text.substr(0, has_days ? dash : 0);
  const std::optional<std::int64_t> days = has_days ? take_number(before) : 0;
  auto fields = clock_fields(text.substr(has_days ? dash + 1 : 0));
  if (!days || !before.empty() || !fields) return std::nullopt;
  if (has_days) fields->resize(3);                // from the hours on
  if (fields->size() == 1) fields->push_back(0);  // a number alone is minutes
  std::int64_t sum = 0;
  for (const std::int64_t field : *fields) sum = sum * 60 + field;
  sum += *days * 86400;
  return sum <= kLongest ? std::optional(seconds(sum)) : std::nullopt;
}

WallTime parse_deadline(const std::string& text, WallTime now) {
  if (const std::optional<seconds> duration = parse_duration(text)) return now + *duration;
  if (const std::optional<WallTime> time = parse_time(text)) return *time;
  throw UsageError(fmt::format(
      "--deadline {}: expected a duration like 1h30m or 3600 (seconds), or a time like 2026-01-02T03:04:05",
      text));
}

std::optional<WallTime> find_deadline(const std::string& text) {
  std::optional<WallTime> asked;
  if (!text.empty()) asked = parse_deadline(text, system_clock::now());
  const std::optional<WallTime> slurm = slurm_deadline();
  if (asked && slurm) return std::min(*asked, *slurm);
  return asked ? asked : slurm;
}

}  // namespace mayfly::cli
