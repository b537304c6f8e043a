// What to say about a command line that cannot be parsed.
#pragma once

#include <CLI/CLI.hpp>

namespace mayfly::cli {

/// Help and version: printed to stdout, 0. Else the parser's message with the nearest known command or
/// option, exit code 2.
int report_parse_failure(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv);

}  // namespace mayfly::cli
