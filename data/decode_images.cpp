#include "data/decode_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "core/error.h"
#include "data/decode_image.h"
#include "data/fit_image.h"

namespace mayfly {
namespace {

constexpr unsigned kMostThreads = 16;

/// The threads' common work: each takes the next image until there is none, or one has failed.
class Decoding {
 public:
  Decoding(const std::vector<ListedImage>& list, const ImageShape& shape, const ImageOptions& options)
      : list_(list), shape_(shape), options_(options) {
    image_bytes_ = static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) *
                   static_cast<std::size_t>(shape.width);
    set_.image = shape;
    set_.pixels.resize(list.size() * image_bytes_);
    set_.labels.resize(list.size());
  }

  void work() {
    for (std::size_t i = next_++; i < list_.size() && !failed_; i = next_++) decode(i);
  }

  /// Images that came before the first failure were all begun, and so its is the first in the list.
  ImageSet result(std::vector<std::string>& left_out) {
    if (!failures_.empty()) std::rethrow_exception(failures_.begin()->second);
    for (const auto& [index, reason] : left_out_) left_out.push_back(reason);
    if (!left_out_.empty()) close_gaps();
    return std::move(set_);
  }

 private:
  void decode(std::size_t i) {
    try {
      const DecodedImage image = decoded(i);
      if (image.pixels.empty()) return;
      require_size(i, image);
      fit_image(image, shape_, std::span(set_.pixels).subspan(i * image_bytes_, image_bytes_));
      set_.labels[i] = list_[i].label;
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failures_.emplace(i, std::current_exception());
      failed_ = true;
    }
  }

  /// Without pixels where it is damaged and may be left out.
  DecodedImage decoded(std::size_t i) {
    try {
      return decode_image(list_[i].path);
    } catch (const DataError& error) {
      if (options_.on_bad_image != "skip")
        throw DataError(fmt::format("{}; on_bad_image = \"skip\" leaves such images out", error.what()));
      const std::lock_guard lock(mutex_);
      left_out_.emplace(i, error.what());
      return {};
    }
  }

  void require_size(std::size_t i, const DecodedImage& image) const {
    if (options_.resize != "none" || (image.height == shape_.height && image.width == shape_.width)) return;
    throw DataError(
        fmt::format("{}: expected an image of {}x{} (height x width), found {}x{}; resize = \"center_crop\" "
                    "makes them equal",
                    list_[i].path.string(), shape_.height, shape_.width, image.height, image.width));
  }

  void close_gaps() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (left_out_.contains(i)) continue;
      if (kept != i) {
        const auto from = set_.pixels.begin() + static_cast<std::ptrdiff_t>(i * image_bytes_);
        std::copy_n(from, image_bytes_,
                    set_.pixels.begin() + static_cast<std::ptrdiff_t>(kept * image_bytes_));
        set_.labels[kept] = set_.labels[i];
      }
      ++kept;
    }
    set_.pixels.resize(kept * image_bytes_);
    set_.labels.resize(kept);
  }

  const std::vector<ListedImage>& list_;
  ImageShape shape_;
  const ImageOptions& options_;
  std::size_t image_bytes_ = 0;
  ImageSet set_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  ///< of the two below
  std::map<std::size_t, std::string> left_out_;
  std::map<std::size_t, std::exception_ptr> failures_;
};

}  // namespace

ImageSet decode_images(const std::vector<ListedImage>& list, const ImageShape& shape,
                       const ImageOptions& options, int threads, std::vector<std::string>& left_out) {
  const unsigned wanted = threads > 0 ? static_cast<unsigned>(threads) : std::thread::hardware_concurrency();
  const auto count = std::clamp<std::size_t>(std::min<std::size_t>(wanted, list.size()), 1, kMostThreads);
  Decoding decoding(list, shape, options);
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([&decoding] { decoding.work(); });
  }
  return decoding.result(left_out);
}

}  // namespace mayfly
