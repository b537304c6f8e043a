// toml++, and the one way to parse with it. Its assertions stay on and throw: malformed text fails some of
// them ("[}"), and without them clang compiles as if it could not.
#pragma once

#include <string>

namespace mayfly {

/// Ends a parse; parse_toml makes a UsageError of it.
[[noreturn]] void toml_assertion_failed(const char* assertion);

}  // namespace mayfly

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(assertion) ((assertion) ? void() : mayfly::toml_assertion_failed(#assertion))
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace mayfly {

/// UsageError (name, line, column) where `text` is malformed.
toml::table parse_toml(const std::string& text, const std::string& name);

/// "name:line:column".
std::string toml_place(const std::string& name, const toml::source_region& at);

}  // namespace mayfly
