#include "process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "tiny_campaign.h"

namespace mayfly {
namespace {

pid_t start(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
  std::vector<char*> argv = {const_cast<char*>(MAYFLY_PROGRAM)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(MAYFLY_PROGRAM, argv.data());
  _exit(127);
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, std::filesystem::path log)
    : log_(std::move(log)), pid_(start(arguments, log_)) {}

Process::~Process() {
  if (exit_code_ >= 0) return;
  signal(SIGKILL);
  wait();
}

std::string Process::log() const {
  return read_text(log_);
}

bool Process::wait_for(const std::string& text, int count) {
  while (!has_ended()) {
    if (count_of(log(), text) >= count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

void Process::signal(int number) const {
  kill(pid_, number);
}

/// It is not reaped here, so that its number stays its own.
bool Process::has_ended() {
  if (exit_code_ >= 0) return true;
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

int Process::wait() {
  if (exit_code_ >= 0) return exit_code_;
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

}  // namespace mayfly
