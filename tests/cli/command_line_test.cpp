// Help, versions and command lines that cannot be followed.
#include <gmock/gmock.h>

#include "program.h"
#include "recorder/table.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(CommandLine, WithoutArgumentsHelpsAndSucceeds) {
  const Outcome outcome = mayfly({});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("mayfly init trial"), HasSubstr("mayfly run trial")));
  EXPECT_THAT(outcome.err, IsEmpty());
}

class Help : public testing::TestWithParam<std::string> {};

TEST_P(Help, SaysWhatTheCommandDoesWithExamples) {
  const Outcome outcome = mayfly({GetParam(), "--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Examples:\n"), HasSubstr("mayfly " + GetParam())));
  EXPECT_THAT(outcome.err, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Commands, Help,
                         testing::Values("init", "plan", "run", "train", "status", "replay", "plot", "schema",
                                         "selftest", "slurm", "doctor", "version"),
                         [](const auto& test) { return test.param; });

struct Mistake {
  std::string name;
  std::vector<std::string> arguments;
  std::string says;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreExplained) {
  const Outcome outcome = mayfly(GetParam().arguments);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, AllOf(StartsWith("mayfly: "), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    CommandLines, Mistakes,
    testing::Values(
        Mistake{"Command", {"rnu", "x"}, "unknown command 'rnu'; did you mean 'run'?"},
        Mistake{"CommandOfData", {"data", "pth"}, "unknown command 'pth'; did you mean 'path'?"},
        Mistake{"Option", {"run", "--jbos", "2", "x"}, "unknown option --jbos; did you mean '--jobs'?"},
        Mistake{"MissingFolder", {"plan"}, "DIR"},
        Mistake{"NoNumber", {"run", "x", "--jobs", "many"}, "many"},
        Mistake{"NoJobs", {"run", "x", "--jobs", "0"}, "--jobs"},
        Mistake{"NegativeSeeds", {"replay", "x", "--seeds", "-1"}, "--seeds"},
        Mistake{"Progress", {"run", "x", "--progress", "loud"}, "loud"},
        Mistake{"Preset", {"init", "/dev/null/x", "--preset", "laptob"}, "did you mean 'laptop'?"},
        Mistake{
            "Dataset", {"init", "/dev/null/x", "--dataset", "FashionMINST"}, "did you mean 'FashionMNIST'?"},
        Mistake{"Nothing to train", {"train"}, "expected either --spec FILE or DIR --index I"}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::erase(name, ' ');
      return name;
    });

TEST(CommandLine, VersionNamesCommitAndArithmetic) {
  const Outcome outcome = mayfly({"version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("mayfly 0."), HasSubstr("commit "),
                                 HasSubstr("arithmetic version 1"), HasSubstr("cpu: ")));
}

TEST(CommandLine, SchemaNamesEveryColumnAndKey) {
  const Outcome outcome = mayfly({"schema"});
  EXPECT_EQ(outcome.exit_code, 0);
  std::size_t from = 0;
  for (const std::string& column : table_columns()) {
    const std::size_t at = outcome.out.find("\n  " + column + " ", from);
    ASSERT_NE(at, std::string::npos) << column << " is missing or out of order";
    from = at;
  }
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("[search_space]"), HasSubstr("max_train_images")));
}

TEST(CommandLine, DataPathListsTheDataSets) {
  const Outcome outcome = mayfly({"data", "path"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("FashionMNIST "), HasSubstr("CIFAR100 ")));
}

}  // namespace
}  // namespace mayfly
