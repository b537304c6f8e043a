#include "kernels/cuda/conv2d.h"

#include <stdexcept>

#include "kernels/cuda/initialise.h"

namespace mayfly::cuda {
namespace {

Product weight_product(const Conv2dShape& shape) {
  return shape.input_is_image ? Product::image_weight_gradient : Product::weight_gradient;
}

/// Padding is -0: the one number that changes nothing that it is added to.
WeightLayout weight_layout(const ConvLayout& layout) {
  return {.out_channel = 1,
          .channel = static_cast<std::size_t>(layout.out_channels),
          .tap_step = static_cast<std::size_t>(layout.tap),
          .floats = whole_lines(static_cast<std::size_t>(layout.weights)),
          .padding = -0.0F};
}

}  // namespace

GemmPlan::GemmPlan(const Conv2dShape& shape, Product product, const GemmRule& rule, const Context& context,
                   Workspace& workspace) {
  GemmWork work = make_work(shape, product);
  const GemmChoice choice = choose(work, product, rule, kMaxChunkSums);
  kernel = choice.kernel;
  if (choice.split) {
    SplitItems apart = split(work, tiles_of(work, kernel.tile));
    workspace.reserve_floats(static_cast<std::size_t>(apart.sums));
    workspace.reserve_tickets(static_cast<std::size_t>(apart.tickets));
    work.items = std::move(apart.items);
  }
  sort_by_length(work, work.items);
  items = upload_copy(std::span<const GemmItem>(work.items), context.stream);
  args = work.shared;
  args.items = static_cast<const GemmItem*>(items.data());
  args.item_count = static_cast<int>(work.items.size());
}

CudaConv2d::CudaConv2d(const Conv2dShape& shape, const GemmRule& rule, const Context& context,
                       Workspace& workspace)
    : shape_(shape),
      weights_(weight_layout(ConvLayout(shape))),
      context_(context),
      workspace_(workspace),
      forward_(shape, Product::forward, rule, context, workspace),
      weight_gradient_(shape, weight_product(shape), rule, context, workspace) {
  if (!shape.input_is_image) data_gradient_.emplace(shape, Product::data_gradient, rule, context, workspace);
}

GemmArgs CudaConv2d::arguments(const GemmPlan& plan, const float* a, const float* b, float* out) const {
  GemmArgs args = plan.args;
  args.a = a;
  args.b = b;
  args.out = out;
  args.sums = workspace_.floats();
  args.tickets = workspace_.tickets();
  return args;
}

void CudaConv2d::forward(const float* x, const float* weights, const float* bias,
                         const Activation& activation, float* y) {
  GemmArgs args = arguments(forward_, x, weights, y);
  args.bias = bias;
  args.relu = activation.relu;
  args.mask = activation.mask;
  args.mask_per_position = activation.mask_per_position;
  run_forward(args, forward_.kernel, context_.stream);
}

void CudaConv2d::data_gradient(const float* dy, const float* weights, float* dx) {
  if (!data_gradient_) throw std::logic_error("conv2d: the image has no gradient");
  run_data_gradient(arguments(*data_gradient_, dy, weights, dx), data_gradient_->kernel, context_.stream);
}

void CudaConv2d::weight_gradient(const float* x, const float* dy, float* dw) {
  const GemmArgs args = arguments(weight_gradient_, x, dy, dw);
  if (shape_.input_is_image)
    run_image_weight_gradient(args, weight_gradient_.kernel, context_.stream);
  else
    run_weight_gradient(args, weight_gradient_.kernel, context_.stream);
}

void CudaConv2d::initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) {
  cuda::initialise(context_, shape_, weights_, {seed, layer}, weights, bias);
}

void CudaConv2d::import_weights(std::span<const float> logical, float* weights) {
  cuda::import_weights(shape_, weights_, logical, weights, context_.stream);
}

void CudaConv2d::export_weights(const float* weights, std::span<float> logical) {
  cuda::export_weights(shape_, weights_, weights, logical, context_.stream);
}

}  // namespace mayfly::cuda
