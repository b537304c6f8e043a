#include "bench/timed_backend.h"

#include <algorithm>

#include "trainer/self_test/layer_bench.h"

namespace mayfly::bench {
namespace {

/// The entry of an operation; made where there is none.
OperationCost& cost_of(std::deque<OperationCost>& costs, const std::string& operation, int layer = 0) {
  const auto found = std::find_if(costs.begin(), costs.end(), [&](const OperationCost& cost) {
    return cost.operation == operation && cost.layer == layer;
  });
  return found != costs.end() ? *found : costs.emplace_back(OperationCost{operation, layer});
}

struct Work {
  double flops = 0;
  double floats = 0;  ///< read and written
};

/// Runs `body`, waits for the device and adds to `cost`.
template <class Body>
void measure(const Meter& meter, OperationCost& cost, const Work& work, const Body& body) {
  meter.timer->start();
  body();
  meter.timer->stop();
  meter.backend->synchronise();
  cost.seconds += meter.timer->seconds();
  cost.flops += work.flops;
  cost.bytes += sizeof(float) * work.floats;
}

class TimedConv2d final : public Conv2d {
 public:
  TimedConv2d(const Conv2dShape& shape, const Meter& meter, std::deque<OperationCost>& costs, int layer)
      : meter_(meter),
        conv_(meter.backend->make_conv2d(shape)),
        work_{.flops = useful_flops(shape),
              .floats = static_cast<double>(shape.input_count() + shape.output_count()) +
                        static_cast<double>(conv_->weight_floats())},
        forward_(cost_of(costs, "forward", layer)),
        data_gradient_(cost_of(costs, "data gradient", layer)),
        weight_gradient_(cost_of(costs, "weight gradient", layer)) {}

  std::size_t weight_floats() const override { return conv_->weight_floats(); }
  void forward(const float* x, const float* weights, const float* bias, const Activation& activation,
               float* y) override {
    measure(meter_, forward_, work_, [&] { conv_->forward(x, weights, bias, activation, y); });
  }
  void data_gradient(const float* dy, const float* weights, float* dx) override {
    measure(meter_, data_gradient_, work_, [&] { conv_->data_gradient(dy, weights, dx); });
  }
  void weight_gradient(const float* x, const float* dy, float* dw) override {
    measure(meter_, weight_gradient_, work_, [&] { conv_->weight_gradient(x, dy, dw); });
  }
  bool updates_weights() const override { return conv_->updates_weights(); }
  void update_weights(const float* x, const float* dy, const SgdScalars& scalars, float* dw, float* weights,
                      float* momentum) override {
    const double passes = scalars.momentum != 0 ? 4 : 2;  // of weights and momentum, instead of dw
    const Work work{.flops = work_.flops,
                    .floats = work_.floats + (passes - 1) * static_cast<double>(weight_floats())};
    measure(meter_, weight_gradient_, work,
            [&] { conv_->update_weights(x, dy, scalars, dw, weights, momentum); });
  }
  void initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) override {
    conv_->initialise(seed, layer, weights, bias);
  }
  void import_weights(std::span<const float> logical, float* weights) override {
    conv_->import_weights(logical, weights);
  }
  void export_weights(const float* weights, std::span<float> logical) override {
    conv_->export_weights(weights, logical);
  }

 private:
  Meter meter_;
  std::unique_ptr<Conv2d> conv_;
  Work work_;
  OperationCost &forward_, &data_gradient_, &weight_gradient_;
};

class TimedMaxPool2d final : public MaxPool2d {
 public:
  TimedMaxPool2d(const Pool2dShape& s, const Meter& meter, std::deque<OperationCost>& costs, int layer)
      : meter_(meter),
        pool_(meter.backend->make_max_pool2d(s)),
        work_{.floats = static_cast<double>(s.input_count() + s.output_count())},
        forward_(cost_of(costs, "pooling forward", layer)),
        backward_(cost_of(costs, "pooling backward", layer)) {}

  std::size_t winner_bytes() const override { return pool_->winner_bytes(); }
  void forward(const float* x, float* y, void* winners) override {
    measure(meter_, forward_, work_, [&] { pool_->forward(x, y, winners); });
  }
  void backward(const float* dy, const void* winners, float* dx) override {
    measure(meter_, backward_, work_, [&] { pool_->backward(dy, winners, dx); });
  }

 private:
  Meter meter_;
  std::unique_ptr<MaxPool2d> pool_;
  Work work_;
  OperationCost &forward_, &backward_;
};

class TimedGather final : public Gather {
 public:
  TimedGather(std::unique_ptr<Gather> gather, const Meter& meter, OperationCost& cost)
      : meter_(meter), gather_(std::move(gather)), cost_(cost) {}

  std::size_t image_floats() const override { return gather_->image_floats(); }
  void run(const DeviceDataset& dataset, const std::uint32_t* order, float* x,
           std::uint32_t* labels) override {
    measure(meter_, cost_, {.floats = static_cast<double>(image_floats())},
            [&] { gather_->run(dataset, order, x, labels); });
  }

 private:
  Meter meter_;
  std::unique_ptr<Gather> gather_;
  OperationCost& cost_;
};

}  // namespace

void TimedBackend::reset() {
  for (OperationCost& cost : costs_) cost.seconds = cost.flops = cost.bytes = 0;
}

std::unique_ptr<Conv2d> TimedBackend::make_conv2d(const Conv2dShape& shape) {
  return std::make_unique<TimedConv2d>(shape, meter(), costs_, ++convolutions_);
}

std::unique_ptr<MaxPool2d> TimedBackend::make_max_pool2d(const Pool2dShape& shape) {
  return std::make_unique<TimedMaxPool2d>(shape, meter(), costs_, ++poolings_);
}

std::unique_ptr<Gather> TimedBackend::make_gather(const GatherShape& shape,
                                                  std::span<const float> pixel_table) {
  return std::make_unique<TimedGather>(inner().make_gather(shape, pixel_table), meter(),
                                       cost_of(costs_, "gather"));
}

void TimedBackend::activation_backward(const Conv2dShape& shape, const Activation& activation, const float* y,
                                       float* dy, float* dbias) {
  const bool changes = activation.relu || activation.mask != nullptr;  // dy is written too; ReLU reads y
  const double passes = 1.0 + (changes ? 1 : 0) + (activation.relu ? 1 : 0);
  measure(meter(), cost_of(costs_, "bias, ReLU, dropout backward"),
          {.floats = passes * static_cast<double>(shape.output_count())},
          [&] { inner().activation_backward(shape, activation, y, dy, dbias); });
}

void TimedBackend::dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed,
                                std::uint32_t layer, float* mask) {
  const double elements = shape.per_element ? static_cast<double>(shape.height) * shape.width : 1;
  measure(meter(), cost_of(costs_, "dropout masks"), {.floats = elements * shape.batch * shape.channels},
          [&] { inner().dropout_mask(shape, rate, seed, layer, mask); });
}

void TimedBackend::softmax_cross_entropy(int batch, int classes, const float* logits,
                                         const std::uint32_t* labels, float* dlogits) {
  measure(meter(), cost_of(costs_, "loss"), {.floats = 2.0 * batch * classes},
          [&] { inner().softmax_cross_entropy(batch, classes, logits, labels, dlogits); });
}

void TimedBackend::sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
                       float* momentum) {
  const double passes = scalars.momentum != 0 ? 5 : 3;
  measure(meter(), cost_of(costs_, "SGD"), {.floats = passes * static_cast<double>(count)},
          [&] { inner().sgd(scalars, count, gradients, weights, momentum); });
}

}  // namespace mayfly::bench
