// Trains so many steps of a small network on noise: train_steps STEPS. For whoever counts instructions; small
// because what counts them takes a microsecond for an FMA.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "nn/network.h"
#include "nn/normalize.h"
#include "tests/nn/small_network.h"

namespace mayfly {
namespace {

int train(int steps) {
  const NetworkSpec spec = tests::small_network();
  const auto batch = static_cast<std::size_t>(spec.batch_size);
  const tests::RandomImages images(batch, tests::kSmallImage, spec.classes);
  std::vector<std::uint32_t> order;
  for (int step = 0; step < steps; ++step)
    for (std::uint32_t image = 0; image < batch; ++image) order.push_back(image);

  const auto backend = make_backend("cpu", 1);
  const auto dataset = backend->make_dataset(images.pixels, images.labels, tests::kSmallImage);
  Network network(*backend, spec, tests::kSmallImage, pixel_table(Normalize::half, {}, tests::kSmallImage),
                  {});
  network.initialise();
  network.set_order(order);
  for (int step = 0; step < steps; ++step) network.train_step(*dataset);
  std::printf("%s: loss %.6f\n", backend->description().c_str(), backend->read_sums().trained.loss);
  return 0;
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
  if (argc == 2) return mayfly::train(std::atoi(argv[1]));
  std::fprintf(stderr, "usage: train_steps STEPS\n");
  return 2;
}
