// Numbers as the tables spell them: Python's repr of a binary64, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mayfly {

/// Python's repr: the shortest digits that read back as `value`, the exponent form below 1e-4 and from 1e16
/// (at least two exponent digits: 1e-05, 1e+16), `1.0` for whole numbers, `nan` whatever its sign, `inf`,
/// `-inf`.
std::string number_text(double value);

/// number_text, but `0` for zero: how tables print what is switched off (momentum, dampening, weight_decay,
/// dropout_rate, FC_dropout_rate).
std::string rate_text(double value);

/// `True` or `False`.
std::string boolean_text(bool value);

/// The number that the whole of `text` spells, as Python's float() reads it: `1`, `+1.`, `.5`, `1e5`,
/// `-Infinity`, `NaN`. Empty where it spells none, or one beyond the range of binary64. Blanks, `1_000` and
/// hexadecimal spell none.
std::optional<double> parse_number(std::string_view text);

}  // namespace mayfly
