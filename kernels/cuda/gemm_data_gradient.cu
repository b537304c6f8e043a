#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {

void run_data_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  constexpr Product kProduct = Product::data_gradient;
  if (kernel.loads == GemmLoads::one) return start_gemm<Tile32x32, kProduct, 1>(args, stream);
  switch (kernel.tile) {
    case GemmTile::t64x64:
      return start_gemm<Tile64x64, kProduct, 4>(args, stream);
    case GemmTile::t32x64:
      return start_gemm<Tile32x64, kProduct, 4>(args, stream);
    case GemmTile::t64x32:
      return start_gemm<Tile64x32, kProduct, 4>(args, stream);
    case GemmTile::t32x32:
      return start_gemm<Tile32x32, kProduct, 4>(args, stream);
    case GemmTile::t64x16:
      return start_gemm<Tile64x16, kProduct, 4>(args, stream);
  }
}

}  // namespace mayfly::cuda
