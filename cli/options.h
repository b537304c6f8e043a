// Options that several subcommands share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trainer/lifespan.h"

namespace mayfly::cli {

/// Where to look for data and on what to compute.
struct DeviceOptions {
  std::string data_root;
  std::string device;  ///< empty: not asked for
  int threads = 0;     ///< cores for everything; 0: all
  int cores() const;
};
/// For CLI11: what is wrong with the text of --device; "" where nothing is.
std::string is_device_list(const std::string& text);
/// `without`: what is used where no device is asked for.
void add_device_options(CLI::App& command, DeviceOptions& options, const std::string& without);
/// What open_device("") is.
inline constexpr const char* kDeviceByArithmetic = "cpu; cuda where the arithmetic is fast";

/// --set, which may be repeated.
void add_set_option(CLI::App& command, std::vector<std::string>& settings);

/// --seed-init, --seed-order, --seed-dropout.
void add_split_seeds(CLI::App& command, SplitSeeds& seeds);

/// How a network is trained where no campaign says it; unset: not asked for.
struct ConventionOptions {
  std::string normalize, conv_dropout, val_loss, arithmetic;
};
void add_convention_options(CLI::App& command, ConventionOptions& options);

}  // namespace mayfly::cli
