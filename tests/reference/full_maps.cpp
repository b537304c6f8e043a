#include "tests/reference/full_maps.h"

namespace mayfly {

NetworkShapes with_full_maps(NetworkShapes shapes) {
  MapSize input{shapes.layers.front().conv.height, shapes.layers.front().conv.width};
  for (LayerShape& layer : shapes.layers) {
    layer.conv.height = input.height;
    layer.conv.width = input.width;
    layer.conv.out_height = layer.full_output.height;
    layer.conv.out_width = layer.full_output.width;
    input = layer.full_output;
    if (!layer.pool) continue;
    Pool2dShape& pool = *layer.pool;
    pool.height = input.height;
    pool.width = input.width;
    pool.out_height = output_size(input.height, pool.kernel_size, pool.stride, pool.padding);
    pool.out_width = output_size(input.width, pool.kernel_size, pool.stride, pool.padding);
    input = {pool.out_height, pool.out_width};
  }
  return shapes;
}

}  // namespace mayfly
