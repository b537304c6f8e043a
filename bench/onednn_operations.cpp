#include "bench/onednn_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <oneapi/dnnl/dnnl.hpp>

#include "tests/reference/exact.h"
#include "tests/support/device_layout.h"

namespace mayfly::bench {
namespace {

using Memory = dnnl::memory;
using Tag = Memory::format_tag;

Memory::desc described(const Memory::dims& dims, Tag tag) {
  return {dims, Memory::data_type::f32, tag};
}

LogicalMap weight_map(const Conv2dShape& s) {
  return {s.out_channels, s.in_channels, s.kernel_size, s.kernel_size};
}

Memory::dims dims_of(const LogicalMap& map) {
  return {map.n, map.c, map.h, map.w};
}

/// "" where the samples agree but for rounding.
template <class Element>
std::string rounded_difference(const LogicalMap& map, const Floats& found, const Element& element) {
  constexpr int kSamples = 64;
  constexpr double kTolerance = 1e-4;
  Noise noise(7);
  double worst = 0, largest = 0;
  for (int i = 0; i < kSamples; ++i) {
    const int n = noise.index(map.n), c = noise.index(map.c), h = noise.index(map.h), w = noise.index(map.w);
    const double expected = element(n, c, h, w);
    const double error = std::abs(expected - double{found[map.at(n, c, h, w)]});
    if (std::isnan(error)) return "oneDNN gives NaN";
    worst = std::max(worst, error);
    largest = std::max(largest, std::abs(expected));
  }
  return worst <= kTolerance * largest ? ""
                                       : fmt::format("oneDNN differs by {:.2e} of {:.2e}", worst, largest);
}

/// Shapes, operands and the forward plan, of which the gradients' plans take hints.
class OneDnnConvolution : public Operation {
 public:
  explicit OneDnnConvolution(const LayerShape& layer)
      : shape_(layer.conv),
        engine_(dnnl::engine::kind::cpu, 0),
        stream_(engine_),
        noise_(shape_.in_channels),
        x_(noise_.floats(shape_.input_count())),
        w_(noise_.floats(shape_.weight_count())),
        y_(noise_.floats(shape_.output_count())),
        bias_(noise_.floats(shape_.out_channels)),
        forward_(forward_plan()) {}
  void run() override {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 protected:
  Memory::dims strides() const { return {shape_.stride, shape_.stride}; }
  Memory::dims padding() const { return {shape_.padding, shape_.padding}; }
  /// As far as the kept outputs read.
  Memory::dims padding_behind() const {
    const auto behind = [&](int out, int size) {
      return std::max(0, (out - 1) * shape_.stride + shape_.kernel_size - size - shape_.padding);
    };
    return {behind(shape_.out_height, shape_.height), behind(shape_.out_width, shape_.width)};
  }
  Memory::desc any(const LogicalMap& map) const { return described(dims_of(map), Tag::any); }

  /// The values in a plan's layout.
  Memory placed(Floats& values, const LogicalMap& map, const Memory::desc& layout) {
    Memory from(described(dims_of(map), Tag::nchw), engine_, values.data()), to(layout, engine_);
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    return to;
  }
  Floats logical(Memory from, const LogicalMap& map) {
    Floats values(map.count());
    Memory to(described(dims_of(map), Tag::nchw), engine_, values.data());
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    return values;
  }

  Conv2dShape shape_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  Noise noise_;
  Floats x_, w_, y_, bias_;
  dnnl::convolution_forward::primitive_desc forward_;
  dnnl::primitive primitive_;
  std::unordered_map<int, Memory> arguments_;

 private:
  dnnl::convolution_forward::primitive_desc forward_plan() const {
    dnnl::post_ops relu;
    relu.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(relu);
    return {{dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, any(input_map(shape_)),
             any(weight_map(shape_)), described({shape_.out_channels}, Tag::a), any(output_map(shape_)),
             strides(), padding(), padding_behind()},
            attributes,
            engine_};
  }
};

class Forward final : public OneDnnConvolution {
 public:
  explicit Forward(const LayerShape& layer)
      : OneDnnConvolution(layer), result_(forward_.dst_desc(), engine_) {
    primitive_ = dnnl::convolution_forward(forward_);
    arguments_ = {{DNNL_ARG_SRC, placed(x_, input_map(shape_), forward_.src_desc())},
                  {DNNL_ARG_WEIGHTS, placed(w_, weight_map(shape_), forward_.weights_desc())},
                  {DNNL_ARG_BIAS, Memory(forward_.bias_desc(), engine_, bias_.data())},
                  {DNNL_ARG_DST, result_}};
  }
  std::string difference() override {
    run();
    return rounded_difference(output_map(shape_), logical(result_, output_map(shape_)),
                              [&](int n, int o, int h, int w) {
                                const float sum = exact::conv2d_element(shape_, x_, w_, n, o, h, w);
                                return exact::relu({sum + bias_[static_cast<std::size_t>(o)]}).front();
                              });
  }

