// Where the build has no cuDNN.
#include <gtest/gtest.h>

namespace {

TEST(CudnnPlans, NeedCudnn) {
  GTEST_SKIP() << "cuDNN was not asked for its plans: " << MAYFLY_WHY_NO_CUDNN;
}

}  // namespace
