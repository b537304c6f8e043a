#include "kernels/cuda/vendor/vendor_conv2d.h"

#include <algorithm>
#include <stdexcept>

#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/initialise.h"
#include "kernels/cuda/vendor/input_layout.h"

namespace mayfly::cuda {
namespace {

PlanesShape input_planes_of(const Conv2dShape& s) {
  return {s.batch, s.in_channels, s.height, s.width, s.height, s.width};
}

PlanesShape output_planes_of(const Conv2dShape& s) {
  return {s.batch, s.out_channels, s.out_height, s.out_width, planes_height(s), planes_width(s)};
}

WeightLayout logical_order(const Conv2dShape& s) {
  const std::size_t taps = static_cast<std::size_t>(s.kernel_size) * static_cast<std::size_t>(s.kernel_size);
  return {static_cast<std::size_t>(s.fan_in()), taps, 1,
          whole_lines(static_cast<std::size_t>(s.weight_count()))};
}

bool laid_out_like_planes(const PlanesShape& s, MapLayout layout) {
  const int positions = s.height * s.width;
  return layout.image == s.channels * positions && (positions == 1 || layout.position * s.channels == 1);
}

/// 256-byte aligned.
std::size_t floats_of(const PlanesShape& planes) {
  return whole_lines(static_cast<std::size_t>(planes.floats()));
}

}  // namespace

VendorConv2d::VendorConv2d(const Context& context, const VendorHandles& handles, Workspace& workspace,
                           const Conv2dShape& shape)
    : context_(context),
      handles_(handles),
      workspace_(workspace),
      shape_(shape),
      x_shape_(input_planes_of(shape)),
      y_shape_(output_planes_of(shape)),
      x_layout_(input_layout(context, shape)),
      y_layout_(context.layout(shape.out_positions(), shape.batch, shape.out_channels)),
      weights_(logical_order(shape)),
      forward_(choose_plan(shape, Direction::forward, HandleTarget(handles.for_cudnn()))),
      weight_gradient_(choose_plan(shape, Direction::weight_gradient, HandleTarget(handles.for_cudnn()))) {
  check_index(x_shape_.floats(), "the input of a convolution");
  check_index(y_shape_.floats(), "the output of a convolution");
  if (!shape.input_is_image)
    data_gradient_ = choose_plan(shape, Direction::data_gradient, HandleTarget(handles.for_cudnn()));
  workspace.reserve_floats(workspace_floats());
}

float* VendorConv2d::y_planes() const {
  return x_planes() + floats_of(x_shape_);
}

void* VendorConv2d::plan_memory() const {
  return y_planes() + floats_of(y_shape_);
}

std::size_t VendorConv2d::workspace_floats() const {
  const std::size_t plan_bytes =
      std::max({forward_.workspace_bytes, weight_gradient_.workspace_bytes,
                data_gradient_ ? data_gradient_->workspace_bytes : std::size_t{0}});
  return floats_of(x_shape_) + floats_of(y_shape_) + whole_lines((plan_bytes + 3) / sizeof(float));
}

const float* VendorConv2d::input_planes(const float* x) const {
  if (laid_out_like_planes(x_shape_, x_layout_)) return x;
  map_to_planes(x_shape_, x_layout_, x, x_planes(), context_.stream);
  return x_planes();
}

void VendorConv2d::run(const ConvPlan& plan, const float* x, const float* w, const float* y) const {
  run_plan(plan, handles_.for_cudnn(), x, w, y, plan_memory());
}

void VendorConv2d::forward(const float* x, const float* weights, const float* bias,
                           const Activation& activation, float* y) {
  run(forward_, input_planes(x), weights, y_planes());
  planes_to_map_activated(y_shape_, y_planes(), bias, activation, y_layout_, y, context_.stream);
}

void VendorConv2d::data_gradient(const float* dy, const float* weights, float* dx) {
  if (!data_gradient_) throw std::logic_error("conv2d: the image has no gradient");
  map_to_planes(y_shape_, y_layout_, dy, y_planes(), context_.stream);
  run(*data_gradient_, x_planes(), weights, y_planes());
  planes_to_map(x_shape_, x_planes(), x_layout_, dx, context_.stream);
}

void VendorConv2d::weight_gradient(const float* x, const float* dy, float* dw) {
  const float* planes = input_planes(x);
  map_to_planes(y_shape_, y_layout_, dy, y_planes(), context_.stream);
  run(weight_gradient_, planes, dw, y_planes());
}

void VendorConv2d::initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) {
  cuda::initialise(context_, shape_, weights_, {seed, layer}, weights, bias);
}

void VendorConv2d::import_weights(std::span<const float> logical, float* weights) {
  cuda::import_weights(shape_, weights_, logical, weights, context_.stream);
}

void VendorConv2d::export_weights(const float* weights, std::span<float> logical) {
  cuda::export_weights(shape_, weights_, weights, logical, context_.stream);
}

}  // namespace mayfly::cuda