 private:
  Memory result_;
};

class DataGradient final : public OneDnnConvolution {
 public:
  explicit DataGradient(const LayerShape& layer) : OneDnnConvolution(layer) {
    const dnnl::convolution_backward_data::primitive_desc plan(
        {dnnl::algorithm::convolution_direct, any(input_map(shape_)), any(weight_map(shape_)),
         any(output_map(shape_)), strides(), padding(), padding_behind()},
        engine_, forward_);
    result_ = Memory(plan.diff_src_desc(), engine_);
    primitive_ = dnnl::convolution_backward_data(plan);
    arguments_ = {{DNNL_ARG_DIFF_DST, placed(y_, output_map(shape_), plan.diff_dst_desc())},
                  {DNNL_ARG_WEIGHTS, placed(w_, weight_map(shape_), plan.weights_desc())},
                  {DNNL_ARG_DIFF_SRC, result_}};
  }
  std::string difference() override {
    run();
    return rounded_difference(input_map(shape_), logical(result_, input_map(shape_)),
                              [&](int n, int c, int h, int w) {
                                return exact::conv2d_data_gradient_element(shape_, y_, w_, n, c, h, w);
                              });
  }

 private:
  Memory result_;
};

class WeightGradient final : public OneDnnConvolution {
 public:
  explicit WeightGradient(const LayerShape& layer) : OneDnnConvolution(layer) {
    const dnnl::convolution_backward_weights::primitive_desc plan(
        {dnnl::algorithm::convolution_direct, any(input_map(shape_)), any(weight_map(shape_)),
         any(output_map(shape_)), strides(), padding(), padding_behind()},
        engine_, forward_);
    result_ = Memory(plan.diff_weights_desc(), engine_);
    primitive_ = dnnl::convolution_backward_weights(plan);
    arguments_ = {{DNNL_ARG_SRC, placed(x_, input_map(shape_), plan.src_desc())},
                  {DNNL_ARG_DIFF_DST, placed(y_, output_map(shape_), plan.diff_dst_desc())},
                  {DNNL_ARG_DIFF_WEIGHTS, result_}};
  }
  std::string difference() override {
    run();
    return rounded_difference(weight_map(shape_), logical(result_, weight_map(shape_)),
                              [&](int o, int c, int kh, int kw) {
                                return exact::conv2d_weight_gradient_element(shape_, x_, y_, o, c, kh, kw);
                              });
  }

 private:
  Memory result_;
};

template <class Kind>
OperationKind kind(const char* name, const LayerShape& layer) {
  return {name, [layer](Backend&) -> std::unique_ptr<Operation> { return std::make_unique<Kind>(layer); }};
}

}  // namespace

std::vector<OperationKind> onednn_operations_of(const LayerShape& layer) {
  std::vector<OperationKind> kinds = {kind<Forward>("forward", layer)};
  if (!layer.conv.input_is_image) kinds.push_back(kind<DataGradient>("data_gradient", layer));
  kinds.push_back(kind<WeightGradient>("weight_gradient", layer));
  return kinds;
}

}  // namespace mayfly::bench
