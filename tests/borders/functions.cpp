#include "functions.h"

#include <algorithm>
#include <array>

namespace mayfly {
namespace {

constexpr std::array kNoFunctions{"if",        "} else",  "else", "for",     "while",  "switch", "do",
                                  "catch",     "} catch", "try",  "class",   "struct", "enum",   "union",
                                  "namespace", "extern",  "case", "default", "#",      "//",     "using"};

bool opens_function(const std::string& line) {
  if (!line.ends_with("{") || line.find(')') == std::string::npos) return false;
  const std::string code = line.substr(line.find_first_not_of(' '));
  return std::none_of(kNoFunctions.begin(), kNoFunctions.end(), [&](const char* word) {
    const std::string start(word);
    return code.starts_with(start) && (code.size() == start.size() || !isalnum(code[start.size()]));
  });
}

std::size_t indentation(const std::string& line) {
  return line.find_first_not_of(' ');
}

/// Line on which the signature that ends on line `i` begins: where its parentheses balance.
std::size_t signature_begin(const std::vector<std::string>& lines, std::size_t i) {
  const auto open = [&](const std::string& line) {
    return std::count(line.begin(), line.end(), '(') - std::count(line.begin(), line.end(), ')');
  };
  auto balance = open(lines[i]);
  while (balance < 0 && i > 0) balance += open(lines[--i]);
  return i;
}

bool closes(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != std::string::npos && line[first] == '}';
}

}  // namespace

std::vector<FunctionPlace> functions_in(const std::vector<std::string>& lines) {
  std::vector<FunctionPlace> functions;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!opens_function(lines[i])) continue;
    const std::size_t begin = indentation(lines[signature_begin(lines, i)]);
    std::size_t end = i + 1;
    while (end < lines.size() && !(closes(lines[end]) && indentation(lines[end]) <= begin)) ++end;
    functions.push_back({.line = i + 1, .length = end - i + 1, .text = lines[i]});
  }
  return functions;
}

}  // namespace mayfly
