#include "kernels/cpu/fetcher.h"

namespace mayfly::cpu {
namespace {

FetchRows joined(const FetchRows& rows) {
  if (rows.step > rows.floats) return rows;
  return {rows.first, 1, 0, (rows.count - 1) * rows.step + rows.floats};
}

}  // namespace

void FetchList::add(FetchRows rows) {
  if (rows.count == 0) return;
  rows = joined(rows);
  FetchRows* last = count_ == 0 ? nullptr : &entries_[static_cast<std::size_t>(count_ - 1)];
  if (last != nullptr && last->count == 1 && rows.count == 1 && last->first + last->floats == rows.first)
    last->floats += rows.floats;
  else if (count_ < static_cast<int>(entries_.size()))
    entries_[static_cast<std::size_t>(count_++)] = rows;
}

std::int64_t FetchList::lines() const {
  std::int64_t lines = 0;
  for (int i = 0; i < count_; ++i) lines += (*this)[i].count * ((*this)[i].floats / kLineFloats + 1);
  return lines;
}

Fetcher::Fetcher(const FetchList& list, std::int64_t calls) : list_(&list) {
  if (calls > 0) lines_a_call_ = static_cast<int>((list.lines() + calls - 1) / calls);
}

bool Fetcher::next_run() {
  if (entry_ < 0 || next_ == (*list_)[entry_].count) {
    if (++entry_ == list_->count()) {
      lines_a_call_ = 0;
      return false;
    }
    next_ = 0;
  }
  const FetchRows& rows = (*list_)[entry_];
  run_ = rows.first + next_++ * rows.step;
  at_ = 0;
  floats_ = rows.floats;
  return true;
}

}  // namespace mayfly::cpu
