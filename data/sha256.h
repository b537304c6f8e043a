// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace mayfly {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::span<const std::uint8_t> bytes);
  /// Of all that was added, 64 hexadecimal digits; only once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of(std::span<const std::uint8_t> bytes);
/// Of a file as it lies on disk. DataError where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace mayfly
