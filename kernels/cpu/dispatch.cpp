#include "kernels/cpu/dispatch.h"

#include <fmt/format.h>

#include <cstdlib>
#include <mutex>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dispatch.cpp"
#include <hwy/foreach_target.h>

#include "core/error.h"
#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {

std::string name_target() {
  if (MAYFLY_PLAIN_LOOP) return "plain loops";
  if (!HWY_ARCH_X86) return "NEON";
  return HWY_TARGET <= HWY_AVX3 ? "AVX-512" : "AVX2";
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
namespace {

HWY_EXPORT(name_target);

std::int64_t target_named(const std::string& name) {
  if (name == "avx512") return HWY_AVX3;
  if (name == "avx2") return HWY_AVX2;
  if (name == "neon") return HWY_NEON;
  if (name == "none") return HWY_EMU128;
  throw UsageError(fmt::format("MAYFLY_SIMD: expected avx512, avx2, neon or none, found '{}'", name));
}

}  // namespace

void select_simd(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  if (!name.empty()) {
    const std::int64_t target = target_named(name);
    if (name != "none" && (hwy::SupportedTargets() & HWY_TARGETS & target) == 0)
      throw DeviceError(
          fmt::format("MAYFLY_SIMD={}: this processor or build has no such instructions", name));
    hwy::SetSupportedTargetsForTest(target);
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void select_simd_from_environment() {
  static std::once_flag once;
  std::call_once(once, [] {
    const char* name =
        std::getenv("MAYFLY_SIMD");  // NOLINT(concurrency-mt-unsafe): read once, nothing writes it
    select_simd(name == nullptr ? "" : name);
  });
}

std::string simd_name() {
  return HWY_DYNAMIC_DISPATCH(name_target)();
}

}  // namespace mayfly::cpu
#endif
