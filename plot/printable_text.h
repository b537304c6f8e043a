// Text of unknown origin (IDs and data set names out of tables) made fit for a picture.
#pragma once

#include <string>
#include <string_view>

namespace mayfly {

/// `text` with every control character and every byte that is not valid UTF-8 replaced by '?', shortened in
/// the middle to `max_length` characters.
std::string printable(std::string_view text, std::size_t max_length = 60);

/// Number of characters (code points) of UTF-8.
std::size_t character_count(std::string_view text);

/// `text` with blanks behind it up to `width` characters.
std::string padded_right(std::string_view text, std::size_t width);

/// `text` with blanks before it up to `width` characters.
std::string padded_left(std::string_view text, std::size_t width);

}  // namespace mayfly
