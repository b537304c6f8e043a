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

/// The same for a count of `least` or more; UsageError where it is none.
inline int take_count(int& argc, char** argv, const std::string& name, int value, int least = 0) {
  const std::string text = take_option(argc, argv, name, std::to_string(value));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least)
    throw UsageError("--" + name + ": expected a count from " + std::to_string(least) + " on, found '" +
                     text + "'");
  return value;
}

/// UsageError where options were not taken.
inline void refuse_others(int argc, char** argv) {
  if (argc > 1) throw UsageError(std::string("unknown option '") + argv[1] + "'");
}

}  // namespace mayfly::bench
