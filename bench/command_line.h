// What the command lines of the benchmarks share: options that are not Google Benchmark's, and errors.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
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

/// The count of `least` or more that option `name` is given; UsageError where it is none.
inline int parse_count(const std::string& name, const std::string& text, int least) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least)
    throw UsageError("--" + name + ": expected a count from " + std::to_string(least) + " on, found '" +
                     text + "'");
  return value;
}

/// The same as take_option() for a count.
inline int take_count(int& argc, char** argv, const std::string& name, int value, int least = 0) {
  return parse_count(name, take_option(argc, argv, name, std::to_string(value)), least);
}

/// UsageError where options were not taken; it names those that are.
inline void refuse_others(int argc, char** argv, const std::string& options) {
  if (argc > 1) throw UsageError(fmt::format("unknown option '{}'; there are {}", argv[1], options));
}

/// The exit code of `program()`, which returns one too: errors of the user or the device are printed and have
/// that of mayfly.
template <class Program>
int exit_code_of(const Program& program) {
  try {
    return program();
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.exit_code());
  }
}

}  // namespace mayfly::bench
