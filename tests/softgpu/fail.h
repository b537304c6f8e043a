// How the software device says that it was misused.
#pragma once

#include <fmt/format.h>

#include <string>

namespace mayfly::softgpu {

/// Prints "softgpu: <what> (seed N)" and ends the process by abort().
[[noreturn]] void fail(const std::string& what);

template <class... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fail(fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace mayfly::softgpu
