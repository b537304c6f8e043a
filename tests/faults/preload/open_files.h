// What is below the watched folder, and which descriptors are open there.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace faults {

/// MAYFLY_FAULTS_FOLDER, an absolute path; empty: nothing is watched.
const std::string& watched_folder();

/// `path`, seen from descriptor `folder` (AT_FDCWD: from the working folder), below the watched folder; "."
/// is the folder itself. Empty where it lies elsewhere.
std::optional<std::string> below(int folder, const char* path);

/// An open file: two that are open under one name at different times are told apart by their handles.
struct OpenFile {
  std::string path;
  int handle = 0;
};

/// Descriptors of watched files. Not guarded: operation.h holds its lock.
class OpenFiles {
 public:
  int opened(int descriptor, const std::string& path) {
    files_[descriptor] = {path, ++handles_};
    return handles_;
  }
  void closed(int descriptor) { files_.erase(descriptor); }
  const OpenFile* find(int descriptor) const {
    const auto found = files_.find(descriptor);
    return found == files_.end() ? nullptr : &found->second;
  }

 private:
  std::map<int, OpenFile> files_;
  int handles_ = 0;
};

}  // namespace faults
