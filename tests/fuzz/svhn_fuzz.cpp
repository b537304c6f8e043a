// MATLAB files: as SVHN, and every variable that they hold.
#include <algorithm>
#include <array>

#include "data/mat5.h"
#include "data/svhn.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

void read_all(const std::filesystem::path& path) {
  mayfly::MatFile file(path);
  std::array<double, 256> values;
  while (file.next()) {
    for (std::uint64_t left = file.count(); left > 0;) {
      const std::size_t piece = std::min<std::uint64_t>(left, values.size());
      file.read_numbers(std::span(values).first(piece));
      left -= piece;
    }
    file.finish();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const auto path = fuzz::written("digits.mat", {data, size});
  fuzz::read_or_refuse(path.string(), [&] { read_svhn(path); });
  fuzz::read_or_refuse(path.string(), [&] { read_all(path); });
  return 0;
}
