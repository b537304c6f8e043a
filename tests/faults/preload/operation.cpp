#include "operation.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "real.h"

namespace faults {
namespace {

int record_descriptor() {
  static const int descriptor = [] {
    const char* path = std::getenv("MAYFLY_FAULTS_RECORD");
    if (path == nullptr) return -1;
    const auto open = real<int(const char*, int, ...)>("open");
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }();
  return descriptor;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

void write_all(int descriptor, std::string_view text) {
  static const auto write = real<ssize_t(int, const void*, std::size_t)>("write");
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count <= 0) ::_exit(125);  // a record with holes would prove nothing
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

/// Never destroyed: files are written until the very end.
Workshop& workshop() {
  static Workshop* const shop = new Workshop;
  return *shop;
}

void write_down(int number, const Operation& operation, int outcome) {
  const int descriptor = record_descriptor();
  if (descriptor < 0) return;
  std::string line = std::to_string(number);
  for (const std::string& field :
       {std::string(operation.kind), std::to_string(operation.handle), std::to_string(operation.offset),
        std::to_string(outcome), operation.path, operation.other, hexadecimal(operation.data)})
    line += "\t" + field;
  write_all(descriptor, line + "\n");
}

}  // namespace faults
