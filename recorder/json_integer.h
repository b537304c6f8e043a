// Integers of JSON files. The library's own conversions take fractions too, and numbers that the type cannot
// hold.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace mayfly {

/// Whether `json` is an integer that an Integer can hold.
template <class Integer>
bool holds_integer(const nlohmann::json& json) {
  if (json.is_number_unsigned()) return std::in_range<Integer>(json.get<std::uint64_t>());
  return json.is_number_integer() && std::in_range<Integer>(json.get<std::int64_t>());
}

/// The integer at `key`; nlohmann::json::exception where there is none.
template <class Integer>
Integer integer_at(const nlohmann::json& json, const char* key) {
  const nlohmann::json& value = json.at(key);
  if (!holds_integer<Integer>(value))
    throw nlohmann::json::other_error::create(500, std::string(key) + " is no integer of its kind", &json);
  return value.get<Integer>();
}

}  // namespace mayfly
