// Max pooling on the CPU, separable: winners along rows, then along columns; lanes are (batch x channels),
// contiguous.
#pragma once

#include <cstdint>

#include "kernels/backend.h"
#include "kernels/cpu/scratch.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

class CpuMaxPool2d final : public MaxPool2d {
 public:
  /// Throws UsageError for maps of more than 256 rows or columns (winners are bytes).
  CpuMaxPool2d(const Pool2dShape& shape, Team& team, Scratch& scratch);

  std::size_t winner_bytes() const override;
  void forward(const float* x, float* y, void* winners) override;
  void backward(const float* dy, const void* winners, float* dx) override;

 private:
  std::size_t block_scratch() const;  ///< floats
  template <class Work>
  void for_each_block(const void* winners, const Work& work);

  const Pool2dShape shape_;
  const int units_;  ///< of kPoolLanes lanes in a block
  Team& team_;
  Scratch& scratch_;
};

}  // namespace mayfly::cpu
