#include "cudnn_convolution.h"

#include <algorithm>

namespace mayfly::softgpu {
namespace {

constexpr auto kForward = CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
constexpr auto kData = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;

[[noreturn]] void refuse(cudnnStatus_t status, const char* words) {
  throw CudnnFailure{status, words};
}

/// Numbers of alpha, beta, convolution, w, x and y of an operation.
std::array<cudnnBackendAttributeName_t, 6> names(cudnnBackendDescriptorType_t direction) {
  if (direction == kForward)
    return {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y};
  if (direction == kData)
    return {
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY};
  return {
      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY};
}

/// Throws where the three tensors do not fit each other.
void check_sizes(const SoftConvolution& c) {
  const auto& x = c.x.sizes;
  const auto& w = c.w.sizes;
  const auto& y = c.y.sizes;
  bool fits = x[0] == y[0] && w[1] == x[1] && w[0] == y[1];
  for (std::size_t axis : {0, 1}) {
    const std::int64_t room = x[axis + 2] + 2 * c.padding[axis] - w[axis + 2];
    fits = fits && room >= 0 && y[axis + 2] == room / c.stride[axis] + 1;
  }
  if (!fits) refuse(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "the tensors of a convolution do not fit");
}

/// Calls visit(index in y, index in w, index in x) for every term whose input lies in the map.
template <class Visit>
void for_each_term(const SoftConvolution& c, const Visit& visit) {
  const auto& [images, out_channels, rows, columns] = c.y.sizes;
  for (std::int64_t n = 0; n < images; ++n)
    for (std::int64_t o = 0; o < out_channels; ++o)
      for (std::int64_t oh = 0; oh < rows; ++oh)
        for (std::int64_t ow = 0; ow < columns; ++ow)
          for (std::int64_t channel = 0; channel < c.w.sizes[1]; ++channel)
            for (std::int64_t kh = 0; kh < c.w.sizes[2]; ++kh)
              for (std::int64_t kw = 0; kw < c.w.sizes[3]; ++kw) {
                const std::int64_t ih = oh * c.stride[0] - c.padding[0] + kh;
                const std::int64_t iw = ow * c.stride[1] - c.padding[1] + kw;
                if (ih < 0 || ih >= c.x.sizes[2] || iw < 0 || iw >= c.x.sizes[3]) continue;
                visit(c.y.at(n, o, oh, ow), c.w.at(o, channel, kh, kw), c.x.at(n, channel, ih, iw));
              }
}

}  // namespace

std::size_t SoftTensor::count() const {
  return static_cast<std::size_t>(sizes[0] * sizes[1] * sizes[2] * sizes[3]);
}

std::size_t SoftTensor::at(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) const {
  return static_cast<std::size_t>(((a * sizes[1] + b) * sizes[2] + c) * sizes[3] + d);
}

const SoftTensor& SoftConvolution::written() const {
  return direction == kForward ? y : direction == kData ? x : w;
}

SoftTensor tensor_of(const Descriptor& descriptor) {
  SoftTensor tensor{.id = descriptor.value<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID),
                    .alignment = descriptor.value<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT)};
  const auto sizes = descriptor.values<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
  const auto strides = descriptor.values<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES);
  std::copy(sizes.begin(), sizes.end(), tensor.sizes.begin());
  if (descriptor.value<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE) != CUDNN_DATA_FLOAT)
    refuse(CUDNN_STATUS_NOT_SUPPORTED, "only FP32");
  std::int64_t packed = 1;
  for (std::size_t i = 4; i-- > 0; packed *= sizes[i]) {
    if (sizes[i] < 1) refuse(CUDNN_STATUS_BAD_PARAM, "a tensor without elements");
    if (strides[i] != packed) refuse(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT, "only packed planes");
  }
  if (tensor.alignment < 4 || (tensor.alignment & (tensor.alignment - 1)) != 0)
    refuse(CUDNN_STATUS_BAD_PARAM, "an alignment that is no power of two");
  return tensor;
}

void check_convolution(const Descriptor& d) {
  using Pair = std::vector<std::int64_t>;
  if (d.value<std::int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS) != 2 ||
      d.value<cudnnDataType_t>(CUDNN_ATTR_CONVOLUTION_COMP_TYPE) != CUDNN_DATA_FLOAT ||
      d.value<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) != CUDNN_CROSS_CORRELATION ||
      d.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_DILATIONS) != Pair{1, 1})
    refuse(CUDNN_STATUS_NOT_SUPPORTED, "only cross-correlation in FP32 over two dimensions, not dilated");
  const Pair before = d.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
  if (before != d.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS))
    refuse(CUDNN_STATUS_NOT_SUPPORTED_PADDING, "only equal paddings");
  const Pair strides = d.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
  if (*std::min_element(before.begin(), before.end()) < 0 ||
      *std::min_element(strides.begin(), strides.end()) < 1)
    refuse(CUDNN_STATUS_BAD_PARAM, "a negative padding or no stride");
}

SoftConvolution convolution_of_operation(const Descriptor& operation) {
  const auto [alpha, beta, convolution, w, x, y] = names(operation.type);
  if (operation.value<float>(alpha) != 1 || operation.value<float>(beta) != 0)
    refuse(CUDNN_STATUS_NOT_SUPPORTED, "only alpha 1 and beta 0");
  const auto tensor = [&](cudnnBackendAttributeName_t name) {
    return tensor_of(part(operation, name, CUDNN_BACKEND_TENSOR_DESCRIPTOR));
  };
  const Descriptor& window = part(operation, convolution, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  const auto paddings = window.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
  const auto strides = window.values<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
  const SoftConvolution found{
      operation.type, tensor(x), tensor(w), tensor(y), {paddings[0], paddings[1]}, {strides[0], strides[1]}};
  check_sizes(found);
  return found;
}

SoftConvolution convolution_of_graph(const Descriptor& graph) {
  const auto operation = graph.value<cudnnBackendDescriptor_t>(CUDNN_ATTR_OPERATIONGRAPH_OPS);
  return convolution_of_operation(finalized(operation, living(operation).type));
}

void convolve(const SoftConvolution& c, float* x, float* w, float* y) {
  float* const written = c.direction == kForward ? y : c.direction == kData ? x : w;
  std::fill_n(written, c.written().count(), 0.0F);
  if (c.direction == kForward)
    for_each_term(c, [&](std::size_t iy, std::size_t iw, std::size_t ix) { y[iy] += w[iw] * x[ix]; });
  else if (c.direction == kData)
    for_each_term(c, [&](std::size_t iy, std::size_t iw, std::size_t ix) { x[ix] += w[iw] * y[iy]; });
  else
    for_each_term(c, [&](std::size_t iy, std::size_t iw, std::size_t ix) { w[iw] += x[ix] * y[iy]; });
}

}  // namespace mayfly::softgpu
