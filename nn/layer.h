// One convolution block or Linear layer on a backend: plans and activations. Parameters lie in the network's
// arena.
#pragma once

#include <cstdint>
#include <memory>

#include "core/network_shapes.h"
#include "kernels/backend.h"

namespace mayfly {

/// Where a layer's parameters begin, in floats, in each of the network's arenas.
struct ParameterPlace {
  std::size_t weights = 0;
  std::size_t bias = 0;
};

/// The arenas of a network: all layers' parameters, gradients and momentum, in one layout.
struct Arenas {
  float* parameters;
  float* gradients;
  float* momentum;  ///< nullptr where there is none
};

class Layer {
 public:
  /// `index` counts convolutions, then Linears, from 0.
  Layer(Backend& backend, const LayerShape& shape, std::uint32_t index, ParameterPlace place,
        bool element_dropout);

  /// Floats of the bias in the arenas: padded to whole cache lines.
  static std::size_t bias_floats(const LayerShape& shape);
  /// First float after this layer in the arenas.
  std::size_t end() const { return place_.bias + bias_floats(shape_); }

  /// Draws the parameters anew.
  void initialise(const Arenas& arenas, std::uint32_t seed);
  /// x -> output(). `training`: with dropout, whose mask is drawn from `dropout_seed`.
  void forward(const float* x, const Arenas& arenas, bool training, std::uint32_t dropout_seed);
  /// `gradient` holds the gradient at output() and is used up; `other` is a second buffer of the same size.
  /// Writes the gradients of the parameters and, where dx is wanted, the gradient at x into the buffer that
  /// is returned. `sgd`: the parameters are updated instead (where updates_weights()), and the gradients of
  /// the weights hold nothing of use.
  float* backward(const float* x, const Arenas& arenas, float* gradient, float* other, bool want_dx,
                  const SgdScalars* sgd);

  bool updates_weights() const { return conv_->updates_weights(); }
  const float* output() const { return shape_.pool ? pooled_.floats() : activations_.floats(); }
  /// Floats of the largest gradient of this layer: at its output, its activations or (where wanted) its
  /// input.
  std::size_t gradient_floats() const;
  const LayerShape& shape() const { return shape_; }
  Conv2d& conv() { return *conv_; }
  const ParameterPlace& place() const { return place_; }

 private:
  Activation activation(bool training) const;
  void update(const float* x, const Arenas& arenas, const float* gradient, const SgdScalars& sgd);
  std::size_t pooled_floats() const;

  Backend& backend_;
  LayerShape shape_;
  std::uint32_t index_;
  ParameterPlace place_;
  DropoutShape dropout_;
  std::unique_ptr<Conv2d> conv_;
  std::unique_ptr<MaxPool2d> pool_;
  Buffer activations_;  // (out positions, batch, channels), after ReLU and dropout
  Buffer pooled_;
  Buffer winners_;
  Buffer mask_;
};

}  // namespace mayfly
