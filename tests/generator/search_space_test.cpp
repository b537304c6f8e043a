#include "generator/search_space.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "core/error.h"
#include "generator/search_space_keys.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

std::string refusal(const std::function<void(SearchSpace&)>& change) {
  SearchSpace space;
  change(space);
  try {
    check_search_space(space);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(SearchSpace, PresetsAreSound) {
  for (const std::string& preset : preset_names())
    EXPECT_NO_THROW(check_search_space(preset_search_space(preset)));
  EXPECT_EQ(preset_search_space("published"), SearchSpace{});
  try {
    preset_search_space("labtop");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'laptop'?"));
  }
}

using Changes = std::map<std::string, std::function<void(SearchSpace&)>>;

/// Each change is refused under the name of its key.
void expect_refused(const Changes& wrong) {
  for (const auto& [key, change] : wrong)
    EXPECT_THAT(refusal(change), HasSubstr("search_space." + key + ": "));
}

TEST(SearchSpace, RefusesBlocksThatNoNetworkCanHave) {
  const Changes wrong{
      {"conv_layers",
       [](SearchSpace& s) {
         s.conv_layers = {0, 3};
       }},
      {"kernel_size",
       [](SearchSpace& s) {
         s.kernel_size = {0, {}};
       }},
      {"stride",
       [](SearchSpace& s) {
         s.stride = {3, 2};
       }},
      {"padding",
       [](SearchSpace& s) {
         s.padding = {-1, 5};
       }},
      {"out_channels",
       [](SearchSpace& s) {
         s.out_channels = {1, 1'000'000'000};
       }},
      {"increasing", [](SearchSpace& s) { s.increasing = 1.5; }},
      {"block_type", [](SearchSpace& s) { s.block_type = {}; }},
      {"dropout_rate",
       [](SearchSpace& s) {
         s.dropout_rate = {1, 1};
       }},
      {"pool_padding",
       [](SearchSpace& s) {
         s.pool_padding = {-1, {}};
       }},
  };
  expect_refused(wrong);
  EXPECT_THAT(refusal([](SearchSpace& s) { s.block_type = {1, 8}; }), HasSubstr("block_type"));
}

TEST(SearchSpace, RefusesHeadsAndTrainingThatNoNetworkCanHave) {
  const Changes wrong{
      {"linear_layers",
       [](SearchSpace& s) {
         s.linear_layers = {5, 1};
       }},
      {"linear_width",
       [](SearchSpace& s) {
         s.linear_width = {0, 400};
       }},
      {"fc_dropout", [](SearchSpace& s) { s.fc_dropout.each_layer = -0.1; }},
      {"learning_rate", [](SearchSpace& s) { s.learning_rate.low = 0; }},
      {"momentum",
       [](SearchSpace& s) {
         s.momentum = {0.5, 1.5};
       }},
      {"weight_decay", [](SearchSpace& s) { s.weight_decay.probability = 2; }},
      {"batch_size",
       [](SearchSpace& s) {
         s.batch_size = {0, 250};
       }},
      {"max_macs_per_image", [](SearchSpace& s) { s.max_macs_per_image = -1; }},
      {"max_memory", [](SearchSpace& s) { s.max_memory = -1; }},
  };
  expect_refused(wrong);
  EXPECT_THAT(refusal([](SearchSpace& s) { s.learning_rate.probability = 0.5; }), HasSubstr("learning_rate"));
}

TEST(SearchSpace, AcceptsSingleValues) {
  EXPECT_EQ(refusal([](SearchSpace& s) {
              s.kernel_size = {3, 3};
              s.learning_rate = {0.05, 0.05};
              s.momentum = {0.9, 0.9};
              s.dropout_rate = {0, 0};
              s.block_type = {3};
            }),
            "");
}

TEST(SearchSpaceKeys, EveryKeySaysWhatItIsAndWhereFrom) {
  for (const SearchSpaceKey& key : search_space_keys()) {
    EXPECT_NE(key.note, "") << key.name;
    EXPECT_NE(key.source, "") << key.name;
    EXPECT_NE(range_text(key, SearchSpace{}), "") << key.name;
    EXPECT_EQ(std::holds_alternative<LimitedRange SearchSpace::*>(key.member), key.limit != "") << key.name;
  }
  EXPECT_EQ(search_space_keys().size(), 22U);
}

TEST(SearchSpaceKeys, RangesReadAsWords) {
  std::map<std::string, std::string> words;
  for (const SearchSpaceKey& key : search_space_keys()) words[key.name] = range_text(key, SearchSpace{});
  EXPECT_EQ(words["conv_layers"], "3");
  EXPECT_EQ(words["kernel_size"], "1..height");
  EXPECT_EQ(words["pool_padding"], "0..kernel/2");
  EXPECT_EQ(words["out_channels"], "1..400");
  EXPECT_EQ(words["learning_rate"], "0.01 + log-uniform 1e-05..1");
  EXPECT_EQ(words["weight_decay"], "log-uniform 1e-05..0.1, on with probability 0.5");
  EXPECT_EQ(words["max_memory"], "no cap");
}

}  // namespace
}  // namespace mayfly
