#include "recorder/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace mayfly {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* operation, int reason) {
  throw DataError(fmt::format("{}: {} failed: {}", path.string(), operation, std::strerror(reason)));
}

/// `call()` again as long as a signal interrupts it.
template <class Call>
int uninterrupted(const Call& call) {
  int result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

bool OutputFile::try_create(const std::filesystem::path& path, bool append, OutputFile& file) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | (append ? O_APPEND : 0);
  const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags, 0666); });
  if (descriptor < 0 && errno == EEXIST) return false;
  if (descriptor < 0) fail(path, "open for writing", errno);
  file = OutputFile();
  file.path_ = path;
  file.descriptor_ = descriptor;
  return true;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::write(std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor_, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, "write", errno);
    if (count == 0) fail(path_, "write", ENOSPC);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
}

void OutputFile::sync() {
  if (uninterrupted([&] { return ::fsync(descriptor_); }) != 0) fail(path_, "fsync", errno);
}

void OutputFile::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR)  // closed it is, even then
    fail(path_, "close", errno);
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor =
      uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0 && errno == EACCES) return;  // may be used but not read, and so not synchronised
  if (descriptor < 0) fail(folder, "open the folder", errno);
  const int reason = uninterrupted([&] { return ::fsync(descriptor); }) == 0 ? 0 : errno;
  ::close(descriptor);
  if (reason != 0 && reason != EINVAL)
    fail(folder, "fsync of the folder", reason);  // EINVAL: not offered there
}

std::string host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0 || buffer[0] == '\0') return "unknown";
  std::string name(buffer.data());
  for (char& c : name) {
    const bool clean = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (!clean) c = '_';
  }
  return name;
}

}  // namespace mayfly
