#include "cli/signals.h"

#include <csignal>

#include <atomic>

namespace mayfly::cli {
namespace {

std::atomic<bool> came{false};  // a signal handler can reach nothing else
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int number) {
  if (came.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

}  // namespace

void watch_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) sigaction(number, &action, nullptr);
}

bool signalled() {
  return came;
}

}  // namespace mayfly::cli
