// The nearest known word to a mistyped one, for error messages.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mayfly {

/// The known word with the fewest edits (insert, delete, replace, swap of neighbours; case does not count),
/// the first of equals; empty where even that one needs more than a third of the word's letters, or more than
/// two for short words.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

/// "; did you mean 'X'?" or "".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace mayfly
