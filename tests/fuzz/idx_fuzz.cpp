// IDX: labels, then images (tests/fuzz/fuzz_input.h: Pair).
#include "data/idx.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const fuzz::Pair files = fuzz::split({data, size});
  const auto labels = fuzz::written("labels", files.first), images = fuzz::written("images", files.second);
  fuzz::read_or_refuse(images.parent_path().string(), [&] {
    const ImageSet set = read_idx(images, labels, 10);
    if (set.pixels.size() != set.labels.size() * static_cast<std::size_t>(set.image.height * set.image.width))
      fuzz::defect("pixels and labels do not agree");
  });
  return 0;
}
