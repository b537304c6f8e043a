#include "cli/share.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "core/error.h"

namespace mayfly::cli {
namespace {

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr int kLargest = 1'000'000;
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 0 && number <= kLargest ? std::optional(number) : std::nullopt;
}

int environment(const char* name, int otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  return value == nullptr ? otherwise : whole_number(value).value_or(otherwise);
}

/// Only a beginning: an array with gaps, or one that was cut short, loses nothing.
WorkShare slurm_share() {
  const int arrays = std::max(1, environment("SLURM_ARRAY_TASK_COUNT", 1));
  const int first = environment("SLURM_ARRAY_TASK_MIN", 0);
  const int step = std::max(1, environment("SLURM_ARRAY_TASK_STEP", 1));
  const int array = std::max(0, environment("SLURM_ARRAY_TASK_ID", 0) - first) / step % arrays;
  const int tasks = std::max(1, environment("SLURM_NTASKS", 1));
  const int task = environment("SLURM_PROCID", 0) % tasks;
  if (arrays > 1'000'000 / tasks) return {};
  return {.index = array * tasks + task, .count = arrays * tasks};
}

}  // namespace

WorkShare find_share(const std::string& text) {
  if (text.empty()) return slurm_share();
  const std::size_t slash = text.find('/');
  const std::string_view all = text;
  const auto k = whole_number(all.substr(0, slash));
  const auto n = slash == std::string::npos ? std::nullopt : whole_number(all.substr(slash + 1));
  if (!k || !n || *k < 1 || *k > *n)
    throw UsageError(fmt::format("--share {}: expected k/n, the kth of n workers, like 2/3", text));
  return {.index = *k - 1, .count = *n};
}

}  // namespace mayfly::cli
