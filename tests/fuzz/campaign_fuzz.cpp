// campaign.toml and network.toml: what is read is written as text that reads back as the same text.
#include "recorder/spec_file.h"
#include "tests/fuzz/fuzz_input.h"
#include "trainer/config/campaign_config.h"

namespace {

template <class Parse, class Write>
void round_trip(const std::string& text, const Parse& parse, const Write& write) {
  using namespace mayfly;
  fuzz::read_or_refuse("some.toml", [&] {
    const std::string written = write(parse(text, "some.toml"));
    try {
      const std::string again = write(parse(written, "written.toml"));
      if (again != written) fuzz::defect("another text:\n" + written + "\nthen:\n" + again);
    } catch (const Error& error) {
      fuzz::defect("what was written is refused: " + std::string(error.what()) + "\n" + written);
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const std::string text(fuzz::text_of({data, size}));
  round_trip(
      text, [](const std::string& t, const char* name) { return parse_config(t, name, {}); },
      config_toml_text);
  round_trip(
      text, [](const std::string& t, const char* name) { return parse_spec_toml(t, name); }, spec_toml_text);
  return 0;
}
