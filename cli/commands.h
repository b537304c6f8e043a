// The subcommands of `mayfly`: each adds its options to the parser and leaves what it does in `chosen`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "core/error.h"

namespace mayfly::cli {

struct Commands {
  CLI::App& app;
  std::function<ExitCode()> chosen;  ///< set when a subcommand was parsed

  /// A subcommand with its one-line description and, at the end of its help, examples.
  CLI::App* add(const std::string& name, const std::string& description, const std::string& examples,
                std::function<ExitCode()> action);
};

void add_init(Commands& commands);
void add_plan(Commands& commands);
void add_run(Commands& commands);
void add_train(Commands& commands);
void add_status(Commands& commands);
void add_replay(Commands& commands);
void add_plot(Commands& commands);
void add_export(Commands& commands);
void add_verify(Commands& commands);
void add_merge(Commands& commands);
void add_retry(Commands& commands);
void add_slurm(Commands& commands);
void add_data(Commands& commands);
void add_schema(Commands& commands);
void add_selftest(Commands& commands);
void add_doctor(Commands& commands);
void add_version(Commands& commands);

}  // namespace mayfly::cli
