// What the fuzz targets share: bytes as files, and what a reader may do with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace mayfly::fuzz {

using Input = std::span<const std::uint8_t>;

inline std::string_view text_of(Input input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

/// Two inputs from one: the first has as many bytes as the first two bytes say, where they are there.
struct Pair {
  Input first;
  Input second;
};
Pair split(Input input);

/// TMPDIR/`name`, with these bytes; folders are made. tests/fuzz/run.sh removes TMPDIR.
std::filesystem::path written(const std::string& name, Input bytes);

/// Ends the program: libFuzzer keeps the input.
[[noreturn]] void defect(const std::string& what);

/// Reads; what is refused must be refused by a UsageError or DataError whose text has `place` in it. Any
/// other exception ends the program.
template <class Read>
void read_or_refuse(const std::string& place, const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    if (std::string_view(error.what()).find(place) == std::string_view::npos)
      defect("an error that does not name " + place + ": " + error.what());
  }
}

}  // namespace mayfly::fuzz
