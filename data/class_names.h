// Names of classes where the files of a data set have none.
#pragma once

#include <string>
#include <vector>

namespace mayfly {

/// By label. FashionMNIST's as its authors list them (github.com/zalandoresearch/fashion-mnist); digits for
/// MNIST and SVHN; numbers for any other name.
std::vector<std::string> class_names_of(const std::string& dataset, int classes);

}  // namespace mayfly
