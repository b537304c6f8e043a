// CIFAR-10 and CIFAR-100 in Krizhevsky's binary layout: records without a header, each
//   CIFAR-10: label, then 3072 pixels;  CIFAR-100: coarse label, fine label, then 3072 pixels
//   pixels: 1024 red, 1024 green, 1024 blue, each row-major 32x32.
#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset.h"

namespace mayfly {

enum class CifarKind { cifar10, cifar100 };

/// Appends the records of `files`, in order; CIFAR-100's fine label is the label. Errors (DataError, file and
/// byte offset): a file that is empty or no whole number of records, a label that is out of range.
ImageSet read_cifar(CifarKind kind, const std::vector<std::filesystem::path>& files);

/// Class names, one a line; empty where there is no such file.
std::vector<std::string> read_class_names(const std::filesystem::path& file);

}  // namespace mayfly
