#include "kernels/cuda/backend.h"

#include <fmt/format.h>

#include <optional>

#include "kernels/cuda/activation.h"
#include "kernels/cuda/conv2d.h"
#include "kernels/cuda/dropout.h"
#include "kernels/cuda/gather.h"
#include "kernels/cuda/max_pool2d.h"
#include "kernels/cuda/sgd.h"
#include "kernels/cuda/softmax_cross_entropy.h"
#include "kernels/cuda/state.h"

namespace mayfly::cuda {
namespace {

std::shared_ptr<CudaDevice> in_use(std::shared_ptr<CudaDevice> device) {
  device->use();
  return device;
}

}  // namespace

/// A body that runs as it is the first time, so that all kernels are loaded, is recorded the second time and
/// replayed from then on.
class CudaBackend::Recording {
 public:
  Recording(CudaBackend& backend, std::function<void()> body) : backend_(backend), body_(std::move(body)) {}

  void run() {
    if (!warm_) {
      body_();
      warm_ = true;
      return;
    }
    if (!graph_) record();
    graph_->launch(backend_.stream_);
    backend_.counters_.step += steps_;
    backend_.counters_.updates += updates_;
  }

 private:
  void record() {
    const StepCounters before = backend_.counters_;
    try {
      graph_.emplace(backend_.stream_, body_);
    } catch (...) {
      backend_.counters_ = before;
      throw;
    }
    steps_ = backend_.counters_.step - before.step;
    updates_ = backend_.counters_.updates - before.updates;
    backend_.counters_ = before;
  }

  CudaBackend& backend_;
  std::function<void()> body_;
  bool warm_ = false;
  std::optional<Graph> graph_;
  std::uint32_t steps_ = 0;  // by which one run advances the counters
  std::uint64_t updates_ = 0;
};

CudaBackend::CudaBackend(std::shared_ptr<CudaDevice> device)
    : device_(in_use(std::move(device))),
      state_(cuda::allocate(sizeof(DeviceState), stream_)),
      context_{.stream = stream_,
               .state = static_cast<DeviceState*>(state_.data()),
               .image_major = device_->arithmetic() == Arithmetic::fast},
      vendor_(context_.image_major ? make_vendor_engine(context_) : nullptr),
      workspace_(stream_) {}

std::string CudaBackend::description() const {
  return fmt::format("{}: {}{}", device_->name(), device_->model(), vendor_ ? ", arithmetic fast" : "");
}

void CudaBackend::upload(const void* host, void* device, std::size_t bytes) {
  cuda::upload(host, device, bytes, stream_);
}

void CudaBackend::download(const void* device, void* host, std::size_t bytes) {
  cuda::download(device, host, bytes, stream_);
}

std::unique_ptr<DeviceDataset> CudaBackend::make_dataset(std::span<const std::uint8_t> pixels,
                                                         std::span<const std::uint8_t> labels,
                                                         ImageShape image) {
  return device_->dataset(pixels, labels, image, stream_);
}

std::size_t CudaBackend::map_floats(int positions, int batch, int channels) const {
  return static_cast<std::size_t>(positions) * static_cast<std::size_t>(batch) *
         static_cast<std::size_t>(padded_to_four(channels));
}

void CudaBackend::reserve_for(const Conv2dShape& shape) {
  workspace_.reserve_floats(activation_scratch_floats(shape));
  workspace_.reserve_tickets(activation_tickets(shape));
}

void CudaBackend::reserve_for_loss(int batch) {
  workspace_.reserve_floats(2 * static_cast<std::size_t>(batch));
  workspace_.reserve_tickets(1);
}

std::unique_ptr<Conv2d> CudaBackend::make_conv2d(const Conv2dShape& shape) {
  return make_conv2d(shape, GemmRule{device_->multiprocessors()});
}

std::vector<std::string> CudaBackend::conv2d_variants() const {
  if (vendor_) return {};
  return gemm_variants();
}

std::unique_ptr<Conv2d> CudaBackend::make_conv2d_variant(const Conv2dShape& shape, std::size_t variant) {
  return make_conv2d(shape, {device_->multiprocessors(), variant});
}

std::unique_ptr<Conv2d> CudaBackend::make_conv2d(const Conv2dShape& shape, const GemmRule& rule) {
  reserve_for(shape);
  reserve_for_loss(shape.batch);
  if (vendor_) return vendor_->make_conv2d(shape);
  return std::make_unique<CudaConv2d>(shape, rule, context_, workspace_);
}

std::unique_ptr<MaxPool2d> CudaBackend::make_max_pool2d(const Pool2dShape& shape) {
  return std::make_unique<CudaMaxPool2d>(context_, shape);
}

std::unique_ptr<Gather> CudaBackend::make_gather(const GatherShape& shape,
                                                 std::span<const float> pixel_table) {
  return std::make_unique<CudaGather>(context_, shape, upload_copy(pixel_table, stream_));
}

void CudaBackend::activation_backward(const Conv2dShape& shape, const Activation& activation, const float* y,
                                      float* dy, float* dbias) {
  reserve_for(shape);  // done by make_conv2d where there is a plan
  cuda::activation_backward(context_, shape, activation, y, dy, dbias, workspace_.floats(),
                            workspace_.tickets());
}

void CudaBackend::dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed,
                               std::uint32_t layer, float* mask) {
  cuda::dropout_mask(context_, shape, rate, seed, layer, mask);
}

void CudaBackend::softmax_cross_entropy(int batch, int classes, const float* logits,
                                        const std::uint32_t* labels, float* dlogits) {
  reserve_for_loss(batch);
  float* const losses = workspace_.floats();
  cuda::softmax_cross_entropy(context_, batch, classes, logits, labels, dlogits,
                              {.image_losses = losses,
                               .hits = reinterpret_cast<std::uint32_t*>(losses + batch),
                               .ticket = workspace_.tickets()});
}

void CudaBackend::sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
                      float* momentum) {
  cuda::sgd(context_, scalars, count, gradients, weights, momentum);
}

void CudaBackend::set_counters(const StepCounters& counters) {
  cuda::set_counters(context_, counters);
  counters_ = counters;
}

void CudaBackend::advance(bool trained) {
  cuda::advance(context_, trained);
  ++counters_.step;
  if (trained) ++counters_.updates;
}

void CudaBackend::reset_sums() {
  cuda::set_sums(context_, BatchKind::trained, {});
  cuda::set_sums(context_, BatchKind::evaluated, {});
}

void CudaBackend::set_sums(BatchKind kind, const LossSums& sums) {
  cuda::set_sums(context_, kind, sums);
}

BatchSums CudaBackend::read_sums() {
  check(cudaMemcpyAsync(read_.get(), context_.state, sizeof(DeviceState), cudaMemcpyDeviceToHost, stream_),
        "read the sums");
  stream_.synchronise();
  return sums_of(*read_.get());
}

std::function<void()> CudaBackend::record(std::function<void()> body) {
  return [recording = std::make_shared<Recording>(*this, std::move(body))] { recording->run(); };
}

}  // namespace mayfly::cuda
