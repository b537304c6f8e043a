#include "tiny_campaign.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/data/byte_files.h"

namespace mayfly {
namespace {

constexpr std::uint32_t kTrain = 240;
constexpr std::uint32_t kValidation = 120;

Bytes labels(std::uint32_t count) {
  Bytes bytes(count);
  for (std::uint32_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i % 10);
  return idx_labels(bytes);
}

}  // namespace

void write_tiny_fashion_mnist(const std::filesystem::path& root) {
  std::filesystem::create_directories(root);
  write_bytes(root / "train-images-idx3-ubyte", idx_images(kTrain, 28, 28));
  write_bytes(root / "train-labels-idx1-ubyte", labels(kTrain));
  write_bytes(root / "t10k-images-idx3-ubyte", idx_images(kValidation, 28, 28));
  write_bytes(root / "t10k-labels-idx1-ubyte", labels(kValidation));
}

std::vector<std::string> init_arguments(const std::filesystem::path& folder, int networks) {
  return {"init",      folder.string(),
          "--preset",  "laptop",
          "--dataset", "FashionMNIST",
          "-n",        std::to_string(networks),
          "--seed",    "7",
          "--set",     "train.epochs=1.5",
          "--set",     "train.max_train_images=240",
          "--set",     "train.max_val_images=120",
          "--set",     "search_space.batch_size=[20, 50]",
          "--set",     "search_space.max_macs_per_image=200000",
          "--set",     "campaign.base_time=2026-01-02T03:04:05Z"};
}

std::string read_text(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::filesystem::path> tables_of(const std::filesystem::path& campaign) {
  std::vector<std::filesystem::path> tables;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(campaign / "tables"))
    if (entry.path().extension() == ".txt") tables.push_back(entry.path());
  std::sort(tables.begin(), tables.end());
  return tables;
}

}  // namespace mayfly
