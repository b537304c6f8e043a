// Backward of ReLU and dropout with the bias gradient, and the dropout masks. (Forward is the epilogue of the
// product.)
#pragma once

#include <cstdint>

#include "core/random.h"
#include "kernels/backend.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

/// Matrices (rows x columns) of one map position: y as forward left it, dy in place, and the mask (nullptr:
/// none). position_bias[column] = chain of additions of dy over rows, after dropout's and ReLU's backward.
struct PositionGradient {
  int rows;
  int columns;
  bool relu;
  const float* y;
  const float* mask;
  float* dy;
  float* position_bias;
};
void position_backward(const PositionGradient& at);

/// Mask values of the draws 4*first_quad .. 4*(first_quad + quads) - 1, in order: 0 where u32 < threshold,
/// else scale. Writes whole vectors: up to 63 floats more.
struct MaskDraws {
  std::uint32_t seed;
  DrawAddress at;
  std::uint64_t threshold;
  float scale;
};
void dropout_quads(const MaskDraws& draws, std::uint32_t first_quad, std::uint32_t quads, float* mask);

/// Backend::dropout_mask.
void dropout_mask(Team& team, const DropoutShape& shape, double rate, std::uint32_t seed, DrawAddress at,
                  float* mask);

/// Backend::activation_backward; `position_bias` is scratch of (positions, channels).
void activation_backward(Team& team, const Conv2dShape& shape, const Activation& activation, const float* y,
                         float* dy, float* dbias, float* position_bias);

}  // namespace mayfly::cpu
