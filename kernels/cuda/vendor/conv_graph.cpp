#include "kernels/cuda/vendor/conv_graph.h"

namespace mayfly::cuda {
namespace {

using Sizes = std::array<std::int64_t, 4>;

GraphDescriptor packed_tensor(std::int64_t id, const Sizes& sizes) {
  GraphDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR, "tensor");
  const Sizes strides{sizes[1] * sizes[2] * sizes[3], sizes[2] * sizes[3], sizes[3], 1};
  tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT);
  tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes);
  tensor.set(CUDNN_ATTR_TENSOR_STRIDES, strides);
  tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, std::int64_t{16});
  tensor.finalize();
  return tensor;
}

GraphDescriptor describe(const Conv2dShape& s) {
  using Pair = std::array<std::int64_t, 2>;
  GraphDescriptor conv(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, "convolution");
  conv.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
  conv.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
  conv.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
  conv.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Pair{s.padding, s.padding});
  conv.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Pair{s.padding, s.padding});
  conv.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Pair{1, 1});
  conv.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Pair{s.stride, s.stride});
  conv.finalize();
  return conv;
}

/// The same attribute has another number in each direction.
struct OperationNames {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t x, w, y, convolution, alpha, beta;
};

OperationNames names(Direction direction) {
  if (direction == Direction::forward)
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
  if (direction == Direction::data_gradient)
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

GraphDescriptor make_operation(Direction direction, const ConvGraph& parts) {
  const OperationNames name = names(direction);
  GraphDescriptor op(name.operation, name_of(direction));
  op.set(name.x, parts.x);
  op.set(name.w, parts.w);
  op.set(name.y, parts.y);
  op.set(name.convolution, parts.convolution);
  op.set(name.alpha, 1.0F);
  op.set(name.beta, 0.0F);
  op.finalize();
  return op;
}

}  // namespace

const char* name_of(Direction direction) {
  if (direction == Direction::forward) return "forward";
  return direction == Direction::data_gradient ? "data gradient" : "weight gradient";
}

ConvGraph::ConvGraph(const Conv2dShape& s, Direction direction)
    : x(packed_tensor(kTensorX, {s.batch, s.in_channels, s.height, s.width})),
      w(packed_tensor(kTensorW, {s.out_channels, s.in_channels, s.kernel_size, s.kernel_size})),
      y(packed_tensor(kTensorY, {s.batch, s.out_channels, planes_height(s), planes_width(s)})),
      convolution(describe(s)),
      operation(make_operation(direction, *this)),
      graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "operation graph") {
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation);
}

}  // namespace mayfly::cuda
