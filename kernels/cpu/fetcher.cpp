#include "kernels/cpu/fetcher.h"

namespace mayfly::cpu {

void FetchList::add(FetchRows rows) {
  if (rows.count == 0) return;
  if (rows.step <= rows.floats) rows = {rows.first, 1, 0, (rows.count - 1) * rows.step + rows.floats};
  if (count_ > 0 && rows.count == 1) {
    FetchRows& last = rows_[static_cast<std::size_t>(count_ - 1)];
    if (last.count == 1 && last.first + last.floats == rows.first) {
      last.floats += rows.floats;
      return;
    }
  }
  if (count_ < static_cast<int>(rows_.size())) rows_[static_cast<std::size_t>(count_++)] = rows;
}

std::int64_t FetchList::lines() const {
  std::int64_t lines = 0;
  for (int i = 0; i < count_; ++i)
    lines += rows_[static_cast<std::size_t>(i)].count * ((*this)[i].floats / 16 + 1);
  return lines;
}

Fetcher::Fetcher(const FetchList& list, std::int64_t calls) : list_(&list) {
  if (calls > 0) lines_a_call_ = static_cast<int>((list.lines() + calls - 1) / calls);
}

bool Fetcher::next_run() {
  if (rows_ < 0 || run_ == (*list_)[rows_].count) {
    if (++rows_ == list_->count()) {
      lines_a_call_ = 0;
      return false;
    }
    run_ = 0;
  }
  const FetchRows& rows = (*list_)[rows_];
  at_ = rows.first + run_++ * rows.step;
  end_ = at_ + rows.floats;
  return true;
}

}  // namespace mayfly::cpu
