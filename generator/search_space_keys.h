// The one table of the search space's keys: parsing, help, suggestions, the commented campaign.toml and the
// marks of `plan` all follow it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "generator/search_space.h"

namespace mayfly {

/// Where the range of preset `published` comes from.
enum class Origin {
  stated,   ///< the paper states it
  guessed,  ///< the paper does not, or not so; it fits the known tables
  ours,     ///< not part of the published space
};
std::string to_string(Origin origin);

/// What a key holds, and where.
using SearchSpaceMember =
    std::variant<IntRange SearchSpace::*, LimitedRange SearchSpace::*, RealRange SearchSpace::*,
                 FcDropout SearchSpace::*, double SearchSpace::*, std::vector<int> SearchSpace::*,
                 std::int64_t SearchSpace::*>;

struct SearchSpaceKey {
  std::string name;
  SearchSpaceMember member;
  Origin origin = Origin::stated;
  std::string note;        ///< what it is, in a few words
  std::string source;      ///< why the published range is what it is
  std::string limit = "";  ///< LimitedRange only: the word for its limit ("height", "kernel", "kernel/2")
  double lowest = 0;       ///< what a network may have at least
  double highest = 65536;  ///< and at most
};

/// All keys, in the order of campaign.toml.
const std::vector<SearchSpaceKey>& search_space_keys();

/// A range in words: "1..height", "0.01 + log-uniform 1e-05..1, on with probability 0.5".
std::string range_text(const SearchSpaceKey& key, const SearchSpace& space);

}  // namespace mayfly
