// The cores that work on one network. Work is split into items whose results do not depend on who does them.
#pragma once

#include <omp.h>

namespace mayfly::cpu {

class Team {
 public:
  explicit Team(int threads) : threads_(threads) {}
  int threads() const { return threads_; }

  /// Calls work(item, thread) for item 0..count-1; 0 <= thread < threads(). `work` must not throw.
  template <class Work>
  void for_each(int count, const Work& work) const {
    if (threads_ == 1 || count <= 1) {
      for (int item = 0; item < count; ++item) work(item, 0);
      return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads_)
    for (int item = 0; item < count; ++item) work(item, omp_get_thread_num());
  }

 private:
  int threads_;
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
