#include "kernels/cuda/gemm_code.h"

namespace mayfly::cuda {
namespace {

template <class T>
void start(const GemmArgs& args, GemmLoads loads, cudaStream_t stream) {
  if (loads == GemmLoads::four)
    start_gemm<T, Product::forward, 4>(args, stream);
  else
    start_gemm<T, Product::forward, 1>(args, stream);
}

}  // namespace

void run_forward(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream) {
  switch (kernel.tile) {
    case GemmTile::t64x64:
      return start<Tile64x64>(args, kernel.loads, stream);
    case GemmTile::t32x64:
      return start<Tile32x64>(args, kernel.loads, stream);
    case GemmTile::t64x32:
      return start<Tile64x32>(args, kernel.loads, stream);
    case GemmTile::t32x32:
      return start<Tile32x32>(args, kernel.loads, stream);
    case GemmTile::t64x16:
      return start<Tile64x16>(args, kernel.loads, stream);
  }
}

}  // namespace mayfly::cuda
