#include "recorder/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/error.h"
#include "recorder/input_file.h"
#include "recorder/output_file.h"

namespace mayfly {
namespace {

/// Removes the file unless told to keep it.
class Temporary {
 public:
  explicit Temporary(std::filesystem::path path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(path_, ignored);
  }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// A name left behind by a killed process of the same pid is passed over.
OutputFile create_temporary(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  const std::string name = path.filename().string();
  OutputFile file;
  for (;;) {
    const std::string part = fmt::format(".{}.{}-{}-{}.part", name, host_name(), ::getpid(), counter++);
    if (OutputFile::try_create(folder_of(path) / part, false, file)) return file;
  }
}

/// What path will be, on the disk.
std::filesystem::path write_temporary(const std::filesystem::path& path, const WriteContent& write_content) {
  OutputFile file = create_temporary(path);
  Temporary temporary(file.path());
  write_content(file);
  file.sync();
  file.close();
  temporary.keep();
  return file.path();
}

}  // namespace

void write_durable_file(const std::filesystem::path& path, const WriteContent& write_content) {
  const std::filesystem::path written = write_temporary(path, write_content);
  Temporary temporary(written);
  std::error_code error;
  std::filesystem::rename(written, path, error);
  if (error) {
    throw DataError(
        fmt::format("{}: rename to {} failed: {}", written.string(), path.string(), error.message()));
  }
  temporary.keep();
  sync_folder(folder_of(path));
}

void write_durable_file(const std::filesystem::path& path, std::string_view content) {
  write_durable_file(path, [content](OutputFile& file) { file.write(content); });
}

bool create_durable_file(const std::filesystem::path& path, std::string_view content) {
  if (std::filesystem::exists(path)) return false;
  const std::filesystem::path written =
      write_temporary(path, [content](OutputFile& file) { file.write(content); });
  {
    const Temporary temporary(written);
    if (::link(written.c_str(), path.c_str()) == 0) {
      sync_folder(folder_of(path));
      return true;
    }
    if (errno == EEXIST) return false;
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
      throw DataError(
          fmt::format("{}: link to {} failed: {}", written.string(), path.string(), std::strerror(errno)));
  }
  write_durable_file(path, content);
  return true;
}

void create_folder(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  const std::filesystem::path path = folder.has_filename() ? folder : folder.parent_path();
  std::filesystem::path highest = path;  // that this call makes
  std::error_code error;
  while (highest.has_parent_path() && highest != highest.parent_path() &&
         !std::filesystem::exists(highest.parent_path(), error))
    highest = highest.parent_path();
  std::filesystem::create_directories(path, error);
  if (error) throw DataError(fmt::format("{}: create the folder failed: {}", path.string(), error.message()));
  for (std::filesystem::path made = path;; made = made.parent_path()) {
    sync_folder(folder_of(made));
    if (made == highest) break;
  }
}

std::string read_whole_file(const std::filesystem::path& path) {
  InputFile file(path);
  std::string content;
  std::array<char, 65536> block;
  while (const std::size_t count = file.read(block)) content.append(block.data(), count);
  return content;
}

}  // namespace mayfly
