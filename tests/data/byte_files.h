// Small data files for the tests of the readers, made byte by byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mayfly {

using Bytes = std::vector<std::uint8_t>;

void write_bytes(const std::filesystem::path& path, const Bytes& bytes);

/// One gzip stream that inflates to `bytes`.
Bytes gzip(const Bytes& bytes);

/// Byte i of every made-up block of pixels; neighbouring rows differ.
std::uint8_t pattern(std::size_t i);

Bytes idx_images(std::uint32_t count, std::uint32_t rows, std::uint32_t columns);
Bytes idx_labels(const Bytes& labels);

/// One record per label, with the coarse label 3 before it where `coarse`; pixel j of record i is pattern(i +
/// j).
Bytes cifar_records(bool coarse, const Bytes& labels);

/// Message of the DataError that `action` throws; fails the test where it throws none.
std::string data_error(const std::function<void()>& action);

}  // namespace mayfly
