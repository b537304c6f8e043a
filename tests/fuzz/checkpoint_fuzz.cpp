// Checkpoints: as they are, and with the checksum that fits, which the fuzzer would never find.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tests/fuzz/fuzz_input.h"
#include "trainer/checkpoint.h"

namespace {

void read(const std::string& bytes) {
  using namespace mayfly;
  fuzz::read_or_refuse("some.ckpt", [&] {
    if (checkpoint_bytes(parse_checkpoint(bytes, "some.ckpt")) != bytes)
      fuzz::defect("other bytes than were read");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(mayfly::fuzz::text_of({data, size}));
  read(bytes);
  if (bytes.size() < 8) return 0;
  const XXH64_hash_t checksum = XXH3_64bits(bytes.data(), bytes.size() - 8);
  for (std::size_t i = 0; i < 8; ++i)
    bytes[bytes.size() - 8 + i] = static_cast<char>(checksum >> (8 * i) & 0xFF);
  read(bytes);
  return 0;
}
