// Values of campaign.toml, both ways: read_value takes a TOML node apart, value_text writes what reads back
// as the same value. `place` is what errors (UsageError) begin with: file, line, column and key.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generator/network_id.h"
#include "generator/search_space.h"
#include "recorder/toml.h"

namespace mayfly::config {

/// "<place>: expected <expected>, found <node>".
[[noreturn]] void refuse(const std::string& place, const std::string& expected, const toml::node& found);

void read_value(const toml::node& node, const std::string& place, std::string& value);
void read_value(const toml::node& node, const std::string& place, bool& value);
void read_value(const toml::node& node, const std::string& place, double& value);
/// Whole numbers may be written as 1.5e6.
void read_value(const toml::node& node, const std::string& place, std::int64_t& value);
void read_value(const toml::node& node, const std::string& place, std::uint64_t& value);  ///< up to 2^63-1
void read_value(const toml::node& node, const std::string& place, std::uint32_t& value);
void read_value(const toml::node& node, const std::string& place, int& value);
/// One string, or an array of them.
void read_value(const toml::node& node, const std::string& place, std::vector<std::string>& value);
void read_value(const toml::node& node, const std::string& place, std::vector<int>& value);

std::string value_text(const std::string& value);
std::string value_text(bool value);
std::string value_text(double value);
std::string value_text(std::int64_t value);
std::string value_text(std::uint64_t value);
std::string value_text(std::uint32_t value);
std::string value_text(const std::vector<std::string>& value);
std::string value_text(const std::vector<int>& value);

/// A date-time of TOML or a string; without an offset it is UTC.
void read_base_time(const toml::node& node, const std::string& place, MicrosecondsUtc& time);

/// 3, or [1, 5].
void read_value(const toml::node& node, const std::string& place, IntRange& range);
std::string value_text(const IntRange& range);

/// 3, [1, 5], or [1, "<limit>"].
void read_limited(const toml::node& node, const std::string& place, const std::string& limit,
                  LimitedRange& range);
std::string limited_text(const LimitedRange& range, const std::string& limit);

/// 0.05, [0.1, 0.7], or a table of either uniform or log_uniform = [a, b], and offset, probability.
void read_value(const toml::node& node, const std::string& place, RealRange& range);
std::string value_text(const RealRange& range);

/// A number from 0 to 1, true or false.
void read_probability(const toml::node& node, const std::string& place, double& probability);

/// A probability, or a table of probability and each_layer.
void read_value(const toml::node& node, const std::string& place, FcDropout& dropout);
std::string value_text(const FcDropout& dropout);

}  // namespace mayfly::config
