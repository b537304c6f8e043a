#include "recorder/spec_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "random_spec.h"
#include "recorder/durable_file.h"
#include "recorder/table.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

const std::string kToml =
    "dataset = \"FashionMNIST\"\n"
    "batch_size = 100\n"
    "learning_rate = 1e-2\n"
    "momentum = 0\n"
    "dampening = 0\n"
    "weight_decay = 0.0\n"
    "layer_types = [3, 1]\n"
    "dropout_rate = 0\n"
    "convKernels = \"5-3\"\n"
    "convStrides = [1, 1]\n"
    "convPaddings = [2, 0]\n"
    "poolKernels = 2\n"
    "poolStrides = [2]\n"
    "poolPaddings = \"0\"\n"
    "convFilters = [8, 16]\n"
    "FC_dropout_rate = 0\n"
    "FCFilters = [10]\n";

NetworkSpec expected() {
  return {.dataset = "FashionMNIST",
          .batch_size = 100,
          .sgd = {.learning_rate = 0.01},
          .conv_blocks = {{.out_channels = 8,
                           .kernel_size = 5,
                           .stride = 1,
                           .padding = 2,
                           .relu = true,
                           .pool = PoolSpec{.kernel_size = 2, .stride = 2, .padding = 0}},
                          {.out_channels = 16, .kernel_size = 3, .relu = true}},
          .classes = 10};
}

TEST(SpecFile, ReadsToml) {
  EXPECT_EQ(parse_spec_toml(kToml, "a.toml"), expected());
}

TEST(SpecFile, EmptyArraysAreEmptyLists) {
  EXPECT_EQ(parse_spec_toml(kToml + "FC_dropout_layers = []\ntrain_GPU = true\n", "a.toml"), expected());
}

TEST(SpecFile, RandomSpecsReadBackFromTomlAndTable) {
  const ScratchFolder folder;
  std::mt19937 bits(11);
  for (int i = 0; i < 500; ++i) {
    const NetworkSpec spec = random_spec(bits);
    ASSERT_EQ(parse_spec_toml(spec_toml_text(spec), "a.toml"), spec) << spec_toml_text(spec);
    if (i >= 20) continue;
    write_durable_file(folder.path() / "a.toml", spec_toml_text(spec));
    write_durable_file(folder.path() / "a.txt", table_text({.spec = spec}));
    EXPECT_EQ(read_spec(folder.path() / "a.toml"), spec);
    EXPECT_EQ(read_spec(folder.path() / "a.txt"), spec);
  }
}

struct Malformed {
  std::string from;
  std::string to;
  std::string message;
};

const Malformed kMalformed[] = {
    {"batch_size = 100", "batch_size = ", "a.toml:2:"},
    {"batch_size = 100", "batch_size = 100.0", "a.toml:2: key batch_size: expected a whole number"},
    {"batch_size = 100", "batchsize = 100", "a.toml:2: expected a key named like a metadata column"},
    {"batch_size = 100", "batch_size = [}, 1]", "a.toml: expected TOML"},
    {"batch_size = 100",
     "batch_gr\xC3\xB6\xC3\x9F"
     "e = 100",
     "a.toml:2: expected TOML: letters beyond ASCII"},
    {"batch_size = 100", "batch_size = \"\\\xC5\xA0\"", "a.toml:2: expected TOML: letters beyond ASCII"},
    {"batch_size = 100", "batch_size = \"\"\"\\\n \xC5\xA0\"\"\"",
     "a.toml:2: expected TOML: letters beyond ASCII"},
    {"batch_size = 100\n", "", "a.toml: batch_size is missing"},
    {"batch_size = 100", "batch_size = 100\nbatch_size = 100", "a.toml:3:"},
    {"momentum = 0", "momentum = 1979-05-27", "a.toml:4: key momentum: expected a string"},
    {"momentum = 0", "momentum = true",
     "a.toml:4: key momentum: expected a finite number, 0 or more, found 'True'"},
    {"[3, 1]", "[3.0, 1]", "a.toml:7: key layer_types: expected a string"},
    {"[3, 1]", "[3, 9]", "a.toml:7: key layer_types"},
    {"convStrides = [1, 1]", "convStrides = [1]", "a.toml:10: key convStrides: expected 2 entries"},
    {"poolKernels = 2\n", "", "a.toml: poolKernels: expected 1 entry"},
    {"[8, 16]", "[8, 1000000000]", "a.toml:15: key convFilters"},
    {"FCFilters = [10]", "FCFilters = [10]\nepochs = 40", "a.toml:18: expected a key"},
    {"FCFilters = [10]", "FCFilters = [10]\noptimizer = \"Adam\"", "optimizer: expected SGD, found 'Adam'"},
    {"FCFilters = [10]", "FCFilters = [10]\nloss_fn = \"MSELoss\"", "loss_fn: expected CrossEntropyLoss"},
    {"FCFilters = [10]", "FCFilters = [10]\n[more]\nx = 1", "found 'more'"}};

TEST(SpecFile, MalformedTomlNamesLineAndKey) {
  for (const Malformed& malformed : kMalformed) {
    std::string text = kToml;
    const std::size_t at = text.find(malformed.from);
    ASSERT_NE(at, std::string::npos) << malformed.from;
    text.replace(at, malformed.from.size(), malformed.to);
    try {
      parse_spec_toml(text, "a.toml");
      ADD_FAILURE() << "accepted: " << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("a.toml"));
      EXPECT_THAT(error.what(), HasSubstr(malformed.message));
    }
  }
}

TEST(SpecFile, MissingFile) {
  EXPECT_THROW(read_spec("/nowhere/a.toml"), DataError);
}

}  // namespace
}  // namespace mayfly
