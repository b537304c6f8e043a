#include "kernels/cuda/conv2d.h"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace mayfly::cuda {
namespace {

constexpr std::int64_t kMaxSums = std::int64_t{64} << 20 >> 2;  // floats: 64 MiB
constexpr std::size_t kWeightAlignment = 64;                    // floats: the next array starts on 256 bytes

Product weight_product(const Conv2dShape& shape) {
  return shape.input_is_image ? Product::image_weight_gradient : Product::weight_gradient;
}

/// Calls visit(o, c, tap, index in logical order) for every weight.
template <class Visit>
void for_each_weight(const Conv2dShape& shape, const Visit& visit) {
  const int taps = shape.kernel_size * shape.kernel_size;
  std::size_t logical = 0;
  for (int o = 0; o < shape.out_channels; ++o)
    for (int c = 0; c < shape.in_channels; ++c)
      for (int tap = 0; tap < taps; ++tap) visit(o, c, tap, logical++);
}

void require_size(std::size_t expected, std::size_t found) {
  if (expected != found) throw std::logic_error("conv2d: the weights have the wrong size");
}

}  // namespace

GemmPlan::GemmPlan(const Conv2dShape& shape, Product product, int multiprocessors, const Context& context,
                   Workspace& workspace) {
  GemmWork work = make_work(shape, product);
  const GemmChoice choice = choose(work, product, multiprocessors, kMaxSums);
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

CudaConv2d::CudaConv2d(const Conv2dShape& shape, int multiprocessors, const Context& context,
                       Workspace& workspace)
    : shape_(shape),
      layout_(shape),
      context_(context),
      workspace_(workspace),
      forward_(shape, Product::forward, multiprocessors, context, workspace),
      weight_gradient_(shape, weight_product(shape), multiprocessors, context, workspace) {
  if (!shape.input_is_image)
    data_gradient_.emplace(shape, Product::data_gradient, multiprocessors, context, workspace);
}

std::size_t CudaConv2d::weight_floats() const {
  return (static_cast<std::size_t>(layout_.weights) + kWeightAlignment - 1) / kWeightAlignment *
         kWeightAlignment;
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

std::size_t CudaConv2d::place(int o, int c, int tap) const {
  return static_cast<std::size_t>(tap) * static_cast<std::size_t>(layout_.tap) +
         static_cast<std::size_t>(c) * static_cast<std::size_t>(layout_.out_channels) +
         static_cast<std::size_t>(o);
}

void CudaConv2d::import_weights(std::span<const float> logical, float* weights) {
  require_size(static_cast<std::size_t>(shape_.weight_count()), logical.size());
  std::vector<float> physical(weight_floats(), -0.0F);
  for_each_weight(shape_,
                  [&](int o, int c, int tap, std::size_t i) { physical[place(o, c, tap)] = logical[i]; });
  upload(physical.data(), weights, physical.size() * sizeof(float), context_.stream);
}

void CudaConv2d::export_weights(const float* weights, std::span<float> logical) {
  require_size(static_cast<std::size_t>(shape_.weight_count()), logical.size());
  std::vector<float> physical(weight_floats());
  download(weights, physical.data(), physical.size() * sizeof(float), context_.stream);
  for_each_weight(shape_, [&](int o, int c, int tap, std::size_t i) {
    const float value = physical[place(o, c, tap)];
    logical[i] = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
  });
}

}  // namespace mayfly::cuda
