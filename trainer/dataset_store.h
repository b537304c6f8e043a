// Data sets of a process: each is loaded when it is first asked for, and once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "data/dataset.h"

namespace mayfly {

class DatasetStore {
 public:
  /// Loads a data set by its name in the tables; throws where it is missing or corrupt.
  using Loader = std::function<Dataset(const std::string& name)>;
  explicit DatasetStore(Loader loader) : loader_(std::move(loader)) {}

  /// The data set, which lives as long as the store. May be called by several threads.
  const Dataset& get(const std::string& name);

 private:
  std::mutex mutex_;
  Loader loader_;
  std::map<std::string, std::unique_ptr<const Dataset>> loaded_;
};

}  // namespace mayfly
