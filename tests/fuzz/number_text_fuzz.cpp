// Number text: eight bytes as a number, all bytes as a text.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "recorder/number_text.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

void expect_reads_back(double value) {
  using namespace mayfly;
  const std::string text = number_text(value);
  const std::optional<double> back = parse_number(text);
  if (!back || !same(*back, value)) fuzz::defect("does not read back: " + text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  double value = 0;
  if (size >= sizeof value) {
    std::memcpy(&value, data, sizeof value);
    expect_reads_back(value);
  }
  const std::string text(fuzz::text_of({data, size}));
  if (const std::optional<double> parsed = parse_number(text)) {
    if (!same(*parsed, std::strtod(text.c_str(), nullptr)))
      fuzz::defect("another number than strtod: " + text);
    expect_reads_back(*parsed);
  }
  return 0;
}
