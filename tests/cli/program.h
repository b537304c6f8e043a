// Runs the built program as a user would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mayfly {

struct Outcome {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

struct Surroundings {
  bool soft_gpu = false;                 ///< the program with the software device of tests/softgpu for CUDA
  std::vector<std::string> environment;  ///< "NAME=value", added
  std::string out_file;                  ///< stdout goes there; then Outcome::out is empty
  std::optional<std::uint64_t> largest_file = std::nullopt;  ///< bytes: a disk that is full from there on
  bool permissions_count = false;  ///< also for root, who may otherwise write anywhere
  std::string interrupt_at;        ///< SIGINT once stderr says this
};

/// `mayfly arguments...`. MAYFLY_DATA and NO_COLOR of the environment do not reach it.
Outcome mayfly(const std::vector<std::string>& arguments, const Surroundings& around = {});

}  // namespace mayfly
