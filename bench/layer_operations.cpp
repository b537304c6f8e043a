// Operations of one layer.
#include <type_traits>

#include "bench/operation.h"
#include "tests/reference/exact.h"
#include "tests/support/device_layout.h"
#include "trainer/self_test/layer_bench.h"

namespace mayfly::bench {
namespace {

constexpr double kRate = 0.5;  // of dropout

LogicalMap weight_map(const Conv2dShape& s) {
  return {s.out_channels, s.in_channels, s.kernel_size, s.kernel_size};
}

double bytes_of(const Buffer& buffer) {
  return static_cast<double>(buffer.bytes());
}

/// A convolution or Linear layer, whose three directions are three operations.
class Convolution : public Operation {
 public:
  Convolution(Backend& backend, const LayerShape& layer)
      : backend_(backend),
        shape_(layer.conv),
        conv_(backend.make_conv2d(shape_)),
        noise_(shape_.in_channels),
        x_(noise_.floats(shape_.input_count())),
        w_(noise_.floats(shape_.weight_count())),
        y_(noise_.floats(shape_.output_count())),
        device_x_(on_device(backend, conv_input(backend, shape_, x_))),
        device_w_(on_device(backend, Floats(conv_->weight_floats()))),
        device_y_(on_device(backend, to_device(backend, output_map(shape_), y_))) {
    conv_->import_weights(w_, device_w_.floats());
    useful_flops = mayfly::useful_flops(shape_);
    nominal_flops = 2.0 * static_cast<double>(shape_.weight_count()) * layer.full_output.height *
                    layer.full_output.width * shape_.batch;
    bytes = bytes_of(device_x_) + bytes_of(device_y_) + bytes_of(device_w_);
  }

 protected:
  Backend& backend_;
  Conv2dShape shape_;
  std::unique_ptr<Conv2d> conv_;
  Noise noise_;
  Floats x_, w_, y_;
  Buffer device_x_, device_w_, device_y_;
};

class Forward final : public Convolution {
 public:
  Forward(Backend& backend, const LayerShape& layer)
      : Convolution(backend, layer),
        bias_(noise_.floats(shape_.out_channels)),
        device_bias_(on_device(backend, bias_)) {}

  void run() override {
    conv_->forward(device_x_.floats(), device_w_.floats(), device_bias_.floats(), {.relu = true},
                   device_y_.floats());
  }
  std::string difference() override {
    run();
    const Floats found = from_device(backend_, output_map(shape_), read(backend_, device_y_));
    return sampled_difference(output_map(shape_), found, [&](int n, int o, int h, int w) {
      const float sum = exact::conv2d_element(shape_, x_, w_, n, o, h, w);
      return exact::relu({sum + bias_[static_cast<std::size_t>(o)]}).front();
    });
  }

 private:
  Floats bias_;
  Buffer device_bias_;
};

class DataGradient final : public Convolution {
 public:
  using Convolution::Convolution;
  void run() override { conv_->data_gradient(device_y_.floats(), device_w_.floats(), device_x_.floats()); }
  std::string difference() override {
    run();
    const Floats found = from_device(backend_, input_map(shape_), read(backend_, device_x_));
    return sampled_difference(input_map(shape_), found, [&](int n, int c, int h, int w) {
      return exact::conv2d_data_gradient_element(shape_, y_, w_, n, c, h, w);
    });
  }
};

class WeightGradient final : public Convolution {
 public:
  using Convolution::Convolution;
  void run() override { conv_->weight_gradient(device_x_.floats(), device_y_.floats(), device_w_.floats()); }
  std::string difference() override {
    run();
    Floats found(w_.size());
    conv_->export_weights(device_w_.floats(), found);
    return sampled_difference(weight_map(shape_), found, [&](int o, int c, int kh, int kw) {
      return exact::conv2d_weight_gradient_element(shape_, x_, y_, o, c, kh, kw);
    });
  }
};

/// Forward keeps the winners for backward.
class Pooling : public Operation {
 public:
  Pooling(Backend& backend, const LayerShape& layer)
      : backend_(backend),
        shape_(*layer.pool),
        pool_(backend.make_max_pool2d(shape_)),
        noise_(shape_.channels),
        x_(noise_.floats(shape_.input_count())),
        dy_(noise_.floats(shape_.output_count())),
        device_x_(on_device(backend, to_device(backend, input_map(shape_), x_))),
        device_y_(on_device(backend, to_device(backend, output_map(shape_), dy_))),
        device_dy_(on_device(backend, to_device(backend, output_map(shape_), dy_))),
        device_dx_(on_device(backend, to_device(backend, input_map(shape_), x_))),
        winners_(backend.allocate(pool_->winner_bytes())) {
    pool_->forward(device_x_.floats(), device_y_.floats(), winners_.data());
    bytes = bytes_of(device_x_) + bytes_of(device_y_);
  }

