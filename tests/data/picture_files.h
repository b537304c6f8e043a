// Images for the tests of their readers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "byte_files.h"

namespace mayfly {

/// tests/data/fixtures/images/NAME: one picture in many kinds of files, by Pillow (fixtures/make_images.py).
std::filesystem::path picture(const std::string& name);

Bytes read_bytes(const std::filesystem::path& path);

/// Writes a PNG of a gray value in every pixel; the folder is made where missing.
void write_gray(const std::filesystem::path& path, std::uint8_t value, int height = 4, int width = 4);

}  // namespace mayfly
