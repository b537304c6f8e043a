#include "data/image_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/near_miss.h"

namespace mayfly {
namespace {

void require_one_of(const char* key, const std::string& value, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  throw UsageError(fmt::format("images.{}: expected {}, found '{}'{}", key, fmt::join(known, " or "), value,
                               did_you_mean(value, known)));
}

}  // namespace

void check_image_options(const ImageOptions& options) {
  require_one_of("image_mode", options.image_mode, {"rgb", "gray"});
  require_one_of("resize", options.resize, {"none", "center_crop"});
  require_one_of("on_bad_image", options.on_bad_image, {"refuse", "skip"});
  const std::vector<int>& size = options.image_size;
  const bool fits =
      std::all_of(size.begin(), size.end(), [](int side) { return side >= 1 && side <= kLargestImageSide; });
  if (size.size() > 2 || !fits)
    throw UsageError(
        fmt::format("images.image_size: expected n or [height, width], each 1 to {} (pooling takes no larger "
                    "maps), or [] for the size of the first image, found [{}]",
                    kLargestImageSide, fmt::join(size, ", ")));
}

}  // namespace mayfly
