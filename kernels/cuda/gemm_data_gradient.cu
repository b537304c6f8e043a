#include <stdexcept>

#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {

void run_data_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  if (kernel.loads == GemmLoads::four)
    return start_gemm<Product::data_gradient, 4>(args, kernel.tile, stream);
  // More than 512 channels, not a multiple of four: rare, so one tile does.
  if (kernel.tile != GemmTile::t32x32)
    throw std::logic_error("data gradient by single floats: tile 32x32 alone");
  start_gemm<Tile32x32, Product::data_gradient, 1>(args, stream);
}

}  // namespace mayfly::cuda
