// Steady state allocates nothing: every allocation function of the program is counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "nn/network.h"
#include "nn/normalize.h"
#include "tests/nn/small_network.h"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace mayfly {
namespace {

TEST(SteadyState, StepsAllocateNothing) {
  const NetworkSpec spec = tests::small_network();
  const tests::RandomImages images(60, tests::kSmallImage, spec.classes);
  const auto backend = make_backend("cpu", 1);
  const auto dataset = backend->make_dataset(images.pixels, images.labels, tests::kSmallImage);
  Network network(*backend, spec, tests::kSmallImage, pixel_table(Normalize::half, {}, tests::kSmallImage),
                  {});
  network.initialise();
  network.set_order(images.order);
  network.train_step(*dataset);
  network.evaluate_step(*dataset);
  const long before = allocations;
  for (int i = 0; i < 5; ++i) network.train_step(*dataset);
  for (int i = 0; i < 3; ++i) network.evaluate_step(*dataset);
  EXPECT_EQ(allocations, before);
  void* probe = ::operator new(1);
  ::operator delete(probe);
  EXPECT_GT(allocations, before) << "the counter does not count";
}

}  // namespace
}  // namespace mayfly
