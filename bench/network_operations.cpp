// Operations of a network that no layer has.
#include "bench/operation.h"
#include "bench/random_images.h"
#include "tests/reference/exact.h"
#include "tests/support/device_layout.h"

namespace mayfly::bench {
namespace {

class GatherImages final : public Operation {
 public:
  GatherImages(Backend& backend, const GatherShape& shape)
      : backend_(backend),
        shape_(shape),
        images_(shape.image, kClasses, static_cast<std::size_t>(shape.batch)),
        table_(exact::pixel_table_half(shape.image.channels)),
        dataset_(backend.make_dataset(images_.pixels, images_.labels, shape.image)),
        gather_(backend.make_gather(shape, table_)),
        x_(backend.allocate(gather_->image_floats() * sizeof(float))),
        labels_(backend.allocate(static_cast<std::size_t>(shape.batch) * sizeof(std::uint32_t))) {
    bytes = static_cast<double>(x_.bytes() + images_.pixels.size());
  }
  void run() override {
    gather_->run(*dataset_, nullptr, x_.floats(), static_cast<std::uint32_t*>(labels_.data()));
  }
  std::string difference() override {
    run();
    const LogicalMap map{shape_.batch, shape_.image.channels, shape_.image.height, shape_.image.width};
    const std::size_t plane = static_cast<std::size_t>(map.h) * map.w;
    Floats logical;
    for (std::size_t i = 0; i < images_.pixels.size(); ++i)
      logical.push_back(table_[i / plane % static_cast<std::size_t>(map.c) * 256 + images_.pixels[i]]);
    return difference_of(gathered(backend_, map, shape_.padding, logical), read(backend_, x_));
  }

 private:
  static constexpr int kClasses = 10;
  Backend& backend_;
  GatherShape shape_;
  RandomImages images_;
  Floats table_;
  std::unique_ptr<DeviceDataset> dataset_;
  std::unique_ptr<Gather> gather_;
  Buffer x_, labels_;
};

class SoftmaxCrossEntropy final : public Operation {
 public:
  SoftmaxCrossEntropy(Backend& backend, int batch, int classes)
      : backend_(backend), map_{batch, classes}, logits_(Noise(1).floats(std::int64_t{batch} * classes)) {
    Noise noise(2);
    for (int n = 0; n < batch; ++n) labels_.push_back(static_cast<std::uint32_t>(noise.index(classes)));
    device_logits_ = on_device(backend, to_device(backend, map_, logits_));
    device_gradient_ = on_device(backend, to_device(backend, map_, logits_));
    device_labels_ = backend.allocate(labels_.size() * sizeof(std::uint32_t));
    backend.upload(labels_.data(), device_labels_.data(), device_labels_.bytes());
    bytes = static_cast<double>(device_logits_.bytes() + device_gradient_.bytes());
  }
  void run() override {
    backend_.softmax_cross_entropy(map_.n, map_.c, device_logits_.floats(),
                                   static_cast<const std::uint32_t*>(device_labels_.data()),
                                   device_gradient_.floats());
  }
  std::string difference() override {
    run();
    return difference_of(exact::softmax_cross_entropy(map_.n, map_.c, logits_, labels_).gradient,
                         from_device(backend_, map_, read(backend_, device_gradient_)));
  }

 private:
  Backend& backend_;
  LogicalMap map_;
  Floats logits_;
  std::vector<std::uint32_t> labels_;
  Buffer device_logits_, device_gradient_, device_labels_;
};

/// With momentum and weight decay.
class Sgd final : public Operation {
 public:
  Sgd(Backend& backend, std::int64_t parameters)
      : backend_(backend),
        gradients_(Noise(1).floats(parameters)),
        weights_(Noise(2).floats(parameters)),
        momentum_(Noise(3).floats(parameters)),
        device_gradients_(on_device(backend, gradients_)),
        device_weights_(on_device(backend, weights_)),
        device_momentum_(on_device(backend, momentum_)) {
    backend.set_counters({.updates = 1});                        // the first one does not read the momentum
    bytes = 5.0 * static_cast<double>(device_weights_.bytes());  // three are read, two written
  }
  void run() override {
    backend_.sgd(kScalars, weights_.size(), device_gradients_.floats(), device_weights_.floats(),
                 device_momentum_.floats());
  }
  std::string difference() override {
    run();
    exact::sgd(kScalars, false, gradients_, weights_, momentum_);
    const std::string wrong = difference_of(weights_, read(backend_, device_weights_));
    return wrong.empty() ? difference_of(momentum_, read(backend_, device_momentum_)) : wrong;
  }

 private:
  static constexpr SgdScalars kScalars{
      .learning_rate = 0.01, .momentum = 0.9, .dampening = 0.1, .weight_decay = 0.001};
  Backend& backend_;
  Floats gradients_, weights_, momentum_;
  Buffer device_gradients_, device_weights_, device_momentum_;
};

}  // namespace

std::vector<OperationKind> operations_of(const NetworkShapes& shapes, ImageShape image) {
  const Conv2dShape &first = shapes.layers.front().conv, &last = shapes.layers.back().conv;
  const GatherShape gather{first.batch, image, first.padding};
  const std::int64_t parameters = shapes.parameter_count();
  return {{"gather", [=](Backend& backend) { return std::make_unique<GatherImages>(backend, gather); }},
          {"softmax_cross_entropy",
           [=](Backend& backend) {
             return std::make_unique<SoftmaxCrossEntropy>(backend, last.batch, last.out_channels);
           }},
          {"sgd", [=](Backend& backend) { return std::make_unique<Sgd>(backend, parameters); }}};
}

}  // namespace mayfly::bench
