// Finds functions in source text laid out by clang-format.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mayfly {

struct FunctionPlace {
  std::size_t line = 0;    ///< of the opening brace, from 1
  std::size_t length = 0;  ///< lines from there to the closing brace, both included
  std::string text;        ///< the opening line
};

/// Bodies of functions: a line that ends in `{` after a `)` and begins no statement, up to the closing brace
/// of the same indentation. Lambdas of several lines count too; bodies on one line do not.
std::vector<FunctionPlace> functions_in(const std::vector<std::string>& lines);

}  // namespace mayfly
