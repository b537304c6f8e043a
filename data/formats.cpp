#include "data/formats.h"

#include "data/cifar_binary.h"
#include "data/idx.h"
#include "data/svhn.h"

namespace mayfly {
namespace {

using Paths = std::vector<std::filesystem::path>;

Dataset load_idx(const DatasetFormat& format, const std::filesystem::path& /*folder*/, const Paths& files) {
  const int classes = format.info.classes;
  return {.train = read_idx(files[0], files[1], classes),
          .validation = read_idx(files[2], files[3], classes)};
}

Dataset load_svhn(const DatasetFormat& /*format*/, const std::filesystem::path& /*folder*/,
                  const Paths& files) {
  return {.train = read_svhn(files[0]), .validation = read_svhn(files[1])};
}

Dataset load_cifar100(const DatasetFormat& /*format*/, const std::filesystem::path& folder,
                      const Paths& files) {
  return {.class_names = read_class_names(folder / "fine_label_names.txt"),
          .train = read_cifar(CifarKind::cifar100, {files[0]}),
          .validation = read_cifar(CifarKind::cifar100, {files[1]})};
}

Dataset load_cifar10(const DatasetFormat& /*format*/, const std::filesystem::path& folder,
                     const Paths& files) {
  return {.class_names = read_class_names(folder / "batches.meta.txt"),
          .train = read_cifar(CifarKind::cifar10, {files.begin(), files.begin() + 5}),
          .validation = read_cifar(CifarKind::cifar10, {files[5]})};
}

/// An IDX file as people keep it: gzip or plain, with a dash or a dot.
std::vector<std::string> idx_names(const std::string& stem, const std::string& kind) {
  return {stem + "-" + kind + ".gz", stem + "-" + kind, stem + "." + kind + ".gz", stem + "." + kind};
}

std::vector<std::vector<std::string>> idx_files() {
  return {idx_names("train-images", "idx3-ubyte"), idx_names("train-labels", "idx1-ubyte"),
          idx_names("t10k-images", "idx3-ubyte"), idx_names("t10k-labels", "idx1-ubyte")};
}

std::vector<DatasetFormat> make_formats() {
  return {
      {.info = {"FashionMNIST", 10, {1, 28, 28}, 60000, 10000},
       .folders = {"fashion-mnist", "FashionMNIST", "FashionMNIST/raw"},
       .files = idx_files(),
       .advice = "apt-get install dataset-fashion-mnist, or put the four IDX files there",
       .load = load_idx},
      {.info = {"CIFAR100", 100, {3, 32, 32}, 50000, 10000},
       .folders = {"cifar-100-binary", "CIFAR100", "CIFAR100/cifar-100-binary"},
       .files = {{"train.bin"}, {"test.bin"}},
       .advice = "get cifar-100-binary.tar.gz (the binary version) from the CIFAR site and unpack it there",
       .load = load_cifar100},
      {.info = {"SVHN", 10, {3, 32, 32}, 73257, 26032},
       .folders = {"svhn", "SVHN"},
       .files = {{"train_32x32.mat", "train_32x32.mat.gz"}, {"test_32x32.mat", "test_32x32.mat.gz"}},
       .advice = "get train_32x32.mat and test_32x32.mat (format 2, cropped digits) from the SVHN site",
       .load = load_svhn},
      {.info = {"CIFAR10", 10, {3, 32, 32}, 50000, 10000},
       .folders = {"cifar-10-batches-bin", "CIFAR10", "CIFAR10/cifar-10-batches-bin"},
       .files = {{"data_batch_1.bin"},
                 {"data_batch_2.bin"},
                 {"data_batch_3.bin"},
                 {"data_batch_4.bin"},
                 {"data_batch_5.bin"},
                 {"test_batch.bin"}},
       .advice = "get cifar-10-binary.tar.gz (the binary version) from the CIFAR site and unpack it there",
       .load = load_cifar10},
      {.info = {"MNIST", 10, {1, 28, 28}, 60000, 10000},
       .folders = {"mnist", "MNIST", "MNIST/raw"},
       .files = idx_files(),
       .advice = "put the four IDX files there",
       .load = load_idx},
  };
}

}  // namespace

const std::vector<DatasetFormat>& dataset_formats() {
  static const std::vector<DatasetFormat> formats = make_formats();
  return formats;
}

}  // namespace mayfly
