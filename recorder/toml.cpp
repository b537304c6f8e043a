#include "recorder/toml.h"

#include <fmt/format.h>

#include <stdexcept>

#include "core/error.h"

namespace mayfly {
namespace {

struct FailedAssertion : std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace

void toml_assertion_failed(const char* assertion) {
  throw FailedAssertion(assertion);
}

toml::table parse_toml(const std::string& text, const std::string& name) {
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
