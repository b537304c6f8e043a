#include "tests/trainer/fake_device.h"

#include <algorithm>

#include "core/error.h"
#include "kernels/forwarding_backend.h"

namespace mayfly::tests {
namespace {

/// Computes on the CPU and tells its device of what matters.
class FakeBackend final : public ForwardingBackend {
 public:
  FakeBackend(std::shared_ptr<FakeDevice> device, int threads)
      : ForwardingBackend(mayfly::make_backend("cpu", threads)), device_(std::move(device)) {}
  ~FakeBackend() override { device_->gone(batch_, bytes_); }

  std::string description() const override { return device_->name() + ": " + inner().description(); }
  bool is_cuda() const override { return device_->cuda(); }
  Buffer allocate(std::size_t bytes) override {
    device_->take_memory(bytes);
    bytes_ += bytes;
    return inner().allocate(bytes);
  }
  std::unique_ptr<Gather> make_gather(const GatherShape& shape, std::span<const float> pixel_table) override {
    batch_ = shape.batch;
    device_->began(batch_);
    return inner().make_gather(shape, pixel_table);
  }
  void sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
           float* momentum) override {
    inner().sgd(scalars, count, gradients, weights, momentum);
    ++sgd_steps_;
    if (device_->after_sgd) device_->after_sgd({weights, count}, sgd_steps_);
  }
  void advance(bool trained) override {
    device_->step(batch_, trained);
    inner().advance(trained);
  }

 private:
  std::shared_ptr<FakeDevice> device_;
  int batch_ = 0;
  int sgd_steps_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::size_t FakeDevice::free_memory() const {
  const std::lock_guard lock(mutex_);
  require_not_lost();
  return traits_.memory - used_ - others_;
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

void FakeDevice::set_taken_by_others(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  others_ = bytes;
}

void FakeDevice::require_not_lost() const {
  if (lost_) throw DeviceLost(traits_.name + " is lost");
}

void FakeDevice::take_memory(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  require_not_lost();
  if (bytes > traits_.memory - used_ - others_) throw OutOfDeviceMemory(traits_.name + " is full");
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

void FakeDevice::step(int batch, bool trained) {
  try {
    if (batch != kSelfCheckBatch && on_step) on_step(batch);
    if (batch != kSelfCheckBatch && trained && on_training_step) on_training_step(batch);
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
