#include "kernels/cpu/conv2d.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "kernels/initial_parameters.h"

namespace mayfly::cpu {
namespace {

void check_size(std::size_t found, std::int64_t expected) {
  if (found != static_cast<std::size_t>(expected))
    throw std::logic_error("conv2d: logical weights have the wrong size");
}

/// Calls visit(logical index, physical index) for every weight.
template <class Visit>
void for_each_weight(const Conv2dLayout& layout, const Visit& visit) {
  const int taps = layout.taps();
  for (std::size_t p = 0; p < layout.out_panels.size(); ++p) {
    const Panel& panel = layout.out_panels[p];
    for (int column = 0; column < panel.columns; ++column) {
      const std::size_t first = static_cast<std::size_t>(panel.begin + column) * layout.shape.fan_in();
      for (int c = 0; c < layout.shape.in_channels; ++c)
        for (int tap = 0; tap < taps; ++tap)
          visit(first + static_cast<std::size_t>(c) * taps + tap, layout.weight_offset(p, tap, c) + column);
    }
  }
}

}  // namespace

CpuConv2d::CpuConv2d(const Conv2dShape& shape, Team& team, Scratch& scratch, const StepCounters& counters)
    : layout_(shape), team_(team), scratch_(scratch), counters_(counters) {
  scratch_.reserve_floats(layout_.scratch_floats(team.threads()));
}

int CpuConv2d::parts_for(std::size_t groups, int items) const {
  if (team_.threads() == 1) return 1;
  const int count = static_cast<int>(groups);
  return std::clamp((4 * team_.threads() + count - 1) / count, 1, items);
}

void CpuConv2d::initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) {
  std::vector<float> logical(static_cast<std::size_t>(layout_.shape.weight_count()));
  draw_parameters(layout_.shape, seed, layer, logical,
                  {bias, static_cast<std::size_t>(layout_.shape.out_channels)});
  import_weights(logical, weights);
}

void CpuConv2d::import_weights(std::span<const float> logical, float* weights) {
  check_size(logical.size(), layout_.shape.weight_count());
  for_each_weight(layout_, [&](std::size_t from, std::size_t to) { weights[to] = logical[from]; });
}

void CpuConv2d::export_weights(const float* weights, std::span<float> logical) {
  check_size(logical.size(), layout_.shape.weight_count());
  for_each_weight(layout_, [&](std::size_t to, std::size_t from) {
    const float w = weights[from];
    logical[to] = std::isnan(w) ? std::numeric_limits<float>::quiet_NaN() : w;
  });
}

}  // namespace mayfly::cpu
