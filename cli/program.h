// The command line of `mayfly`.
#pragma once

namespace mayfly::cli {

/// Parses the command line and runs the subcommand it names; the help where it names none. Returns the exit
/// code; what a subcommand throws comes through.
int run_program(int argc, char** argv);

}  // namespace mayfly::cli
