// Fields of a table or specification: text with its place, and what it may be turned into.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

/// A field as it was read.
struct Field {
  std::string text;
  std::string place;  ///< what errors call it: "a.txt:2: column 17 (layer_types)"
};

/// Whole numbers from lowest to highest, both included.
struct IntegerRange {
  int lowest = 0;
  int highest = 0;
};

/// Always throws UsageError: place, what was expected, what was found.
[[noreturn]] void unexpected(const Field& field, const std::string& expected);

/// Text for an error: quoted, shortened, without control characters.
std::string in_quotes(std::string_view text);

/// The parts between separators; the empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

// Each throws UsageError where the field spells something else.

int parse_integer(const Field& field, IntegerRange range);
std::uint32_t parse_seed(const Field& field);  ///< 0 to 2^32-1
std::vector<int> parse_integer_list(const Field& field,
                                    IntegerRange range);  ///< `3-3-1`; empty text: no entry
double parse_real(const Field& field);                    ///< any number, nan and inf included
double parse_quantity(const Field& field);                ///< finite, not negative
double parse_rate(const Field& field);                    ///< in [0, 1)
bool parse_boolean(const Field& field);                   ///< True or False

/// `3-3-1`.
std::string integer_list_text(const std::vector<int>& values);

}  // namespace mayfly
