// Networks per hour with 1, 2, 4, 8 networks at once on each device: a small campaign of the preset's first
// networks on noise in the shape of FashionMNIST, each of them for a part of its life: one epoch on a share
// of the images. On a GPU take --share 1: starting and ending a network is much of a shorter life there.
//
//   networks_per_hour [--device cpu] [--arithmetic exact] [--preset laptop] [--networks 16] [--jobs 1,2,4,8]
//                     [--share 10]     a tenth of the images
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>

#include "bench/command_line.h"
#include "generator/estimate.h"
#include "generator/sample.h"
#include "trainer/campaign.h"
#include "trainer/conventions.h"
#include "trainer/device_memory.h"

namespace mayfly::bench {
namespace {

constexpr double kLifeEpochs = 40;
constexpr double kEpochs = 1;
constexpr ImageCounts kAllImages{60000, 10000};
const ImageShape kImage{1, 28, 28};

ImageSet noise(std::uint64_t count, unsigned seed) {
  std::mt19937 generator(seed);
  ImageSet set{.image = kImage};
  set.pixels.resize(count * 28 * 28);
  set.labels.resize(count);
  for (std::uint8_t& pixel : set.pixels) pixel = static_cast<std::uint8_t>(generator());
  for (std::uint8_t& label : set.labels) label = static_cast<std::uint8_t>(generator() % 10);
  return set;
}

std::vector<CampaignNetwork> networks_of(const std::string& preset, std::uint32_t count,
                                         const ImageCounts& images, Arithmetic arithmetic) {
  const SamplingPlan plan{.space = preset_search_space(preset),
                          .datasets = {{.name = "noise",
                                        .classes = 10,
                                        .image = kImage,
                                        .train_images = images.train,
                                        .validation_images = images.validation}}};
  std::vector<CampaignNetwork> networks;
  for (std::uint32_t i = 0; i < count; ++i) {
    const SampledNetwork sampled = sample_network(plan, i);
    networks.push_back(
        {.index = i,
         .spec = sampled.spec,
         .estimated_seconds = estimate_seconds(sampled.shapes, images, kEpochs),
         .device_memory = estimate_device_memory(sampled.shapes, sampled.spec.sgd, 0, arithmetic)});
  }
  return networks;
}

/// The part of a life.
double lived(const ImageCounts& images) {
  return kEpochs / kLifeEpochs * static_cast<double>(images.train) / static_cast<double>(kAllImages.train);
}

/// A folder that is gone with it.
struct ScratchFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               fmt::format("mayfly_networks_per_hour_{}", std::random_device()());
  ~ScratchFolder() { std::filesystem::remove_all(path); }
};

void measure(const std::vector<CampaignNetwork>& networks, const ImageCounts& images,
             CampaignOptions options) {
  const ScratchFolder folder;
  options.folder = folder.path;
  DatasetStore store([&](const std::string& name) {
    return Dataset{.name = name,
                   .classes = 10,
                   .train = noise(images.train, 1),
                   .validation = noise(images.validation, 2)};
  });
  store.get("noise");
  CampaignObserver nobody;
  const auto start = std::chrono::steady_clock::now();
  const CampaignResult result = run_campaign(networks, store, options, nobody);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double lives = static_cast<double>(result.finished) * lived(images);
  fmt::print("{} at once on each of {}: {} of {} networks, {:.1f} s, {:.1f} networks per hour\n",
             options.jobs, options.devices.size(), result.finished, networks.size(), seconds,
             lives * 3600 / seconds);
}

void run(int argc, char** argv) {
  const Arithmetic arithmetic = parse_arithmetic(take_option(argc, argv, "arithmetic", "exact"));
  const std::string device = take_option(argc, argv, "device", "cpu");
  const std::string preset = take_option(argc, argv, "preset", "laptop");
  const int count = take_count(argc, argv, "networks", 16, 1);
  const auto share = static_cast<std::uint64_t>(take_count(argc, argv, "share", 10, 1));
  std::stringstream jobs(take_option(argc, argv, "jobs", device == "cpu" ? "1,2" : "1,2,4,8"));
  refuse_others(argc, argv,
                "--device cuda:0,2, --arithmetic fast, --preset NAME, --networks N, --share N, --jobs 1,2,4");
  CampaignOptions options{.lifespan = {.epochs = kEpochs, .arithmetic = arithmetic},
                          .devices = open_devices(device, arithmetic),
                          .cores = static_cast<int>(std::thread::hardware_concurrency())};
  for (const auto& each : options.devices) fmt::print("{}\n", each->information());
  const ImageCounts images{kAllImages.train / share, kAllImages.validation / share};
  fmt::print("preset {}, lives of {} epochs on FashionMNIST's images, of which {:.2f} % are lived\n", preset,
             kLifeEpochs, 100 * lived(images));
  const auto networks = networks_of(preset, static_cast<std::uint32_t>(count), images, arithmetic);
  for (std::string number; std::getline(jobs, number, ',');) {
    options.jobs = parse_count("jobs", number, 1);
    measure(networks, images, options);
  }
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  return mayfly::bench::exit_code_of([&] {
    mayfly::bench::run(argc, argv);
    return 0;
  });
}
