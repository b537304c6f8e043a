#include "kernels/cpu/team.h"

#include <fmt/format.h>

#include <system_error>

#include "core/error.h"

namespace mayfly::cpu {
namespace {

// state_: round in the upper half, then open and ending flags, then the number of helpers inside.
constexpr std::uint64_t kInside = 0x3FFFFFFF;
constexpr std::uint64_t kOpen = 0x80000000;
constexpr std::uint64_t kEnding = 0x40000000;
constexpr int kYieldsBeforeSleep = 100;  // some tens of microseconds: the gap between two operations

std::uint32_t round_of(std::uint64_t state) {
  return static_cast<std::uint32_t>(state >> 32);
}

}  // namespace

Team::Team(int threads) : threads_(threads) {
  try {
    for (int thread = 1; thread < threads; ++thread) helpers_.emplace_back([this, thread] { help(thread); });
  } catch (const std::system_error& error) {
    dismiss();  // those that were started must end before they are joined
    throw DeviceError(fmt::format("cpu: {} threads cannot be started: {}", threads, error.what()));
  }
}

Team::~Team() {
  dismiss();
}

void Team::dismiss() {
  state_.fetch_or(kEnding);
  state_.notify_all();
}

void Team::do_items(int thread) {
  for (int item = next_item_.fetch_add(1); item < job_.count; item = next_item_.fetch_add(1))
    job_.call(job_.body, item, thread);
}

void Team::run(const Job& job) {
  job_ = job;  // nobody is inside: the last round was closed and left
  next_item_ = 0;
  state_ = (std::uint64_t{round_of(state_) + 1U} << 32) | kOpen;
  state_.notify_all();
  do_items(0);
  std::uint64_t state = state_.fetch_and(~kOpen) & ~kOpen;
  for (int yields = 0; (state & kInside) != 0; state = state_) {
    if (++yields < kYieldsBeforeSleep)
      std::this_thread::yield();
    else
      state_.wait(state);
  }
}

/// Enters the open round; false where there is none that is new. `seen` is the state it decided on.
bool Team::enter(std::uint64_t& seen, std::uint32_t last_round) {
  seen = state_;
  while ((seen & kOpen) != 0 && round_of(seen) != last_round)
    if (state_.compare_exchange_weak(seen, seen + 1)) return true;
  return false;
}

void Team::help(int thread) {
  std::uint32_t last_round = 0;
  for (int yields = 0;;) {
    std::uint64_t seen = 0;
    if (enter(seen, last_round)) {
      last_round = round_of(seen);
      do_items(thread);
      const std::uint64_t left = state_.fetch_sub(1) - 1;
      if ((left & kOpen) == 0 && (left & kInside) == 0) state_.notify_all();
      yields = 0;
    } else if ((seen & kEnding) != 0) {
      return;
    } else if (++yields < kYieldsBeforeSleep) {
      std::this_thread::yield();
    } else {
      state_.wait(seen);
      yields = 0;
    }
  }
}

}  // namespace mayfly::cpu
