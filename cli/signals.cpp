#include "cli/signals.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <optional>

#include "core/error.h"

namespace mayfly::cli {
namespace {

// A signal handler can reach nothing else.
std::atomic<bool> stopping{false};
std::atomic<bool> asked{false};  // by INT or TERM
std::atomic<unsigned> grace_seconds{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free);

std::optional<std::chrono::steady_clock::time_point> stop_time;

void begin_to_stop() {
  if (!stopping.exchange(true)) alarm(grace_seconds);
}

void on_signal(int number) {
  const bool urgent = number == SIGINT || number == SIGTERM;
  if (urgent && asked.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  begin_to_stop();
}

void on_alarm(int /*number*/) {
  _exit(static_cast<int>(ExitCode::interrupted));
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

bool is_ignored(int number) {
  struct sigaction action = {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void watch_signals(std::chrono::seconds grace) {
  grace_seconds = static_cast<unsigned>(std::max<std::chrono::seconds::rep>(grace.count(), 1));
  handle(SIGALRM, on_alarm);
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) handle(number, on_signal);
  if (!is_ignored(SIGHUP)) handle(SIGHUP, on_signal);
  handle(SIGPIPE, SIG_IGN);  // Ctrl-C ends `tee` too, which must not end the saving
}

void stop_at(std::chrono::steady_clock::time_point time) {
  stop_time = time;
}

bool signalled() {
  if (stop_time && std::chrono::steady_clock::now() >= *stop_time) begin_to_stop();
  return stopping;
}

}  // namespace mayfly::cli
