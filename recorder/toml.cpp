#include "recorder/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/error.h"

namespace mayfly {
namespace {

struct FailedAssertion : std::logic_error {
  using std::logic_error::logic_error;
};

/// Position behind the string that begins at `at`, or the end of its line or text where it does not end.
std::size_t after_string(const std::string& text, std::size_t at) {
  const char quote = text[at];
  const std::string triple(3, quote);
  const bool long_string = text.compare(at, 3, triple) == 0;
  at += long_string ? 3 : 1;
  while (at < text.size()) {
    if (long_string && text.compare(at, 3, triple) == 0) return at + 3;
    if (!long_string && text[at] == quote) return at + 1;
    if (!long_string && text[at] == '\n') return at;
    at += quote == '"' && text[at] == '\\' ? 2 : 1;
  }
  return text.size();
}

/// TOML has letters beyond ASCII in strings and comments alone; elsewhere some of them lead toml++ 3.3
/// astray.
void require_ascii_outside_strings(const std::string& text, const std::string& name) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < text.size()) {
    if (text[at] == '"' || text[at] == '\'') {
      at = after_string(text, at);
    } else if (text[at] == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
    } else {
      const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
      throw UsageError(fmt::format(
          "{}:{}: expected TOML: letters beyond ASCII in quotation marks or comments only", name, line));
    }
  }
}

}  // namespace

void toml_assertion_failed(const char* assertion) {
  throw FailedAssertion(assertion);
}

toml::table parse_toml(const std::string& text, const std::string& name) {
  require_ascii_outside_strings(text, name);
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw UsageError(
        fmt::format("{}: expected TOML: {}", toml_place(name, error.source()), error.description()));
  } catch (const FailedAssertion& error) {
    throw UsageError(
        fmt::format("{}: expected TOML, found what breaks its parser ({}): a bracket or a comma where a "
                    "value should be?",
                    name, error.what()));
  }
}

std::string toml_place(const std::string& name, const toml::source_region& at) {
  return fmt::format("{}:{}:{}", name, at.begin.line, at.begin.column);
}

}  // namespace mayfly
