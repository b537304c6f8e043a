#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {

void run_forward(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  if (kernel.loads == GemmLoads::four)
    start_gemm<Product::forward, 4>(args, kernel.tile, stream);
  else
    start_gemm<Product::forward, 1>(args, kernel.tile, stream);
}

}  // namespace mayfly::cuda
