#include "plot/printable_text.h"

#include <vector>

namespace mayfly {
namespace {

bool continues(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

/// Bytes of the printable character at the start of `text`; 0 where it is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!continues(byte(i))) return 0;
  const unsigned char second = byte(1);
  const bool control = first == 0xC2 && second < 0xA0;
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  const bool no_character = first == 0xEF && second == 0xBF && byte(2) >= 0xBE;
  return control || overlong || beyond || no_character ? 0 : length;
}

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    result.push_back(length == 0 ? "?" : std::string(text.substr(0, length)));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_length) {
  const std::vector<std::string> all = characters(text);
  const bool shortened = all.size() > max_length;
  const std::size_t head = shortened ? max_length / 2 : all.size();
  const std::size_t tail = shortened ? max_length - head - 1 : 0;
  std::string result;
  for (std::size_t i = 0; i < head; ++i) result += all[i];
  if (shortened) result += "…";
  for (std::size_t i = all.size() - tail; i < all.size(); ++i) result += all[i];
  return result;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text)
    if (!continues(static_cast<unsigned char>(c))) ++count;
  return count;
}

std::string padded_right(std::string_view text, std::size_t width) {
  const std::size_t count = character_count(text);
  return std::string(text) + std::string(count < width ? width - count : 0, ' ');
}

std::string padded_left(std::string_view text, std::size_t width) {
  const std::size_t count = character_count(text);
  return std::string(count < width ? width - count : 0, ' ') + std::string(text);
}

}  // namespace mayfly
