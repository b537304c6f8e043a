// A file open for writing, and the names by which writers on a shared file system are told apart.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace mayfly {

/// Owner of a descriptor. Every error is a DataError that names file, operation and the system's reason.
class OutputFile {
 public:
  /// Creates `path` (O_EXCL); with `append`, every write goes to the end. False where it exists.
  static bool try_create(const std::filesystem::path& path, bool append, OutputFile& file);

  OutputFile() = default;
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  /// One write() where the system takes it whole, as it does on anything but a full disk.
  void write(std::string_view content);
  /// What was written is on the disk.
  void sync();
  /// Closes it and reports what closing finds (NFS reports a full disk here).
  void close();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Makes names in `folder` durable: a file created or renamed there.
void sync_folder(const std::filesystem::path& folder);

/// Name of this machine, of letters, digits, '.', '_' and '-' only.
std::string host_name();

}  // namespace mayfly
