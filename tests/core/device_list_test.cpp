#include "core/device_list.h"

#include <gmock/gmock.h>

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DeviceListTest, NamesTheCpuAllGpusOrSome) {
  EXPECT_FALSE(parse_device_list("cpu")->cuda);
  EXPECT_TRUE(parse_device_list("cuda")->cuda);
  EXPECT_THAT(parse_device_list("cuda")->gpus, IsEmpty());
  EXPECT_TRUE(parse_device_list("cuda:0")->cuda);
  EXPECT_THAT(parse_device_list("cuda:0")->gpus, ElementsAre(0));
  EXPECT_THAT(parse_device_list("cuda:12,2,0")->gpus, ElementsAre(12, 2, 0));
}

TEST(DeviceListTest, AnythingElseIsNone) {
  for (const char* text :
       {"", "CPU", "cpu:0", "gpu", "cuda0", "cuda:", "cuda:a", "cuda:0,", "cuda:,0", "cuda:0,0", "cuda:0,1,0",
        "cuda:0-3", "cuda:0, 2", "cuda:0;1", "cuda:-1", "cuda:-0", "cuda:99999999999", "cuda:1 "})
    EXPECT_FALSE(parse_device_list(text).has_value()) << text;
}

}  // namespace
}  // namespace mayfly
