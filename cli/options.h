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
  std::string device = "cpu";
  int threads = 0;  ///< cores for everything; 0: all
  int cores() const;
};
void add_device_options(CLI::App& command, DeviceOptions& options);

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
