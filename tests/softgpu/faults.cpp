// The handler of SIGSEGV.
#include <signal.h>

#include <array>
#include <mutex>

#include "blocks.h"
#include "fail.h"
#include "memory.h"
#include "symbols.h"

namespace mayfly::softgpu {
namespace {

struct sigaction before;

std::string culprit() {
  const void* kernel = Blocks::instance().kernel();
  return kernel != nullptr ? "kernel " + symbol_name(kernel) : "the host, or a copy";
}

// It ends the process, so it may do what a handler otherwise must not.
void on_fault(int number, siginfo_t* info, void*) {
  sigaction(number, &before, nullptr);
  if (DeviceMemory::instance().reserved(info->si_addr))
    fail("{} touched {}: {}", culprit(), info->si_addr, DeviceMemory::instance().place_of(info->si_addr));
  if (Blocks::instance().stack_overflow(info->si_addr)) fail("a thread's stack ran over in {}", culprit());
  // The instruction faults again, for the handler that was there before.
}

}  // namespace

void watch_faults() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = &on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &action, &before);
  });
  // Per thread: the stack that ran over cannot hold the handler.
  static thread_local std::array<char, 64 * 1024> stack;
  stack_t current;
  if (sigaltstack(nullptr, &current) == 0 && (current.ss_flags & SS_DISABLE) != 0) {
    const stack_t ours{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
    sigaltstack(&ours, nullptr);
  }
}

}  // namespace mayfly::softgpu
