#include "program.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <future>
#include <stdexcept>

namespace mayfly {
namespace {

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  }
  void close_writer() const { close(ends[1]); }
  /// All that comes; calls seen(text so far) after each piece.
  template <class Seen>
  std::string read_all(const Seen& seen) const {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(ends[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(n));
      seen(text);
    }
    close(ends[0]);
    return text;
  }
};

void set_environment(const Surroundings& around) {
  for (const char* name : {"MAYFLY_DATA", "NO_COLOR", "MAYFLY_SIMD"}) unsetenv(name);
  for (const std::string& entry : around.environment) {
    const std::size_t equals = entry.find('=');
    setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
  }
}

void limit_files(std::uint64_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);  // writes then fail as on a full disk
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

[[noreturn]] void become_mayfly(const std::vector<std::string>& arguments, const Surroundings& around,
                                const Pipe& out, const Pipe& err) {
  const int out_end =
      around.out_file.empty() ? out.ends[1] : open(around.out_file.c_str(), O_WRONLY | O_CREAT, 0644);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(out_end, STDOUT_FILENO);
  dup2(err.ends[1], STDERR_FILENO);
  set_environment(around);
  if (around.permissions_count) prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
  if (around.largest_file) limit_files(*around.largest_file);
  const char* program = around.soft_gpu ? MAYFLY_SOFT_PROGRAM : MAYFLY_PROGRAM;
  std::vector<char*> argv = {const_cast<char*>(program)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program, argv.data());
  _exit(127);
}

}  // namespace

Outcome mayfly(const std::vector<std::string>& arguments, const Surroundings& around) {
  const Pipe out, err;
  const pid_t child = fork();
  if (child == 0) become_mayfly(arguments, around, out, err);
  out.close_writer();
  err.close_writer();
  bool interrupted = around.interrupt_at.empty();
  const auto interrupt = [&](const std::string& text) {
    if (interrupted || text.find(around.interrupt_at) == std::string::npos) return;
    interrupted = true;
    kill(child, SIGINT);
  };
  auto errors = std::async(std::launch::async, [&] { return err.read_all(interrupt); });
  auto output = std::async(std::launch::async, [&] { return out.read_all([](const std::string&) {}); });
  Outcome outcome{.out = output.get(), .err = errors.get()};
  int status = 0;
  waitpid(child, &status, 0);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace mayfly
