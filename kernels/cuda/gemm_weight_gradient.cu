#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {

void run_weight_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  constexpr Product kProduct = Product::weight_gradient;
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

void run_image_weight_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  constexpr Product kProduct = Product::image_weight_gradient;
  switch (kernel.tile) {
    case GemmTile::t64x64:
      return start_gemm<Tile64x64, kProduct, 1>(args, stream);
    case GemmTile::t32x64:
      return start_gemm<Tile32x64, kProduct, 1>(args, stream);
    case GemmTile::t64x32:
      return start_gemm<Tile64x32, kProduct, 1>(args, stream);
    case GemmTile::t32x32:
      return start_gemm<Tile32x32, kProduct, 1>(args, stream);
    case GemmTile::t64x16:
      return start_gemm<Tile64x16, kProduct, 1>(args, stream);
  }
}

}  // namespace mayfly::cuda
