// Fetches what later products read into the second-level cache while this one's tiles are computed, a few
// cache lines every few terms: no hardware foresees where the next chunk of a weight panel begins, and the
// first tile would wait for all of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mayfly::cpu {

inline constexpr std::ptrdiff_t kLineFloats = 16;  ///< of a cache line

/// Runs of neighbouring floats in memory.
struct FetchRows {
  const float* first;
  int count;
  std::ptrdiff_t step;    ///< from one run to the next
  std::ptrdiff_t floats;  ///< of a run
};

/// What is to be fetched. Runs that touch are joined; what does not fit is left out.
class FetchList {
 public:
  void clear() { count_ = 0; }
  void add(FetchRows rows);
  bool empty() const { return count_ == 0; }
  int count() const { return count_; }
  const FetchRows& operator[](int i) const { return entries_[static_cast<std::size_t>(i)]; }
  std::int64_t lines() const;

 private:
  std::array<FetchRows, 32> entries_;
  int count_ = 0;
};

/// Goes through a list, which must outlive it.
class Fetcher {
 public:
  static constexpr int kTerms = 8;  ///< of a tile, at most, from one fetch() to the next

  Fetcher() = default;
  /// fetch() will be called `calls` times.
  Fetcher(const FetchList& list, std::int64_t calls);

  void fetch() {
    for (int i = 0; i < lines_a_call_; ++i) fetch_line();
  }

 private:
  void fetch_line() {
    if (at_ >= floats_ && !next_run()) return;
    __builtin_prefetch(run_ + at_, 0, 2);
    at_ += kLineFloats;
  }
  bool next_run();

  const FetchList* list_ = nullptr;
  int lines_a_call_ = 0;
  int entry_ = -1, next_ = 0;           // of the list; the entry's next run
  const float* run_ = nullptr;          // what is being fetched
  std::ptrdiff_t at_ = 0, floats_ = 0;  // within it
};

}  // namespace mayfly::cpu
