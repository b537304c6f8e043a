#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {

void run_data_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  if (kernel.loads == GemmLoads::four)
    start_gemm<Product::data_gradient, 4>(args, kernel.tile, stream);
  else  // more than 512 channels, not a multiple of four: rare, so one tile does
    start_gemm<Tile32x32, Product::data_gradient, 1>(args, stream);
}

}  // namespace mayfly::cuda
