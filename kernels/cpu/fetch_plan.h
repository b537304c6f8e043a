// Which operands of the coming product are worth fetching while the one before it runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/batch_reduce.h"
#include "kernels/cpu/fetcher.h"

namespace mayfly::cpu {

/// Which operands were read so recently that they are still in the second-level cache: a guess.
class RecentReads {
 public:
  /// Notes that `place` is read now, by a product that reads `floats` in all. Whether it has not been read
  /// within the last half of the cache.
  bool note(const float* place, std::int64_t floats) {
    Entry& entry = entries_[index_of(place)];
    const bool recent = entry.place == place && read_ - entry.read < kCacheFloats / 2;
    entry = {place, read_ += floats};
    return !recent;
  }

 private:
  static constexpr std::int64_t kCacheFloats = (std::int64_t{2} << 20) / sizeof(float);  // of a server's core
  struct Entry {
    const float* place = nullptr;
    std::int64_t read = 0;
  };
  static std::size_t index_of(const float* place) {
    return (reinterpret_cast<std::uintptr_t>(place) / sizeof(float) * 0x9E3779B97F4A7C15U) >> 56;
  }

  std::array<Entry, 256> entries_{};  // more than the taps and positions that one product in turn has
  std::int64_t read_ = 0;
};

/// Operands that are fetched at all: not those that were just written, or that most products share.
struct FetchedOperands {
  bool a = false, b = false;
};

class FetchPlan {
 public:
  explicit FetchPlan(FetchedOperands operands) : operands_(operands) {}

  /// Adds what `job` reads and the jobs before it have not read lately.
  void add(const BatchReduce& job, FetchList& list) {
    if (job.update != nullptr) add_updated(job, list);
    if ((!operands_.a && !operands_.b) || job.segment_count == 0) return;
    std::int64_t terms = 0;
    for (int s = 0; s < job.segment_count; ++s) terms += job.segments[s].length;
    if (operands_.a && reads_.note(job.segments[0].a, terms * job.rows))
      for (int s = 0; s < job.segment_count; ++s) list.add(rows_of_a(job, job.segments[s]));
    if (operands_.b && reads_.note(job.segments[0].b, terms * job.columns))
      for (int s = 0; s < job.segment_count; ++s)
        list.add({job.segments[s].b, job.segments[s].length, job.b_row, job.columns});
  }

 private:
  static FetchRows rows_of_a(const BatchReduce& job, const Segment& segment) {
    if (job.a_term == 1) return {segment.a, job.rows, job.a_row, segment.length};
    return {segment.a, segment.length, job.a_term, job.rows};
  }
  static void add_updated(const BatchReduce& job, FetchList& list) {
    const std::ptrdiff_t at = job.c - job.update->dw;
    list.add({job.update->weights + at, job.rows, job.c_row, job.columns});
    if (job.update->momentum != nullptr)
      list.add({job.update->momentum + at, job.rows, job.c_row, job.columns});
  }

  FetchedOperands operands_;
  RecentReads reads_;
};

}  // namespace mayfly::cpu
