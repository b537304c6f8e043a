// selftest and doctor: what this machine is and whether it computes as it should.
#include <gmock/gmock.h>

#include "program.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Selftest, PassesOnThisProcessor) {
  const Outcome outcome = mayfly({"selftest", "--networks", "6", "--seconds", "0"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("commit "), HasSubstr("compiler "), HasSubstr("cpu: "),
                                 HasSubstr("  ok      five known steps"), HasSubstr("All checks passed."),
                                 Not(HasSubstr("FAILED")), Not(HasSubstr("GFLOP/s"))));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Selftest, TellsHowFastTheLayersAre) {
  const Outcome outcome = mayfly({"selftest", "--networks", "1", "--seconds", "0.1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("GFLOP/s"), HasSubstr("published_batch_25 1"), HasSubstr("GB/s"),
                                 HasSubstr(" %")));
}

TEST(Selftest, SaysWhatIsMissing) {
  const Outcome outcome = mayfly({"selftest", "--device", "cuda:999"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_THAT(outcome.err, testing::AnyOf(HasSubstr("mayfly: cuda: "), HasSubstr("no cuda:999")));
  EXPECT_THAT(outcome.out, HasSubstr("Nothing was tested: ")) << "the page says it too";
  for (const char* none : {"", "gpu", "cuda:0,0"})
    EXPECT_EQ(mayfly({"selftest", "--device", none}).exit_code, 2) << none;
  EXPECT_EQ(mayfly({"selftest", "--arithmetic", "fast"}).exit_code, 2);
}

TEST(Doctor, TellsWhatThereIs) {
  const Outcome outcome = mayfly({"doctor"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("processor "), HasSubstr("cores "), HasSubstr("memory "),
                                 HasSubstr("CUDA "), HasSubstr("FashionMNIST ")));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Doctor, SaysWhereVectorInstructionsAreMissing) {
  EXPECT_THAT(mayfly({"doctor"}, {.environment = {"MAYFLY_SIMD=none"}}).out,
              HasSubstr("use a processor with AVX2, AVX-512 or NEON"));
}

TEST(Doctor, FindsDataSets) {
  const ScratchFolder scratch;
  write_tiny_fashion_mnist(scratch.path());
  EXPECT_THAT(mayfly({"doctor", "--data-root", scratch.path()}).out, HasSubstr(scratch.path().string()));
  EXPECT_THAT(mayfly({"doctor"}).out, HasSubstr("not found; `mayfly data path CIFAR100`"));
}

TEST(Doctor, LooksAtAFolder) {
  const ScratchFolder scratch;
  const Outcome good = mayfly({"doctor", scratch.path()});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_THAT(good.out, AllOf(HasSubstr("can be written"), HasSubstr("free")));
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  EXPECT_EQ(mayfly({"doctor", scratch.path() / "none"}).exit_code, 4);
  std::filesystem::permissions(scratch.path(), std::filesystem::perms::owner_read);
  const Outcome locked = mayfly({"doctor", scratch.path()}, {.permissions_count = true});
  std::filesystem::permissions(scratch.path(), std::filesystem::perms::owner_all);
  EXPECT_EQ(locked.exit_code, 4);
  EXPECT_THAT(locked.out, HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace mayfly
