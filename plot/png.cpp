#include "plot/png.h"

#include <new>
#include <stdexcept>

#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"  // it also writes BMP, TGA, JPEG
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace mayfly {

std::string png_bytes(int width, int height, int channels, std::span<const std::uint8_t> pixels) {
  const bool fits = width >= 1 && height >= 1 && (channels == 1 || channels == 3) &&
                    pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                                         static_cast<std::size_t>(channels);
  if (!fits) throw std::logic_error("png_bytes: the pixels do not fill the picture");
  std::string bytes;
  const auto append = [](void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                               static_cast<std::size_t>(size));
  };
  if (stbi_write_png_to_func(append, &bytes, width, height, channels, pixels.data(), width * channels) == 0)
    throw std::bad_alloc();
  return bytes;
}

}  // namespace mayfly
