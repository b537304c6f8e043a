#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {

void run_weight_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  start_gemm<Product::weight_gradient, 4>(args, kernel.tile, stream);
}

void run_image_weight_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  start_gemm<Product::image_weight_gradient, 1>(args, kernel.tile, stream);
}

}  // namespace mayfly::cuda
