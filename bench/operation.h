// One operation of a backend with operands of noise: timed, and compared with tests/reference before that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/network_shapes.h"
#include "kernels/backend.h"
#include "tests/reference/logical_map.h"

namespace mayfly::bench {

using Floats = std::vector<float>;

class Operation {
 public:
  virtual ~Operation() = default;
  virtual void run() = 0;
  /// Runs it and looks at what it wrote: "" where the bits are the reference's, else the first difference. Of
  /// large results at so many elements, drawn at random, as the reference is slow.
  virtual std::string difference() = 0;

  double useful_flops = 0, nominal_flops = 0;  ///< of a call; nominal: with the padding's zeros
  double bytes = 0;                            ///< operands and results, each once
};

/// What makes an operation on a backend. `name`: "forward", "pooling backward", ...
struct OperationKind {
  std::string name;
  std::function<std::unique_ptr<Operation>(Backend&)> make;
  bool by_vendor = false;  ///< in fast arithmetic; all others are the same kernels in both
};

/// Operations of a layer, in the order of a step.
std::vector<OperationKind> operations_of(const LayerShape& layer);

/// Operations of a whole network: gather, loss, SGD.
std::vector<OperationKind> operations_of(const NetworkShapes& shapes, ImageShape image);

/// Noise in [-0.5, 0.5): the same for the same seed.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : generator_(seed) {}
  Floats floats(std::int64_t count);
  /// In [0, below).
  int index(int below) { return static_cast<int>(generator_() % static_cast<std::uint32_t>(below)); }

 private:
  std::minstd_rand generator_;
};

/// The values on the device.
Buffer on_device(Backend& backend, const Floats& values);
Floats read(Backend& backend, const Buffer& buffer);

/// "" or "element 5: expected 0.25, found 0.5".
std::string difference_of(const Floats& expected, const Floats& found);

/// The same at `kSamples` elements of a map, drawn at random. `element(n, c, h, w)`: the
/// reference's.
template <class Element>
std::string sampled_difference(const LogicalMap& map, const Floats& found, const Element& element) {
  constexpr std::size_t kSamples = 64;
  Noise noise(7);
  Floats expected, sample;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const int n = noise.index(map.n), c = noise.index(map.c), h = noise.index(map.h), w = noise.index(map.w);
    expected.push_back(element(n, c, h, w));
    sample.push_back(found[map.at(n, c, h, w)]);
  }
  return difference_of(expected, sample);
}

}  // namespace mayfly::bench
