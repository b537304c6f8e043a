// A backend that passes everything on to another one: the base of those that measure, count or fail.
#pragma once

#include <memory>
#include <utility>

#include "kernels/backend.h"

namespace mayfly {

class ForwardingBackend : public Backend {
 public:
  explicit ForwardingBackend(std::unique_ptr<Backend> inner) : inner_(std::move(inner)) {}

  std::string description() const override { return inner_->description(); }
  bool is_cuda() const override { return inner_->is_cuda(); }
  Buffer allocate(std::size_t bytes) override { return inner_->allocate(bytes); }
  void upload(const void* host, void* device, std::size_t bytes) override {
    inner_->upload(host, device, bytes);
  }
  void download(const void* device, void* host, std::size_t bytes) override {
    inner_->download(device, host, bytes);
  }
  std::unique_ptr<DeviceDataset> make_dataset(std::span<const std::uint8_t> pixels,
                                              std::span<const std::uint8_t> labels,
                                              ImageShape image) override {
    return inner_->make_dataset(pixels, labels, image);
  }
  std::size_t map_floats(int positions, int batch, int channels) const override {
    return inner_->map_floats(positions, batch, channels);
  }
  std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) override {
    return inner_->make_conv2d(shape);
  }
  std::vector<std::string> conv2d_variants() const override { return inner_->conv2d_variants(); }
  std::unique_ptr<Conv2d> make_conv2d_variant(const Conv2dShape& shape, std::size_t variant) override {
    return inner_->make_conv2d_variant(shape, variant);
  }
  std::unique_ptr<MaxPool2d> make_max_pool2d(const Pool2dShape& shape) override {
    return inner_->make_max_pool2d(shape);
  }
  std::unique_ptr<Gather> make_gather(const GatherShape& shape, std::span<const float> pixel_table) override {
    return inner_->make_gather(shape, pixel_table);
  }
  void activation_backward(const Conv2dShape& shape, const Activation& activation, const float* y, float* dy,
                           float* dbias) override {
    inner_->activation_backward(shape, activation, y, dy, dbias);
  }
  void dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed, std::uint32_t layer,
                    float* mask) override {
    inner_->dropout_mask(shape, rate, seed, layer, mask);
  }
  void softmax_cross_entropy(int batch, int classes, const float* logits, const std::uint32_t* labels,
                             float* dlogits) override {
    inner_->softmax_cross_entropy(batch, classes, logits, labels, dlogits);
  }
  void sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
           float* momentum) override {
    inner_->sgd(scalars, count, gradients, weights, momentum);
  }
  StepCounters counters() const override { return inner_->counters(); }
  void set_counters(const StepCounters& counters) override { inner_->set_counters(counters); }
  void advance(bool trained) override { inner_->advance(trained); }
  void reset_sums() override { inner_->reset_sums(); }
  void set_sums(BatchKind kind, const LossSums& sums) override { inner_->set_sums(kind, sums); }
  BatchSums read_sums() override { return inner_->read_sums(); }
  std::function<void()> record(std::function<void()> body) override {
    return inner_->record(std::move(body));
  }
  void synchronise() override { inner_->synchronise(); }
  std::unique_ptr<DeviceTimer> make_timer() override { return inner_->make_timer(); }

 protected:
  Backend& inner() const { return *inner_; }

 private:
  std::unique_ptr<Backend> inner_;
};

}  // namespace mayfly
