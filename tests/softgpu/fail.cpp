#include "fail.h"

#include <cstdio>
#include <cstdlib>

#include "random.h"

namespace mayfly::softgpu {

void fail(const std::string& what) {
  std::fprintf(stderr, "softgpu: %s (seed %llu)\n", what.c_str(), static_cast<unsigned long long>(seed()));
  std::fflush(stderr);
  std::abort();
}

}  // namespace mayfly::softgpu
