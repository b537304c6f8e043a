#include "data/official.h"

#include <algorithm>

namespace mayfly {
namespace {

using Counts = std::vector<std::uint64_t>;

OfficialFigures fashion_mnist() {
  return {.name = "FashionMNIST",
          .site = "https://github.com/zalandoresearch/fashion-mnist",
          .files = {{"train-images-idx3-ubyte.gz", 26421880,
                     "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
                    {"train-labels-idx1-ubyte.gz", 29515,
                     "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
                    {"t10k-images-idx3-ubyte.gz", 4422102,
                     "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
                    {"t10k-labels-idx1-ubyte.gz", 5148,
                     "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"}},
          .train_per_class = Counts(10, 6000),
          .validation_per_class = Counts(10, 1000),
          .mean = {0.2860},
          .deviation = {0.3530}};
}

OfficialFigures cifar100() {
  return {.name = "CIFAR100",
          .site = "https://www.cs.toronto.edu/~kriz/cifar.html",
          .files = {{"cifar-100-binary.tar.gz", 168513733,
                     "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"}},
          .train_per_class = Counts(100, 500),
          .validation_per_class = Counts(100, 100),
          .mean = {0.5071, 0.4865, 0.4409},
          .deviation = {0.2673, 0.2564, 0.2762}};
}

OfficialFigures svhn() {
  return {.name = "SVHN",
          .site = "http://ufldl.stanford.edu/housenumbers",
          .files = {{"train_32x32.mat", 182040794,
                     "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"},
                    {"test_32x32.mat", 64275384,
                     "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"}},
          .train_per_class = {4948, 13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659},
          .validation_per_class = {1744, 5099, 4149, 2882, 2523, 2384, 1977, 2019, 1660, 1595},
          .mean = {0.4377, 0.4438, 0.4728},
          .deviation = {0.1980, 0.2010, 0.1970}};
}

OfficialFigures cifar10() {
  return {.name = "CIFAR10",
          .site = "https://www.cs.toronto.edu/~kriz/cifar.html",
          .files = {{"cifar-10-binary.tar.gz", 170052171,
                     "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}},
          .train_per_class = Counts(10, 5000),
          .validation_per_class = Counts(10, 1000),
          .mean = {0.4914, 0.4822, 0.4465},
          .deviation = {0.2470, 0.2435, 0.2616}};
}

OfficialFigures mnist() {
  return {.name = "MNIST",
          .site = "http://yann.lecun.com/exdb/mnist",
          .files = {{"train-images-idx3-ubyte.gz", 9912422,
                     "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
                    {"train-labels-idx1-ubyte.gz", 28881,
                     "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
                    {"t10k-images-idx3-ubyte.gz", 1648877,
                     "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
                    {"t10k-labels-idx1-ubyte.gz", 4542,
                     "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}},
          .train_per_class = {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
          .validation_per_class = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
          .mean = {0.1307},
          .deviation = {0.3081}};
}

}  // namespace

const OfficialFigures* official_figures(const std::string& name) {
  static const std::vector<OfficialFigures> all = {fashion_mnist(), cifar100(), svhn(), cifar10(), mnist()};
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const OfficialFigures& known) { return known.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace mayfly
