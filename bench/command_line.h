// Options of the benchmarks that are not Google Benchmark's.
#pragma once

#include <charconv>
#include <string>

#include "core/error.h"

namespace mayfly::bench {

/// Takes `--NAME VALUE` out of the command line; `value` where it is not there.
inline std::string take_option(int& argc, char** argv, const std::string& name, std::string value) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] != "--" + name) continue;
    value = argv[i + 1];
    for (int rest = i; rest + 2 <= argc; ++rest) argv[rest] = argv[rest + 2];
    argc -= 2;
  }
  return value;
}

/// The same for a count; UsageError where it is none.
inline int take_count(int& argc, char** argv, const std::string& name, int value) {
  const std::string text = take_option(argc, argv, name, std::to_string(value));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0)
    throw UsageError("--" + name + ": expected a count, found '" + text + "'");
  return value;
}

}  // namespace mayfly::bench
