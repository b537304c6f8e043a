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

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// TOML has letters beyond ASCII in strings and comments alone, and not as escapes; elsewhere some of them
/// lead toml++ 3.3 astray.
class AsciiCheck {
 public:
  AsciiCheck(const std::string& text, const std::string& name) : text_(text), name_(name) {}

  void run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size()) {
      if (text_[at_] == '"' || text_[at_] == '\'')
        pass_string();
      else if (text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (is_ascii(text_[at_]))
        ++at_;
      else
        refuse();
    }
  }

 private:
  /// To behind the string that begins here, or the end of its line or text where it does not end.
  void pass_string() {
    const char quote = text_[at_];
    const std::string triple(3, quote);
    const bool long_string = text_.compare(at_, 3, triple) == 0;
    const std::string end = long_string ? triple : std::string(1, quote);
    for (at_ += end.size(); at_ < text_.size() && text_.compare(at_, end.size(), end) != 0;) {
      if (!long_string && text_[at_] == '\n') return;
      if (quote == '"' && text_[at_] == '\\')
        pass_escape();
      else
        ++at_;
    }
    at_ = std::min(at_ + end.size(), text_.size());
  }

  /// A backslash and what it escapes: a letter, or the end of a line and the blanks of the next.
  void pass_escape() {
    const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n", at_ + 1), text_.size());
    if (next < text_.size() && !is_ascii(text_[next])) refuse();
    at_ = next == at_ + 1 ? at_ + 2 : next;
  }

  [[noreturn]] void refuse() const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    throw UsageError(
        fmt::format("{}:{}: expected TOML: letters beyond ASCII in quotation marks or comments only, and "
                    "not after a backslash",
                    name_, line));
  }

  const std::string& text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

}  // namespace

void toml_assertion_failed(const char* assertion) {
  throw FailedAssertion(assertion);
}

toml::table parse_toml(const std::string& text, const std::string& name) {
  AsciiCheck(text, name).run();
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
