// Which vector instructions the kernels use: the best the processor has, narrowed by MAYFLY_SIMD.
#pragma once

#include <string>

namespace mayfly::cpu {

/// `name`: "" (the best), "avx512", "avx2", "neon" or "none" (plain loops). UsageError for an unknown name,
/// DeviceError where the processor or this build lacks it. Process-wide; takes effect from the next operation
/// on.
void select_simd(const std::string& name);

/// Follows the environment variable MAYFLY_SIMD, once per process.
void select_simd_from_environment();

/// What is in use: "AVX-512", "AVX2", "NEON" or "plain loops".
std::string simd_name();

}  // namespace mayfly::cpu
