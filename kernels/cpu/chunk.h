// Running the terms of many products chunk by chunk (kernels/arithmetic.md section 2).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/cpu/batch_reduce.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

/// The runs of one chunk; a chunk has at most 512 terms, so at most 512 runs.
struct SegmentList {
  std::array<Segment, 512> items;
  int count = 0;
};

/// A product: the tile of C at one map position or tap, and one panel. Its terms lie in cells (taps, kernel
/// rows, positions).
///   std::int64_t terms() const;   int cell_terms() const;
///   Segment place(int cell, int first, int length) const;   // the run of terms first.. of that cell
///   void set_panel(BatchReduce& job) const;                  // b_row, c, c_row, columns
///   Epilogue epilogue() const;                               // used where job.epilogue is asked for
template <class Product>
void cut_chunk(const Product& product, std::int64_t begin, std::int64_t end, SegmentList& list) {
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

/// Runs products items.begin..items.end-1, the first chunk of each, then the second of each, ..., so that
/// neighbours share what is cached. `product_of(item)` makes a Product; `chunk` is L; `job` holds what all
/// have in common. `begin_chunk(first term)` is called before each chunk.
template <class ProductOf, class BeginChunk>
void run_chunks(Part items, std::int64_t chunk, BatchReduce job, bool finish, const ProductOf& product_of,
                const BeginChunk& begin_chunk) {
  SegmentList list;
  job.segments = list.items.data();
  bool more = true;
  for (std::int64_t begin = 0; more; begin += chunk) {
    more = false;
    begin_chunk(begin);
    for (int item = items.begin; item < items.end; ++item) {
      const auto product = product_of(item);
      const std::int64_t terms = product.terms();
      if (begin > 0 && begin >= terms) continue;
      const std::int64_t end = std::min(terms, begin + chunk);
      cut_chunk(product, begin, end, list);
      const Epilogue epilogue = product.epilogue();
      job.segment_count = list.count;
      product.set_panel(job);
      job.add = begin > 0;
      job.epilogue = finish && end >= terms ? &epilogue : nullptr;
      batch_reduce(job);
      more |= end < terms;
    }
  }
}

template <class ProductOf>
void run_chunks(Part items, std::int64_t chunk, const BatchReduce& job, bool finish,
                const ProductOf& product_of) {
  run_chunks(items, chunk, job, finish, product_of, [](std::int64_t) {});
}

}  // namespace mayfly::cpu
