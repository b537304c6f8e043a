// make_golden steps FOLDER | sgd FOLDER | replay DATA NORMALIZE SEED OUTPUT  (see README.md)
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "programs.h"

int main(int argc, char** argv) {
  at::set_num_threads(1);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "steps") {
    mayfly::golden::make_steps(arguments[1]);
  } else if (arguments.size() == 2 && arguments[0] == "sgd") {
    mayfly::golden::make_sgd_trajectories(arguments[1]);
  } else if (arguments.size() == 5 && arguments[0] == "replay") {
    mayfly::golden::make_replay(arguments[1], arguments[2], std::stoull(arguments[3]), arguments[4]);
  } else {
    fmt::print(stderr, "usage: make_golden steps FOLDER | sgd FOLDER | replay DATA half|none SEED OUTPUT\n");
    return 2;
  }
  return 0;
}