 protected:
  /// Maps in which the images hold nothing but one channel of one image.
  Pool2dShape one_map() const {
    Pool2dShape one = shape_;
    one.batch = one.channels = 1;
    return one;
  }
  /// That channel of a map in logical order.
  static Floats plane(const Floats& values, const LogicalMap& map, int n, int c) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(map.at(n, c, 0, 0));
    return {first, first + map.h * map.w};
  }

  Backend& backend_;
  Pool2dShape shape_;
  std::unique_ptr<MaxPool2d> pool_;
  Noise noise_;
  Floats x_, dy_;
  Buffer device_x_, device_y_, device_dy_, device_dx_, winners_;
};

class PoolingForward final : public Pooling {
 public:
  using Pooling::Pooling;
  void run() override { pool_->forward(device_x_.floats(), device_y_.floats(), winners_.data()); }
  std::string difference() override {
    run();
    const LogicalMap map = output_map(shape_);
    const Floats found = from_device(backend_, map, read(backend_, device_y_));
    const int n = noise_.index(map.n), c = noise_.index(map.c);
    const Floats expected = exact::max_pool2d(one_map(), plane(x_, input_map(shape_), n, c)).values;
    return difference_of(expected, plane(found, map, n, c));
  }
};

class PoolingBackward final : public Pooling {
 public:
  using Pooling::Pooling;
  void run() override { pool_->backward(device_dy_.floats(), winners_.data(), device_dx_.floats()); }
  std::string difference() override {
    run();
    const LogicalMap map = input_map(shape_);
    const Floats found = from_device(backend_, map, read(backend_, device_dx_));
    const int n = noise_.index(map.n), c = noise_.index(map.c);
    const Floats expected =
        exact::max_pool2d_gradient(one_map(), plane(x_, map, n, c), plane(dy_, output_map(shape_), n, c));
    return difference_of(expected, plane(found, map, n, c));
  }
};

/// Bias, ReLU and channel dropout, as the layer has them.
class ActivationBackward final : public Operation {
 public:
  ActivationBackward(Backend& backend, const LayerShape& layer)
      : backend_(backend), layer_(layer), kept_(mask_map().count()), noise_(layer.conv.out_channels) {
    const LogicalMap map = output_map(layer.conv);
    y_ = noise_.floats(layer.conv.output_count());
    if (layer.relu) y_ = exact::relu(y_);
    dy_ = noise_.floats(layer.conv.output_count());
    Floats mask(kept_.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      kept_[i] = noise_.index(2) == 1;
      mask[i] = kept_[i] ? exact::dropout_scale(kRate) : 0;
    }
    device_y_ = on_device(backend, to_device(backend, map, y_));
    device_dy_ = on_device(backend, to_device(backend, map, dy_));
    device_dbias_ = on_device(backend, Floats(static_cast<std::size_t>(layer.conv.out_channels) + 3));
    device_mask_ = on_device(backend, to_device(backend, mask_map(), mask));
    const int passes = 1 + (layer.relu || drops() ? 1 : 0) + (layer.relu ? 1 : 0);
    bytes = passes * bytes_of(device_dy_);
  }

