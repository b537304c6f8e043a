#include "kernels/cpu/backend.h"

#include <fmt/format.h>

#include <cstring>

#include "core/error.h"
#include "kernels/cpu/conv2d.h"
#include "kernels/cpu/dispatch.h"
#include "kernels/cpu/gather.h"
#include "kernels/cpu/max_pool2d.h"
#include "kernels/cpu/relu_dropout.h"
#include "kernels/cpu/sgd.h"
#include "kernels/cpu/softmax_cross_entropy.h"

namespace mayfly::cpu {
namespace {

/// Floats that activation_backward needs: a bias gradient per position.
std::size_t bias_scratch(const Conv2dShape& shape) {
  return static_cast<std::size_t>(shape.out_positions()) * static_cast<std::size_t>(shape.out_channels);
}

}  // namespace

CpuBackend::CpuBackend(int threads) : team_(threads) {
  if (threads < 1) throw UsageError(fmt::format("threads: expected at least 1, found {}", threads));
  select_simd_from_environment();
}

std::string CpuBackend::description() const {
  return fmt::format("cpu: {}, {} thread{}", simd_name(), team_.threads(), team_.threads() == 1 ? "" : "s");
}

void CpuBackend::upload(const void* host, void* device, std::size_t bytes) {
  std::memcpy(device, host, bytes);
}
void CpuBackend::download(const void* device, void* host, std::size_t bytes) {
  std::memcpy(host, device, bytes);
}

std::unique_ptr<DeviceDataset> CpuBackend::make_dataset(std::span<const std::uint8_t> pixels,
                                                        std::span<const std::uint8_t> labels,
                                                        ImageShape /*image*/) {
  return std::make_unique<CpuDataset>(pixels, labels);
}

std::size_t CpuBackend::map_floats(int positions, int batch, int channels) const {
  return static_cast<std::size_t>(positions) * static_cast<std::size_t>(batch) *
         static_cast<std::size_t>(channels);
}

std::unique_ptr<Conv2d> CpuBackend::make_conv2d(const Conv2dShape& shape) {
  scratch_.reserve_floats(bias_scratch(shape));
  return std::make_unique<CpuConv2d>(shape, team_, scratch_, counters_);
}

std::unique_ptr<MaxPool2d> CpuBackend::make_max_pool2d(const Pool2dShape& shape) {
  return std::make_unique<CpuMaxPool2d>(shape, team_, scratch_);
}

std::unique_ptr<Gather> CpuBackend::make_gather(const GatherShape& shape,
                                                std::span<const float> pixel_table) {
  return std::make_unique<CpuGather>(shape, pixel_table, team_, counters_);
}

void CpuBackend::activation_backward(const Conv2dShape& shape, const Activation& activation, const float* y,
                                     float* dy, float* dbias) {
  scratch_.reserve_floats(bias_scratch(shape));  // done by make_conv2d where there is a plan
  cpu::activation_backward(team_, shape, activation, y, dy, dbias, scratch_.floats());
}

void CpuBackend::dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed, std::uint32_t layer,
                              float* mask) {
  cpu::dropout_mask(team_, shape, rate, seed,
                    {.layer = layer, .step = counters_.step, .epoch = counters_.epoch}, mask);
}

void CpuBackend::softmax_cross_entropy(int batch, int classes, const float* logits,
                                       const std::uint32_t* labels, float* dlogits) {
  scratch_.reserve_floats(static_cast<std::size_t>(classes));
  cpu::softmax_cross_entropy({batch, classes, logits, labels}, dlogits, scratch_.floats(),
                             sums_of(dlogits != nullptr ? BatchKind::trained : BatchKind::evaluated));
}

void CpuBackend::sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
                     float* momentum) {
  cpu::sgd(team_, SgdFactors(scalars, counters_.updates == 0), count, gradients, weights, momentum);
}

void CpuBackend::advance(bool trained) {
  ++counters_.step;
  if (trained) ++counters_.updates;
}

DevicePeak CpuDevice::peak() const {
  select_simd_from_environment();
  return {.flops = measure_fma_peak()};
}

std::string CpuDevice::information() const {
  select_simd_from_environment();
  return fmt::format("cpu: {}", simd_name());
}

}  // namespace mayfly::cpu
