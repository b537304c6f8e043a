// What make_golden makes, one function per kind of file. All run on one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace mayfly::golden {

/// Writes steps/<name>.json under `folder`: three training steps of each of small_networks().
void make_steps(const std::filesystem::path& folder);

/// Writes sgd.json under `folder`: 50 steps for each on/off combination of momentum, dampening and weight
/// decay.
void make_sgd_trajectories(const std::filesystem::path& folder);

/// Writes to `output` the rows 0.5 to 3.0 of one replay of published_network() on `data`/train.bin and
/// test.bin (CIFAR-100 binary). `normalize`: "half" or "none". `seed` decides initialisation and order.
void make_replay(const std::filesystem::path& data, const std::string& normalize, std::uint64_t seed,
                 const std::filesystem::path& output);

}  // namespace mayfly::golden