  void run() override {
    backend_.activation_backward(layer_.conv, {layer_.relu, drops() ? device_mask_.floats() : nullptr},
                                 device_y_.floats(), device_dy_.floats(), device_dbias_.floats());
  }
  std::string difference() override {
    run();
    const LogicalMap map = output_map(layer_.conv);
    const Floats found = from_device(backend_, map, read(backend_, device_dy_));
    Floats dbias = read(backend_, device_dbias_);
    dbias.resize(static_cast<std::size_t>(layer_.conv.out_channels));
    const Floats expected = expected_gradient();
    const std::string wrong = difference_of(expected, found);
    return wrong.empty() ? difference_of(exact::bias_gradient(layer_.conv, expected), dbias) : wrong;
  }

 private:
  bool drops() const { return layer_.dropout_rate > 0; }
  LogicalMap mask_map() const { return {layer_.conv.batch, layer_.conv.out_channels}; }
  Floats expected_gradient() const {
    const auto positions = static_cast<std::size_t>(layer_.conv.out_positions());
    std::vector<bool> kept(dy_.size());
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = kept_[i / positions];
    const Floats g = drops() ? exact::dropout(kept, exact::dropout_scale(kRate), dy_) : dy_;
    return layer_.relu ? exact::relu_gradient(y_, g) : g;
  }

  Backend& backend_;
  LayerShape layer_;
  std::vector<bool> kept_;
  Noise noise_;
  Floats y_, dy_;
  Buffer device_y_, device_dy_, device_dbias_, device_mask_;
};

/// A draw for each channel of each image.
class DropoutMask final : public Operation {
 public:
  DropoutMask(Backend& backend, const LayerShape& layer)
      : backend_(backend),
        shape_{.batch = layer.conv.batch, .channels = layer.conv.out_channels},
        rate_(layer.dropout_rate),
        mask_(backend.allocate(backend.map_floats(1, shape_.batch, shape_.channels) * sizeof(float))) {
    bytes = bytes_of(mask_);
  }
  void run() override { backend_.dropout_mask(shape_, rate_, kSeed, kLayer, mask_.floats()); }
  std::string difference() override {
    run();
    Floats expected;
    for (const bool keeps : exact::dropout_mask(shape_, rate_, kSeed, kLayer, 0, 0))
      expected.push_back(keeps ? exact::dropout_scale(rate_) : 0);
    return difference_of(expected,
                         from_device(backend_, {shape_.batch, shape_.channels}, read(backend_, mask_)));
  }

 private:
  static constexpr std::uint32_t kSeed = 1, kLayer = 2;
  Backend& backend_;
  DropoutShape shape_;
  double rate_;
  Buffer mask_;
};

template <class Kind>
OperationKind kind(const char* name, const LayerShape& layer) {
  return {name, [layer](Backend& backend) { return std::make_unique<Kind>(backend, layer); },
          std::is_base_of_v<Convolution, Kind>};
}

}  // namespace

std::vector<OperationKind> operations_of(const LayerShape& layer) {
  std::vector<OperationKind> kinds;
  if (layer.dropout_rate > 0) kinds.push_back(kind<DropoutMask>("dropout_mask", layer));
  kinds.push_back(kind<Forward>("forward", layer));
  if (layer.pool) {
    kinds.push_back(kind<PoolingForward>("pooling_forward", layer));
    kinds.push_back(kind<PoolingBackward>("pooling_backward", layer));
  }
  kinds.push_back(kind<ActivationBackward>("activation_backward", layer));
  kinds.push_back(kind<WeightGradient>("weight_gradient", layer));
  if (!layer.conv.input_is_image) kinds.push_back(kind<DataGradient>("data_gradient", layer));
  return kinds;
}

}  // namespace mayfly::bench
