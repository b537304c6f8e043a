#include "fibre.h"

#include <sys/mman.h>

#include "fail.h"
#include "sanitizer.h"

#if defined(__x86_64__)
// Saves what a callee must keep and the stack pointer, and goes on where `load` was saved.
extern "C" void mayfly_softgpu_switch(void** save, void* load);
asm(R"(
.text
.globl mayfly_softgpu_switch
.type mayfly_softgpu_switch,@function
mayfly_softgpu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size mayfly_softgpu_switch,.-mayfly_softgpu_switch
)");
#endif

namespace mayfly::softgpu {
namespace {

constexpr std::size_t kGuardBytes = 4096;
constexpr std::size_t kStackBytes = kAddressSanitizer ? 256 * 1024 : 64 * 1024;

Fibre* being_started = nullptr;  // only one fibre runs at a time

// The sanitizer has to know which stack is in use.
void leaving(void** fake_stack, const void* to, std::size_t bytes) {
#if defined(MAYFLY_SOFTGPU_ASAN)
  __sanitizer_start_switch_fiber(fake_stack, to, bytes);
#else
  (void)fake_stack, (void)to, (void)bytes;
#endif
}

void arrived(void* fake_stack, const void** from, std::size_t* bytes) {
#if defined(MAYFLY_SOFTGPU_ASAN)
  __sanitizer_finish_switch_fiber(fake_stack, from, bytes);
#else
  (void)fake_stack, (void)from, (void)bytes;
#endif
}

}  // namespace

Fibre::Fibre(Entry entry) : entry_(entry) {
  void* memory =
      mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, kGuardBytes, PROT_NONE) != 0)
    fail("no memory for the stack of a thread");
  memory_ = static_cast<char*>(memory);
  prepare();
}

Fibre::~Fibre() {
  allow(memory_ + kGuardBytes, kStackBytes);
  munmap(memory_, kGuardBytes + kStackBytes);
}

void Fibre::prepare() {
#if defined(__x86_64__)
  auto* top = reinterpret_cast<void**>(memory_ + kGuardBytes + kStackBytes);
  *--top = nullptr;                                 // begin() returns nowhere
  *--top = reinterpret_cast<void*>(&Fibre::begin);  // the stack is aligned there as after a call
  for (int saved_register = 0; saved_register < 6; ++saved_register) *--top = nullptr;
  stack_pointer_ = top;
#else
  getcontext(&context_);
  context_.uc_stack.ss_sp = memory_ + kGuardBytes;
  context_.uc_stack.ss_size = kStackBytes;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fibre::begin, 0);
#endif
}

void Fibre::begin() {
  Fibre& self = *being_started;
  arrived(nullptr, &self.caller_stack_, &self.caller_stack_bytes_);
  self.entry_(self);
  fail("a fibre ended");
}

void Fibre::resume() {
  void* fake_stack = nullptr;
  being_started = this;
  leaving(&fake_stack, memory_ + kGuardBytes, kStackBytes);
#if defined(__x86_64__)
  mayfly_softgpu_switch(&caller_stack_pointer_, stack_pointer_);
#else
  swapcontext(&caller_, &context_);
#endif
  arrived(fake_stack, nullptr, nullptr);
}

void Fibre::pause() {
  leaving(&fake_stack_, caller_stack_, caller_stack_bytes_);
#if defined(__x86_64__)
  mayfly_softgpu_switch(&stack_pointer_, caller_stack_pointer_);
#else
  swapcontext(&context_, &caller_);
#endif
  arrived(fake_stack_, &caller_stack_, &caller_stack_bytes_);
}

bool Fibre::in_guard_page(const void* address) const {
  return address >= memory_ && address < memory_ + kGuardBytes;
}

}  // namespace mayfly::softgpu
