#include "data/class_names.h"

namespace mayfly {

std::vector<std::string> class_names_of(const std::string& dataset, int classes) {
  if (dataset == "FashionMNIST")
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
            "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  std::vector<std::string> numbers;  // of digits the numbers are the names
  for (int label = 0; label < classes; ++label) numbers.push_back(std::to_string(label));
  return numbers;
}

}  // namespace mayfly
