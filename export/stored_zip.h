// A ZIP file whose members are stored as they are (PKWARE APPNOTE 6.3.10, method 0, without ZIP64).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mayfly {

class StoredZip {
 public:
  /// DataError where the file would exceed 4 GiB or 65535 members.
  void add(const std::string& name, std::string_view content);

  /// The whole file; nothing can be added after it. Times in it are 1980-01-01: equal members, equal bytes.
  std::string take();

 private:
  std::string members_;
  std::string directory_;
  std::uint32_t count_ = 0;
};

}  // namespace mayfly
