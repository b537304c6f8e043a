#include "cli/program.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/commands.h"
#include "cli/parse_failure.h"
#include "version.h"

namespace mayfly::cli {
namespace {

constexpr const char* kAbout =
    "Mayfly makes data about how neural networks learn: it generates random convolutional networks,\n"
    "trains each one and records its whole learning curve as a table.";

constexpr const char* kFirstSteps =
    "Examples:\n"
    "  mayfly init trial --preset laptop --dataset FashionMNIST -n 8\n"
    "  mayfly run trial\n"
    "`mayfly COMMAND --help` tells more.";

void add_commands(Commands& commands) {
  add_init(commands);
  add_plan(commands);
  add_run(commands);
  add_train(commands);
  add_status(commands);
  add_replay(commands);
  add_plot(commands);
  add_export(commands);
  add_verify(commands);
  add_merge(commands);
  add_retry(commands);
  add_slurm(commands);
  add_data(commands);
  add_schema(commands);
  add_selftest(commands);
  add_doctor(commands);
  add_version(commands);
}

/// What was printed has arrived, or an error says so: on a full disk only this finds it.
void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw DataError(fmt::format("standard output: cannot write: {}", std::strerror(errno)));
}

}  // namespace

CLI::App* Commands::add(const std::string& name, const std::string& description, const std::string& examples,
                        std::function<ExitCode()> action) {
  CLI::App* command = app.add_subcommand(name, description);
  command->footer("Examples:\n" + examples);
  command->final_callback([this, action = std::move(action)] { chosen = action; });
  return command;
}

int run_program(int argc, char** argv) {
  CLI::App app(kAbout, "mayfly");
  app.footer(kFirstSteps);
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", fmt::format("mayfly {} ({})", kVersion, kGitCommit));
  Commands commands{app, {}};
  add_commands(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_parse_failure(app, error, argc, argv);
  }
  if (!commands.chosen) {
    fmt::print("{}", app.help());
    flush_output();
    return 0;
  }
  const ExitCode code = commands.chosen();
  if (code != ExitCode::interrupted)
    flush_output();  // what was saved does not depend on who reads the output
  return static_cast<int>(code);
}

}  // namespace mayfly::cli
