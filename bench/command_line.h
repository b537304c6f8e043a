// Options of the benchmarks that are not Google Benchmark's.
#pragma once

#include <string>

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

}  // namespace mayfly::bench
