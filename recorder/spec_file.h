// Networks given by a file: a table, or TOML whose keys are the table's 24 metadata columns.
//
//   dataset = "FashionMNIST"
//   batch_size = 100
//   learning_rate = 0.01
//   layer_types = "3-1"        # or [3, 1]
//   ...
#pragma once

#include <filesystem>
#include <string>

#include "core/network_spec.h"

namespace mayfly {

/// The network of a file: TOML where its name ends in `.toml`, else a table, of which header and first row
/// count. Errors: DataError where the file cannot be read; UsageError (file, line, column or key, expected,
/// found) where it says no network, or a loss_fn or optimizer other than CrossEntropyLoss and SGD.
NetworkSpec read_spec(const std::filesystem::path& path);

/// The network of a TOML text; `name` is what errors call it. A list is a string "3-3-1" or an array. May be
/// left out: ID (then empty), random_seed (0), train_GPU, torch_set_deterministic, loss_fn, optimizer, and
/// lists without entries. A key that is no metadata column is an error.
NetworkSpec parse_spec_toml(const std::string& text, const std::string& name);

/// The TOML text that parse_spec_toml reads back as `spec`: the columns in their order, lists as strings.
std::string spec_toml_text(const NetworkSpec& spec);

}  // namespace mayfly
