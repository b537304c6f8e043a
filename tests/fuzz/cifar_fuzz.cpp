// Records of CIFAR-100, then of CIFAR-10 (tests/fuzz/fuzz_input.h: Pair).
#include "data/cifar_binary.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const fuzz::Pair files = fuzz::split({data, size});
  const auto fine = fuzz::written("fine.bin", files.first), ten = fuzz::written("ten.bin", files.second);
  fuzz::read_or_refuse(fine.string(), [&] { read_cifar(CifarKind::cifar100, {fine}); });
  fuzz::read_or_refuse(ten.string(), [&] { read_cifar(CifarKind::cifar10, {ten}); });
  fuzz::read_or_refuse(ten.string(), [&] { read_class_names(ten); });
  return 0;
}
