// Static shared memory of the block that runs.
#pragma once

#include <cstddef>
#include <vector>

namespace mayfly::softgpu {

/// Objects lie in one arena with forbidden zones between them. All bits are set before a block begins: NaN.
class SharedMemory {
 public:
  static constexpr std::size_t kLimit = 48 * 1024;  ///< what a kernel gets without asking for more

  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  void begin_block();
  /// Aborts where a block wrote between its objects (without AddressSanitizer, which sees it at once).
  void end_block() const;
  void* object(const void* key, std::size_t bytes, std::size_t alignment);

 private:
  struct Object {
    const void* key;
    std::size_t begin, end;
  };
  unsigned char* arena_;
  std::size_t used_ = 0;   ///< of the arena
  std::size_t taken_ = 0;  ///< as the device counts
  std::vector<Object> objects_;
};

}  // namespace mayfly::softgpu
