#include "softgpu_test.h"

#include <stdexcept>

namespace mayfly::cuda {

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorName(status));
}

}  // namespace mayfly::cuda

namespace mayfly::softgpu {

using cuda::check;

SoftGpu::SoftGpu() {
  configure({});
  clear_failures();
  reset_counts();
  set_seed(1);
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "make a stream");
  check(cudaStreamCreateWithFlags(&other_, cudaStreamNonBlocking), "make a stream");
}

SoftGpu::~SoftGpu() {
  configure({});
  clear_failures();
  for (float* memory : memory_) EXPECT_EQ(cudaFree(memory), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(other_), cudaSuccess);
  EXPECT_THAT(report_leaks(), testing::IsEmpty());
}

float* SoftGpu::device_floats(std::size_t count) {
  float* memory = nullptr;
  check(cudaMalloc(&memory, count * sizeof(float)), "get memory");
  memory_.push_back(memory);
  return memory;
}

float* SoftGpu::upload(const std::vector<float>& values) {
  float* memory = device_floats(values.size());
  check(
      cudaMemcpyAsync(memory, values.data(), values.size() * sizeof(float), cudaMemcpyHostToDevice, stream_),
      "copy");
  check(cudaStreamSynchronize(stream_), "wait");
  return memory;
}

std::vector<float> SoftGpu::download(const float* memory, std::size_t count) {
  std::vector<float> values(count);
  check(cudaMemcpyAsync(values.data(), memory, count * sizeof(float), cudaMemcpyDeviceToHost, stream_),
        "copy");
  check(cudaStreamSynchronize(stream_), "wait");
  return values;
}

__global__ void set_to(float* x, float value) {
  x[blockIdx.x * blockDim.x + threadIdx.x] = value;
}

__global__ void add_to(float* x, const float* y, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) x[i] += y[i];
}

__global__ void copy_one(float* to, const float* from) {
  *to = *from;
}

}  // namespace mayfly::softgpu
