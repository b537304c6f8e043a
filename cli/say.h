// Messages for people, on standard error.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace mayfly::cli {

/// A message that cannot be written (a full disk, a closed terminal) changes nothing else: no error, no exit
/// code.
template <class... Arguments>
void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  const std::string message = fmt::format(text, std::forward<Arguments>(arguments)...);
  std::fwrite(message.data(), 1, message.size(), stderr);
}

}  // namespace mayfly::cli
