// A campaign of tiny networks on a made-up data set, for tests of the program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mayfly {

/// FashionMNIST's four files with a few images of noise, of which each class has its own: ROOT/*-ubyte.
void write_tiny_fashion_mnist(const std::filesystem::path& root);

/// Arguments of `mayfly init FOLDER` for networks that train in a moment on those images.
std::vector<std::string> init_arguments(const std::filesystem::path& folder, int networks);

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

/// Every table of a campaign, sorted by path.
std::vector<std::filesystem::path> tables_of(const std::filesystem::path& campaign);

}  // namespace mayfly
