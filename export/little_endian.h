// Whole numbers as bytes, the lowest first, whatever the machine.
#pragma once

#include <cstdint>
#include <string>

namespace mayfly {

template <class Number>
void append_little_endian(std::string& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFF);
}

inline void append_le16(std::string& bytes, std::uint16_t number) {
  append_little_endian(bytes, number);
}
inline void append_le32(std::string& bytes, std::uint32_t number) {
  append_little_endian(bytes, number);
}
inline void append_le64(std::string& bytes, std::uint64_t number) {
  append_little_endian(bytes, number);
}

}  // namespace mayfly
