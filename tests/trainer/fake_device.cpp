#include "tests/trainer/fake_device.h"

#include <algorithm>

#include "core/error.h"

namespace mayfly::tests {
namespace {

/// Passes everything on to a CPU backend and tells its device of what matters.
class FakeBackend final : public Backend {
 public:
  FakeBackend(std::shared_ptr<FakeDevice> device, int threads)
      : device_(std::move(device)), inner_(mayfly::make_backend("cpu", threads)) {}
  ~FakeBackend() override { device_->gone(batch_, bytes_); }

  std::string description() const override { return device_->name() + ": " + inner_->description(); }
  bool is_cuda() const override { return device_->cuda(); }
  Buffer allocate(std::size_t bytes) override {
    device_->take_memory(bytes);
    bytes_ += bytes;
    return inner_->allocate(bytes);
  }
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
  std::unique_ptr<MaxPool2d> make_max_pool2d(const Pool2dShape& shape) override {
    return inner_->make_max_pool2d(shape);
  }
  std::unique_ptr<Gather> make_gather(const GatherShape& shape, std::span<const float> pixel_table) override {
    batch_ = shape.batch;
    device_->began(batch_);
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
    ++sgd_steps_;
    if (device_->after_sgd) device_->after_sgd({weights, count}, sgd_steps_);
  }
  StepCounters counters() const override { return inner_->counters(); }
  void set_counters(const StepCounters& counters) override { inner_->set_counters(counters); }
  void advance(bool trained) override {
    device_->step(batch_);
    inner_->advance(trained);
  }
  void reset_sums() override { inner_->reset_sums(); }
  void set_sums(const LossSums& sums) override { inner_->set_sums(sums); }
  LossSums read_sums() override { return inner_->read_sums(); }
  std::function<void()> record(std::function<void()> body) override {
    return inner_->record(std::move(body));
  }
  void synchronise() override { inner_->synchronise(); }

 private:
  std::shared_ptr<FakeDevice> device_;
  std::unique_ptr<Backend> inner_;
  int batch_ = 0;
  int sgd_steps_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::size_t FakeDevice::free_memory() const {
  const std::lock_guard lock(mutex_);
  require_not_lost();
  return traits_.memory - used_;
}

std::unique_ptr<Backend> FakeDevice::make_backend(int threads) {
  {
    const std::lock_guard lock(mutex_);
    require_not_lost();
    ++backends_;
  }
  return std::make_unique<FakeBackend>(shared_from_this(), threads);
}

void FakeDevice::reset() {
  const std::lock_guard lock(mutex_);
  reset_too_early_ = reset_too_early_ || backends_ > 0;
  if (++resets_ > traits_.good_resets) throw DeviceLost(traits_.name + " does not come back");
  lost_ = false;
}

int FakeDevice::networks() const {
  const std::lock_guard lock(mutex_);
  return networks_;
}

int FakeDevice::most_networks() const {
  const std::lock_guard lock(mutex_);
  return most_networks_;
}

int FakeDevice::self_checks() const {
  const std::lock_guard lock(mutex_);
  return self_checks_;
}

int FakeDevice::resets() const {
  const std::lock_guard lock(mutex_);
  return resets_;
}

bool FakeDevice::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

bool FakeDevice::reset_too_early() const {
  const std::lock_guard lock(mutex_);
  return reset_too_early_;
}

void FakeDevice::require_not_lost() const {
  if (lost_) throw DeviceLost(traits_.name + " is lost");
}

void FakeDevice::take_memory(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  require_not_lost();
  if (bytes > traits_.memory - used_) throw OutOfDeviceMemory(traits_.name + " is full");
  used_ += bytes;
}

void FakeDevice::began(int batch) {
  const std::lock_guard lock(mutex_);
  if (batch == kSelfCheckBatch) {
    ++self_checks_;
  } else {
    most_networks_ = std::max(most_networks_, ++networks_);
  }
}

void FakeDevice::step(int batch) {
  try {
    if (batch != kSelfCheckBatch && on_step) on_step(batch);
  } catch (const DeviceLost&) {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    throw;
  }
  const std::lock_guard lock(mutex_);
  require_not_lost();
}

void FakeDevice::gone(int batch, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
  --backends_;
  if (batch != 0 && batch != kSelfCheckBatch) --networks_;
}

}  // namespace mayfly::tests
