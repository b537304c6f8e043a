#include "cli/parse_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/say.h"
#include "core/error.h"
#include "core/near_miss.h"

namespace mayfly::cli {
namespace {

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What is wrong with the first word that nothing knows, or "".
std::string unknown_word(const CLI::App& app, int argc, char** argv) {
  const CLI::App* command = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word(argv[i]);
    if (word.starts_with("--")) {
      const std::string name = word.substr(0, word.find('='));
      const std::vector<std::string> known = option_names(*command);
      if (!contains(known, name)) return fmt::format("unknown option {}{}", name, did_you_mean(name, known));
      continue;
    }
    const std::vector<std::string> commands = command_names(*command);
    if (commands.empty() || word.starts_with("-")) continue;
    if (!contains(commands, word))
      return fmt::format("unknown command '{}'{}", word, did_you_mean(word, commands));
    command = command->get_subcommand(word);
  }
  return "";
}

}  // namespace

int report_parse_failure(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
    return app.exit(error);  // --help, --version
  std::string message = unknown_word(app, argc, argv);
  if (message.empty()) message = error.what();
  while (!message.empty() && message.back() == '\n') message.pop_back();
  say("mayfly: {}\n`mayfly --help` and `mayfly COMMAND --help` show what there is.\n", message);
  return static_cast<int>(ExitCode::usage);
}

}  // namespace mayfly::cli
