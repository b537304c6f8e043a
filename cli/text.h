// Numbers and times as people read them, and text for shells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mayfly::cli {

/// "1 network", "2 networks"; `what` takes an s.
std::string counted(std::uint64_t count, std::string_view what);
/// 950, 12.3k, 4.56M, 7.89G.
std::string count_text(double value);
/// 512 B, 1.2 KiB, 3.4 MiB, 5.6 GiB.
std::string bytes_text(double bytes);
/// 0.4 s, 12 s, 3 min 05 s, 2 h 07 min, 3 d 04 h.
std::string duration_text(double seconds);

/// "3.4 networks/h", "512 networks/h".
std::string rate_text(double networks_per_hour);

/// `text` with `by` in place of every `what`.
std::string with_each_replaced(const std::string& text, char what, std::string_view by);
/// 'text', for a shell.
std::string shell_quoted(const std::string& text);

}  // namespace mayfly::cli
