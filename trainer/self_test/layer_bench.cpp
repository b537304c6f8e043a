#include "trainer/self_test/layer_bench.h"

#include <algorithm>
#include <random>

namespace mayfly {
namespace {

constexpr std::size_t kSgdParameters = std::size_t{1} << 24;

std::size_t input_floats(Backend& backend, const Conv2dShape& shape) {
  if (!shape.input_is_image)
    return backend.map_floats(shape.height * shape.width, shape.batch, shape.in_channels);
  const ImageShape image{shape.in_channels, shape.height, shape.width};
  const std::vector<float> table(static_cast<std::size_t>(image.channels) * 256);
  return backend.make_gather({shape.batch, image, shape.padding}, table)->image_floats();
}

}  // namespace

LayerBench::LayerBench(Backend& backend, const Conv2dShape& shape)
    : backend_(backend),
      conv_(backend.make_conv2d(shape)),
      x_(filled(input_floats(backend, shape))),
      y_(filled(backend.map_floats(shape.out_positions(), shape.batch, shape.out_channels))),
      weights_(filled(conv_->weight_floats())),
      gradients_(filled(conv_->weight_floats())),
      bias_(filled(static_cast<std::size_t>(shape.out_channels) + 3)),
      flops_(useful_flops(shape)) {}

Buffer LayerBench::filled(std::size_t floats) {
  std::vector<float> values(floats);
  std::mt19937 generator(static_cast<unsigned>(floats));
  for (float& value : values) value = static_cast<float>(generator() >> 8) * 0x1p-24F - 0.5F;
  Buffer buffer = backend_.allocate(floats * sizeof(float));
  backend_.upload(values.data(), buffer.data(), floats * sizeof(float));
  return buffer;
}

void LayerBench::forward() {
  conv_->forward(x_.floats(), weights_.floats(), bias_.floats(), {.relu = true}, y_.floats());
}

void LayerBench::data_gradient() {
  conv_->data_gradient(y_.floats(), weights_.floats(), x_.floats());
}

void LayerBench::weight_gradient() {
  conv_->weight_gradient(x_.floats(), y_.floats(), gradients_.floats());
}

std::vector<LayerDirection> directions_of(const Conv2dShape& shape) {
  std::vector<LayerDirection> directions = {{"forward", &LayerBench::forward},
                                            {"weight_gradient", &LayerBench::weight_gradient}};
  if (!shape.input_is_image) directions.push_back({"data_gradient", &LayerBench::data_gradient});
  return directions;
}

SgdBench::SgdBench(Backend& backend)
    : backend_(backend),
      weights_(backend.allocate(kSgdParameters * sizeof(float))),
      gradients_(backend.allocate(kSgdParameters * sizeof(float))),
      momentum_(backend.allocate(kSgdParameters * sizeof(float))) {
  backend.set_counters({.updates = 1});  // the first step would not read the momentum
}

void SgdBench::step() {
  backend_.sgd({.learning_rate = 0.1, .momentum = 0.9}, kSgdParameters, gradients_.floats(),
               weights_.floats(), momentum_.floats());
}

double SgdBench::bytes() const {
  return 5.0 * sizeof(float) * kSgdParameters;  // three are read, two written
}

double seconds_per_call(Backend& backend, const std::function<void()>& work, double seconds) {
  const auto timer = backend.make_timer();
  const auto timed = [&](int calls) {
    timer->start();
    for (int call = 0; call < calls; ++call) work();
    timer->stop();
    backend.synchronise();
    return timer->seconds();
  };
  timed(1);
  const double estimate = std::max(timed(1), 1e-6);
  if (estimate >= seconds) return estimate;
  const int calls = static_cast<int>(std::clamp(seconds / estimate, 2.0, 1e6));
  return timed(calls) / calls;
}

double useful_flops(const Conv2dShape& shape) {
  return 2.0 * static_cast<double>(useful_macs(shape)) * shape.batch;
}

double training_flops(const NetworkShapes& shapes) {
  double flops = 0;
  for (const LayerShape& layer : shapes.layers)
    flops += useful_flops(layer.conv) * (layer.conv.input_is_image ? 2 : 3);
  return flops;
}

}  // namespace mayfly
