// JSON whose real numbers are binary32: written with the shortest digits that read back as the same float.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mayfly::golden {

using FloatJson = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t,
                                       std::uint64_t, float>;

}  // namespace mayfly::golden
