// Running the terms of many products chunk by chunk (kernels/arithmetic.md section 2).
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

#include "kernels/cpu/batch_reduce.h"
#include "kernels/cpu/fetch_plan.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

/// The runs of one chunk; a chunk has at most 512 terms, so at most 512 runs.
struct SegmentList {
  std::array<Segment, 512> items;
  int count = 0;
};

/// A product: the tile of C at one map position or tap, and one panel. Its terms lie in cells (taps, kernel
/// rows, positions). It may have, too,
///   Epilogue epilogue() const;               // for its last chunk
///   void add_later(FetchList& list) const;   // what the caller reads after all products
template <class P>
concept Product = requires(const P& product, BatchReduce& job, int cell, int first, int length) {
  { product.terms() } -> std::same_as<std::int64_t>;
  { product.cell_terms() } -> std::same_as<int>;
  { product.place(cell, first, length) } -> std::same_as<Segment>;  // the run of terms first.. of that cell
  product.set_panel(job);                                           // b_row, c, c_row, columns
};

void cut_chunk(const Product auto& product, std::int64_t begin, std::int64_t end, SegmentList& list) {
  list.count = 0;
  const int cell_terms = product.cell_terms();
  if (begin >= end) return;
  int cell = static_cast<int>(begin / cell_terms);
  int first = static_cast<int>(begin % cell_terms);
  for (std::int64_t left = end - begin; left > 0; ++cell, first = 0) {
    const int length = static_cast<int>(std::min<std::int64_t>(left, cell_terms - first));
    list.items[static_cast<std::size_t>(list.count++)] = product.place(cell, first, length);
    left -= length;
  }
}

/// Terms begin..end-1 of each product; whole chunks.
struct TermRange {
  std::int64_t begin = 0;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
};

/// The next chunk that is to be run, with all it refers to, itself in part.
struct ChunkStep {
  ChunkStep() = default;
  ChunkStep(const ChunkStep&) = delete;
  ChunkStep& operator=(const ChunkStep&) = delete;

  SegmentList list;
  Epilogue epilogue;
  BatchReduce job;
  FetchList later;  ///< what the product asks for, and what the next step reads
};

/// Goes through products items.begin..items.end-1: the first chunk of each, then the second of each, ..., so
/// that neighbours share what is cached. `product_of(item)` makes a Product; `chunk` is L; `job` holds what
/// all have in common.
template <class ProductOf>
class ChunkWalk {
 public:
  ChunkWalk(Part items, std::int64_t chunk, const BatchReduce& job, const ProductOf& product_of,
            TermRange range)
      : items_(items),
        chunk_(chunk),
        job_(job),
        product_of_(product_of),
        item_(items.begin),
        begin_(range.begin),
        range_end_(range.end) {}

  /// Makes the next step; false where all are made. Products without terms have one step.
  bool next(ChunkStep& step) {
    for (;; ++item_) {
      if (item_ == items_.end && !next_chunk()) return false;
      const Product auto product = product_of_(item_);
      if (begin_ > 0 && begin_ >= product.terms()) continue;
      make(product, step);
      ++item_;
      return true;
    }
  }

 private:
  bool next_chunk() {
    if (!more_) return false;
    more_ = false;
    begin_ += chunk_;
    item_ = items_.begin;
    return begin_ < range_end_;
  }

  void make(const Product auto& product, ChunkStep& step) {
    const std::int64_t terms = product.terms(), end = std::min(terms, begin_ + chunk_);
    cut_chunk(product, begin_, end, step.list);
    step.job = job_;
    step.job.segments = step.list.items.data();
    step.job.segment_count = step.list.count;
    product.set_panel(step.job);
    step.job.add = begin_ > 0;
    if constexpr (requires { product.epilogue(); }) {
      step.epilogue = product.epilogue();
      step.job.epilogue = end >= terms ? &step.epilogue : nullptr;
    }
    if (end < terms) step.job.update = nullptr;
    step.later.clear();
    if constexpr (requires { product.add_later(step.later); }) product.add_later(step.later);
    more_ |= end < terms;
  }

  Part items_;
  std::int64_t chunk_;
  BatchReduce job_;
  const ProductOf& product_of_;
  int item_;
  std::int64_t begin_, range_end_;
  bool more_ = false;  // some product goes on after this chunk
};

template <class ProductOf>
void run_chunks(Part items, std::int64_t chunk, const BatchReduce& job, const ProductOf& product_of,
                FetchPlan& plan, TermRange range = {}) {
  ChunkWalk<ProductOf> walk(items, chunk, job, product_of, range);
  ChunkStep steps[2];
  ChunkStep *now = &steps[0], *next = &steps[1];
  for (bool more = walk.next(*now); more; std::swap(now, next)) {
    more = walk.next(*next);
    if (more) plan.add(next->job, now->later);
    if (!now->later.empty()) now->job.ahead = &now->later;
    batch_reduce(now->job);
  }
}

}  // namespace mayfly::cpu
