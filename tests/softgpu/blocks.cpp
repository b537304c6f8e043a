#include "blocks.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "fail.h"
#include "random.h"
#include "symbols.h"

uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;

namespace mayfly::softgpu {
namespace {

constexpr unsigned kWarp = 32;

bool same(const Place& a, const Place& b) {
  return a.line == b.line && (a.function == b.function || std::strcmp(a.function, b.function) == 0);
}

std::string text(const Place& place) {
  return fmt::format("{}:{}", place.file, place.line);
}

}  // namespace

Blocks& Blocks::instance() {
  static Blocks& blocks = *new Blocks;  // never destroyed: other statics may own device memory
  return blocks;
}

void Blocks::run(const KernelCall& call, dim3 grid, dim3 block) {
  call_ = &call;
  blockDim = block;
  gridDim = grid;
  count_ = block.x * block.y * block.z;
  threads_.assign(count_, {});
  order_.resize(count_);
  std::iota(order_.begin(), order_.end(), 0u);
  std::vector<unsigned> blocks(std::size_t{grid.x} * grid.y * grid.z);
  std::iota(blocks.begin(), blocks.end(), 0u);
  random().shuffle(blocks);
  for (const unsigned index : blocks) {
    blockIdx = {index % grid.x, index / grid.x % grid.y, index / grid.x / grid.y};
    run_block();
  }
  call_ = nullptr;
}

void Blocks::run_block() {
  next_ = done_ = 0;
  shared_.begin_block();
  random().shuffle(order_);
  while (next_ < count_) idle_fibre()->resume();
  while (done_ < count_) {
    release();
    random().shuffle(ready_);
    for (const unsigned index : ready_) {
      threads_[index].wait = Wait::none;
      set_thread(index);
      threads_[index].fibre->resume();
    }
  }
  if (fibres_.size() > idle_.size()) fail("a thread was lost");
  shared_.end_block();
  for (Thread& thread : threads_) thread.done = false;
}

Fibre* Blocks::idle_fibre() {
  if (idle_.empty()) {
    fibres_.push_back(std::make_unique<Fibre>(&Blocks::work));
    idle_.push_back(fibres_.back().get());
  }
  Fibre* fibre = idle_.back();
  idle_.pop_back();
  return fibre;
}

void Blocks::work(Fibre& self) {
  for (;;) {
    instance().run_threads(self);
    instance().idle_.push_back(&self);
    self.pause();
  }
}

void Blocks::run_threads(Fibre& self) {
  while (next_ < count_) {
    const unsigned index = order_[next_++];
    threads_[index].fibre = &self;
    set_thread(index);
    call_->run_thread();
    threads_[current_].done = true;
    ++done_;
  }
}

void Blocks::set_thread(unsigned index) {
  current_ = index;
  threadIdx = {index % blockDim.x, index / blockDim.x % blockDim.y, index / blockDim.x / blockDim.y};
}

void Blocks::wait(Wait kind, const Place& place) {
  Thread& thread = threads_[current_];
  thread.wait = kind;
  thread.place = place;
  thread.fibre->pause();
}

void Blocks::wait_for_block(const Place& place) {
  wait(Wait::block, place);
}

void Blocks::wait_for_warp(unsigned mask, const Place& place) {
  check_warp(mask, place);
  wait(Wait::warp, place);
}

std::uint64_t Blocks::exchange(unsigned mask, std::uint64_t mine, unsigned lane, const Place& place) {
  check_warp(mask, place);
  if (lane >= kWarp) fail("a shuffle at {} asks for lane {}", text(place), lane);
  Thread& thread = threads_[current_];
  // A thread is never more than one exchange ahead of its warp, so two slots do.
  const unsigned slot = thread.odd_exchange ? 1 : 0;
  thread.odd_exchange = !thread.odd_exchange;
  thread.slots[slot] = mine;
  wait(Wait::warp, place);
  return threads_[current_ / kWarp * kWarp + lane].slots[slot];
}

void Blocks::check_warp(unsigned mask, const Place& place) const {
  if (mask != 0xffffffffu)
    fail("the mask at {} does not name the whole warp: {:#x} in kernel {}", text(place), mask,
         symbol_name(kernel()));
  if (current_ / kWarp * kWarp + kWarp > count_)
    fail("a warp of {} threads meets at {} in kernel {}: blocks must be whole warps there", count_ % kWarp,
         text(place), symbol_name(kernel()));
}

void* Blocks::shared_object(const void* key, std::size_t bytes, std::size_t alignment) {
  return shared_.object(key, bytes, alignment);
}

void Blocks::release() {
  ready_.clear();
  if (!release_block()) release_warps();
  if (ready_.empty()) stuck();
}

bool Blocks::release_block() {
  const bool all =
      std::all_of(threads_.begin(), threads_.end(), [](const Thread& t) { return t.wait == Wait::block; });
  if (!all) return false;
  check_same_place(0, count_);
  ready_ = order_;
  return true;
}

void Blocks::release_warps() {
  for (unsigned first = 0; first < count_; first += kWarp) {
    const unsigned end = std::min(first + kWarp, count_);
    const bool all = std::all_of(threads_.begin() + first, threads_.begin() + end,
                                 [](const Thread& t) { return t.wait == Wait::warp; });
    if (!all) continue;
    check_same_place(first, end);
    for (unsigned index = first; index < end; ++index) ready_.push_back(index);
  }
}

void Blocks::check_same_place(unsigned first, unsigned end) const {
  for (unsigned index = first + 1; index < end; ++index)
    if (!same(threads_[index].place, threads_[first].place))
      fail("threads {} and {} wait at different barriers, {} and {}, in kernel {}", first, index,
           text(threads_[first].place), text(threads_[index].place), symbol_name(kernel()));
}

void Blocks::stuck() const {
  const auto waits = [](const Thread& thread) { return thread.wait != Wait::none; };
  const auto waiting = std::find_if(threads_.begin(), threads_.end(), waits);
  const auto other = std::find_if(threads_.begin(), threads_.end(), [&](const Thread& thread) {
    return thread.done || thread.wait != waiting->wait;
  });
  fail("thread {} waits at {} for ever: thread {} {} in kernel {}", waiting - threads_.begin(),
       text(waiting->place), other - threads_.begin(),
       other->done ? "has ended" : "waits at " + text(other->place), symbol_name(kernel()));
}

bool Blocks::stack_overflow(const void* address) const {
  return std::any_of(fibres_.begin(), fibres_.end(),
                     [&](const auto& fibre) { return fibre->in_guard_page(address); });
}

void wait_for_block(const Place& place) {
  Blocks::instance().wait_for_block(place);
}

void wait_for_warp(unsigned mask, const Place& place) {
  Blocks::instance().wait_for_warp(mask, place);
}

std::uint64_t exchange_in_warp(unsigned mask, std::uint64_t mine, unsigned lane, const Place& place) {
  return Blocks::instance().exchange(mask, mine, lane, place);
}

unsigned lane_in_warp() {
  return Blocks::instance().thread() % kWarp;
}

void* shared_object(const void* key, std::size_t bytes, std::size_t alignment) {
  return Blocks::instance().shared_object(key, bytes, alignment);
}

}  // namespace mayfly::softgpu
