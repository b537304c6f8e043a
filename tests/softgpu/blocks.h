// Runs kernels: block after block in random order, the threads of a block in random order from barrier to
// barrier.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <vector>

#include "fibre.h"
#include "shared_memory.h"

namespace mayfly::softgpu {

/// The one place where kernels run. Threads that never wait share one fibre and cost a call each; a thread
/// that waits keeps its fibre, and the next ones get another.
class Blocks {
 public:
  static constexpr unsigned kMaxThreads = 1024;
  static Blocks& instance();

  void run(const KernelCall& call, dim3 grid, dim3 block);

  // For the thread that runs.
  void wait_for_block(const Place& place);
  void wait_for_warp(unsigned mask, const Place& place);
  std::uint64_t exchange(unsigned mask, std::uint64_t mine, unsigned lane, const Place& place);
  unsigned thread() const { return current_; }
  void* shared_object(const void* key, std::size_t bytes, std::size_t alignment);

  /// The kernel that runs, or nullptr.
  const void* kernel() const { return call_ == nullptr ? nullptr : call_->function(); }
  /// Whether `address` is where a thread's stack has run over.
  bool stack_overflow(const void* address) const;

 private:
  enum class Wait : unsigned char { none, block, warp };
  struct Thread {
    Fibre* fibre = nullptr;
    Wait wait = Wait::none;
    bool done = false;
    bool odd_exchange = false;  ///< which of the two slots comes next
    Place place{};
    std::uint64_t slots[2];
  };

  static void work(Fibre& self);
  void run_threads(Fibre& self);
  void run_block();
  void set_thread(unsigned index);
  void wait(Wait kind, const Place& place);
  Fibre* idle_fibre();
  /// Threads that may go on; aborts where none may.
  void release();
  bool release_block();
  void release_warps();
  void check_same_place(unsigned first, unsigned end) const;
  void check_warp(unsigned mask, const Place& place) const;
  [[noreturn]] void stuck() const;

  const KernelCall* call_ = nullptr;
  unsigned count_ = 0;    ///< threads of a block
  unsigned next_ = 0;     ///< place in order_ of the next thread to begin
  unsigned done_ = 0;     ///< threads that have ended
  unsigned current_ = 0;  ///< the thread that runs
  std::vector<Thread> threads_;
  std::vector<unsigned> order_;  ///< in which threads begin
  std::vector<unsigned> ready_;
  std::vector<std::unique_ptr<Fibre>> fibres_;
  std::vector<Fibre*> idle_;
  SharedMemory shared_;
};

}  // namespace mayfly::softgpu
