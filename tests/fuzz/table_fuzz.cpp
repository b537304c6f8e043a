// The published table: what is read is written as text that reads back as the same text.
#include "recorder/table.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const std::string text(fuzz::text_of({data, size}));
  fuzz::read_or_refuse("some table", [&] { parse_first_row(text, "some table"); });
  fuzz::read_or_refuse("some table", [&] {
    const std::string written = table_text(parse_table(text, "some table"));
    try {
      if (table_text(parse_table(written, "a written table")) != written)
        fuzz::defect("another text: " + written);
    } catch (const Error& error) {
      fuzz::defect("a table that was written is refused: " + std::string(error.what()));
    }
  });
  return 0;
}
