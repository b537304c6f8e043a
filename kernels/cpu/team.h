// The cores that work on one network. Work is split into items whose results do not depend on who does them.
//
// The caller works too and never waits for a helper that has not begun: on a busy machine it does everything
// itself. Helpers that find nothing to do give up their core soon and sleep: networks beside this one, and
// other people's programs, are not slowed by spinning.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace mayfly::cpu {

class Team {
 public:
  /// `threads` - 1 helpers besides the caller. DeviceError where they cannot be started.
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int threads() const { return threads_; }

  /// Calls work(item, thread) for item 0..count-1 and returns when all are done; 0 <= thread < threads().
  /// `work` must not throw. One caller at a time; allocates nothing.
  template <class Work>
  void for_each(int count, const Work& work) {
    if (threads_ == 1 || count <= 1) {
      for (int item = 0; item < count; ++item) work(item, 0);
      return;
    }
    run({[](const void* body, int item, int thread) { (*static_cast<const Work*>(body))(item, thread); },
         &work, count});
  }

 private:
  struct Job {
    void (*call)(const void* body, int item, int thread);
    const void* body;
    int count;
  };

  void run(const Job& job);
  void dismiss();
  void help(int thread);
  void do_items(int thread);
  bool enter(std::uint64_t& seen, std::uint32_t last_round);

  int threads_;
  Job job_{};
  std::atomic<int> next_item_{0};
  std::atomic<std::uint64_t> state_{0};  // round number, whether it is open, how many helpers are inside
  std::vector<std::jthread> helpers_;
};

/// Part `part` of `parts` of 0..count-1, as even as can be.
struct Part {
  int begin;
  int end;
};
inline Part part_of(int count, int part, int parts) {
  const auto bound = [&](int p) { return static_cast<int>(static_cast<long long>(count) * p / parts); };
  return {bound(part), bound(part + 1)};
}

}  // namespace mayfly::cpu
