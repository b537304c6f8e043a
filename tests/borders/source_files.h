// The source files of the project, as text, for tests of how they are laid out.
#pragma once

#include <string>
#include <vector>

namespace mayfly {

struct SourceFile {
  std::string path;  ///< relative to the project, "kernels/cpu/sgd.cpp"
  std::vector<std::string> lines;

  /// First folder of the path: "kernels".
  std::string folder() const { return path.substr(0, path.find('/')); }
};

/// Every .h, .cpp, .cu and .cuh of the folders that hold code, tests and benchmarks included.
std::vector<SourceFile> source_files();

}  // namespace mayfly
