// A function on a stack of its own, which can pause and be resumed.
#pragma once

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace mayfly::softgpu {

/// Runs `entry(fibre)`, which never returns. All of one process's fibres run one at a time, under the
/// device's lock; a fibre that has paused may be resumed from another host thread.
class Fibre {
 public:
  using Entry = void (*)(Fibre& self);
  explicit Fibre(Entry entry);
  ~Fibre();
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;

  /// Runs it until it pauses. Not from within a fibre.
  void resume();
  /// Called on the fibre: back to whoever resumed it.
  void pause();

  bool in_guard_page(const void* address) const;

 private:
  static void begin();
  void prepare();

  Entry entry_;
  char* memory_ = nullptr;  ///< guard page, then the stack
  void* fake_stack_ = nullptr;
  const void* caller_stack_ = nullptr;
  std::size_t caller_stack_bytes_ = 0;
#if defined(__x86_64__)
  void* stack_pointer_ = nullptr;
  void* caller_stack_pointer_ = nullptr;
#else
  ucontext_t context_;
  ucontext_t caller_;
#endif
};

}  // namespace mayfly::softgpu
