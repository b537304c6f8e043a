#include "generator/network_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "core/error.h"

namespace mayfly {
namespace {

struct CivilTime {
  int year, month, day, hour, minute, second, microsecond;
};

constexpr std::int64_t kMicroseconds = 1'000'000;

CivilTime civil(MicrosecondsUtc time) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds{time}};
  const auto midnight = floor<days>(point);
  const year_month_day date{midnight};
  const hh_mm_ss clock{point - midnight};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

void require_year(int year, MicrosecondsUtc time) {
  if (year >= 1 && year <= 9999) return;
  throw UsageError(fmt::format(
      "base_time: expected a time in the years 1 to 9999, found {} microseconds from 1970", time));
}

[[noreturn]] void refuse(const std::string& text) {
  throw UsageError(
      fmt::format("base_time: expected a time such as 2024-05-01T12:00:00Z (UTC), found '{}'", text));
}

/// Takes the text of a time apart from the left.
class TimeText {
 public:
  explicit TimeText(const std::string& text) : text_(text), rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    const char* end = rest_.data() + std::min(count, rest_.size());
    const auto [last, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc() || last != rest_.data() + count || value < 0) refuse(text_);
    rest_.remove_prefix(count);
    return value;
  }

  /// Takes one of `marks`, if it is next.
  bool take(std::string_view marks) {
    if (rest_.empty() || marks.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view marks) {
    if (!take(marks)) refuse(text_);
  }

  /// One to six digits of a second.
  int fraction() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (count < 1 || count > 6) refuse(text_);
    int value = digits(count);
    for (std::size_t i = count; i < 6; ++i) value *= 10;
    return value;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  const std::string& text_;
  std::string_view rest_;
};

CivilTime parse_civil(const std::string& text) {
  TimeText rest(text);
  CivilTime t{};
  t.year = rest.digits(4);
  rest.expect("-");
  t.month = rest.digits(2);
  rest.expect("-");
  t.day = rest.digits(2);
  rest.expect("Tt ");
  t.hour = rest.digits(2);
  rest.expect(":");
  t.minute = rest.digits(2);
  rest.expect(":");
  t.second = rest.digits(2);
  if (rest.take(".")) t.microsecond = rest.fraction();
  rest.take("Zz");
  if (!rest.at_end() || t.hour > 23 || t.minute > 59 || t.second > 59) refuse(text);
  return t;
}

}  // namespace

std::string network_id(MicrosecondsUtc base_time, std::uint32_t index) {
  const MicrosecondsUtc time = base_time + index;
  const CivilTime t = civil(time);
  require_year(t.year, time);
  return fmt::format("{:04}_{:02}_{:02}_{:02}_{:02}_{:02}_{:06}", t.year, t.month, t.day, t.hour, t.minute,
                     t.second, t.microsecond);
}

MicrosecondsUtc parse_base_time(const std::string& text) {
  using namespace std::chrono;
  const CivilTime t = parse_civil(text);
  const year_month_day date{year{t.year}, month{static_cast<unsigned>(t.month)},
                            day{static_cast<unsigned>(t.day)}};
  if (!date.ok() || t.year < 1) refuse(text);
  const std::int64_t seconds =
      sys_days{date}.time_since_epoch().count() * 86400LL + t.hour * 3600LL + t.minute * 60LL + t.second;
  return seconds * kMicroseconds + t.microsecond;
}

std::string base_time_text(MicrosecondsUtc time) {
  const CivilTime t = civil(time);
  require_year(t.year, time);
  const std::string fraction = t.microsecond == 0 ? "" : fmt::format(".{:06}", t.microsecond);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", t.year, t.month, t.day, t.hour, t.minute,
                     t.second, fraction);
}

}  // namespace mayfly
