// What tests may ask of the software cuDNN and cuBLAS. They check how they are called, more strictly than
// NVIDIA's, and compute with plain loops: the wiring is what they prove, nothing about NVIDIA's numbers,
// plans or speed (tests/cudnn_plans asks the real cuDNN for its plans).
#pragma once

#include <cstddef>
#include <cstdint>

namespace mayfly::softgpu {

/// Engines of the software cuDNN. Mode A offers, in this order, one of each kind that has to be refused, then
/// kGoodEngine; the data gradient of a stride above 1 gets only the refused ones there, and kLastEngine from
/// mode FALLBACK. Running a refused one ends the process.
inline constexpr std::int64_t kTensorCoreEngine = 90, kReducedEngine = 91, kNonDeterministicEngine = 92,
                              kCompiledEngine = 93, kUnsupportedEngine = 94, kGreedyEngine = 95,
                              kGoodEngine = 1, kLastEngine = 0;

struct VendorCounts {
  std::uint64_t convolutions = 0;  ///< started or captured
  std::uint64_t products = 0;
  std::size_t handles = 0;      ///< that live now, of both libraries
  std::size_t descriptors = 0;  ///< that live now
};
VendorCounts vendor_counts();

/// From now on the software cuDNN offers refused engines only.
void offer_only_refused_engines(bool only_refused);

}  // namespace mayfly::softgpu
