// Trains so many steps of a small network on noise: train_steps STEPS. For whoever counts instructions; small
// because what counts them takes a microsecond for an FMA.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "nn/network.h"
#include "nn/normalize.h"

namespace mayfly {
namespace {

constexpr ImageShape kImage{3, 12, 12};

/// Of everything something: an odd first layer, two panels of channels, dropout, both poolings, a hidden
/// Linear.
NetworkSpec small_network() {
  return {.batch_size = 8,
          .sgd = {.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 1e-3},
          .dropout_rate = 0.3,
          .conv_blocks = {{.out_channels = 24,
                           .kernel_size = 5,
                           .stride = 1,
                           .padding = 2,
                           .relu = true,
                           .pool = PoolSpec{.kernel_size = 2, .stride = 2, .padding = 0}},
                          {.out_channels = 70,
                           .kernel_size = 3,
                           .stride = 1,
                           .padding = 1,
                           .relu = true,
                           .dropout = true,
                           .pool = PoolSpec{.kernel_size = 3, .stride = 2, .padding = 1}}},
          .hidden_linears = {{.out_features = 32}},
          .classes = 10};
}

int train(int steps) {
  const NetworkSpec spec = small_network();
  const auto batch = static_cast<std::size_t>(spec.batch_size);
  std::vector<std::uint8_t> pixels(batch * kImage.channels * kImage.height * kImage.width);
  std::vector<std::uint8_t> labels(batch);
  std::mt19937 generator(1);
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(generator());
  for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(generator() % 10);
  std::vector<std::uint32_t> order;
  for (int step = 0; step < steps; ++step)
    for (std::uint32_t image = 0; image < batch; ++image) order.push_back(image);

  const auto backend = make_backend("cpu", 1);
  const auto dataset = backend->make_dataset(pixels, labels, kImage);
  Network network(*backend, spec, kImage, pixel_table(Normalize::half, {}, kImage), {});
  network.initialise();
  network.set_order(order);
  for (int step = 0; step < steps; ++step) network.train_step(*dataset);
  std::printf("%s: loss %.6f\n", backend->description().c_str(), backend->read_sums().loss);
  return 0;
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
  if (argc == 2) return mayfly::train(std::atoi(argv[1]));
  std::fprintf(stderr, "usage: train_steps STEPS\n");
  return 2;
}
