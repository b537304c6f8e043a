// PNG, JPEG and BMP.
#include "data/decode_image.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const auto path = fuzz::written("image", {data, size});
  fuzz::read_or_refuse(path.string(), [&] {
    const DecodedImage header = image_header(path);
    if (static_cast<std::int64_t>(header.width) * header.height > 1'000'000)
      return;  // slow, and no other code
    const DecodedImage image = decode_image(path);
    if (image.width != header.width || image.height != header.height ||
        image.pixels.size() != static_cast<std::size_t>(image.width * image.height * image.channels))
      fuzz::defect("header and pixels do not agree");
  });
  return 0;
}
