#include "trainer/dataset_store.h"

namespace mayfly {

const Dataset& DatasetStore::get(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<const Dataset>& dataset = loaded_[name];
  if (!dataset) dataset = std::make_unique<const Dataset>(loader_(name));
  return *dataset;
}

}  // namespace mayfly
