#include "vendor_case.h"

#include <gtest/gtest.h>

#include <limits>

namespace mayfly::cuda {
namespace {

std::size_t size(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

int stored_channels(const MapShape& map) {
  return map.padded ? padded_to_four(map.channels) : map.channels;
}

std::size_t device_floats(const MapShape& map) {
  return size(std::int64_t{map.batch} * map.positions * stored_channels(map));
}

/// Calls visit(place on the device, place in logical order or -1 for padding).
template <class Visit>
void for_each_place(const MapShape& map, const Visit& visit) {
  std::int64_t place = 0;
  for (std::int64_t n = 0; n < map.batch; ++n)
    for (std::int64_t p = 0; p < map.positions; ++p)
      for (std::int64_t c = 0; c < stored_channels(map); ++c)
        visit(size(place++),
              c < map.channels ? (n * map.channels + c) * map.positions + p : std::int64_t{-1});
}

}  // namespace

VendorCase random_case(CaseRandom& random, const Conv2dShape& shape) {
  return {shape, random_floats(random, size(shape.input_count())),
          random_floats(random, size(shape.weight_count())), random_floats(random, size(shape.out_channels)),
          random_floats(random, size(shape.output_count()))};
}

MapShape input_map(const Conv2dShape& s) {
  return {s.batch, s.in_channels, s.height * s.width, !s.input_is_image};
}

MapShape output_map(const Conv2dShape& s) {
  return {s.batch, s.out_channels, s.out_positions()};
}

Floats to_device_order(const MapShape& map, const Floats& logical) {
  Floats device(device_floats(map));
  for_each_place(map, [&](std::size_t place, std::int64_t from) {
    if (from >= 0) device[place] = logical[size(from)];
  });
  return device;
}

Floats to_logical_order(const MapShape& map, const Floats& device) {
  Floats logical(size(std::int64_t{map.batch} * map.positions * map.channels));
  int wrong = 0;
  for_each_place(map, [&](std::size_t place, std::int64_t from) {
    if (from >= 0)
      logical[size(from)] = device[place];
    else
      wrong += !(device[place] == 0.0F);
  });
  EXPECT_EQ(wrong, 0) << "values in the padding that are not +0";
  return logical;
}

VendorLayers::VendorLayers()
    : context_{.stream = stream_, .image_major = true}, engine_(make_vendor_engine(context_)) {}

Buffer VendorLayers::copy(const Floats& values) const {
  return upload_copy(std::span<const float>(values), stream_);
}

Buffer VendorLayers::poisoned(std::size_t floats) const {
  return copy(Floats(floats, std::numeric_limits<float>::quiet_NaN()));
}

Floats VendorLayers::read(const Buffer& buffer) const {
  Floats values(buffer.bytes() / sizeof(float));
  download(buffer.data(), values.data(), buffer.bytes(), stream_);
  return values;
}

void VendorLayers::run(const std::function<void()>& body, bool recorded) const {
  if (!recorded) return body();
  const Graph graph(stream_, body);
  graph.launch(stream_);
  graph.launch(stream_);
  stream_.synchronise();
}

Floats VendorLayers::forward(const VendorCase& c, const Activation& activation, bool recorded) {
  const auto conv = engine_->make_conv2d(c.shape);
  const Buffer x = copy(to_device_order(input_map(c.shape), c.x)), bias = copy(c.bias);
  const Buffer w = poisoned(conv->weight_floats());
  conv->import_weights(c.w, w.floats());
  const Buffer y = poisoned(device_floats(output_map(c.shape)));
  run([&] { conv->forward(x.floats(), w.floats(), bias.floats(), activation, y.floats()); }, recorded);
  return to_logical_order(output_map(c.shape), read(y));
}

Floats VendorLayers::data_gradient(const VendorCase& c, bool recorded) {
  const auto conv = engine_->make_conv2d(c.shape);
  const Buffer dy = copy(to_device_order(output_map(c.shape), c.dy)), w = poisoned(conv->weight_floats());
  conv->import_weights(c.w, w.floats());
  const Buffer dx = poisoned(device_floats(input_map(c.shape)));
  run([&] { conv->data_gradient(dy.floats(), w.floats(), dx.floats()); }, recorded);
  return to_logical_order(input_map(c.shape), read(dx));
}

Floats VendorLayers::weight_gradient(const VendorCase& c, bool recorded) {
  const auto conv = engine_->make_conv2d(c.shape);
  const Buffer x = copy(to_device_order(input_map(c.shape), c.x));
  const Buffer dy = copy(to_device_order(output_map(c.shape), c.dy));
  const Buffer dw = poisoned(conv->weight_floats());
  conv->import_weights(Floats(c.w.size(), std::numeric_limits<float>::infinity()), dw.floats());
  run([&] { conv->weight_gradient(x.floats(), dy.floats(), dw.floats()); }, recorded);
  Floats logical(c.w.size());
  conv->export_weights(dw.floats(), logical);
  return logical;
}

}  // namespace mayfly::cuda
