// Two journals of one campaign (tests/fuzz/fuzz_input.h: Pair), and a claim.
#include "recorder/journal.h"
#include "tests/fuzz/fuzz_input.h"
#include "trainer/claim_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const fuzz::Pair files = fuzz::split({data, size});
  const auto campaign = fuzz::written("journal/a.jsonl", files.first).parent_path().parent_path();
  fuzz::written("journal/b.jsonl", files.second);
  fuzz::read_or_refuse(campaign.string(), [&] {
    if (read_journals(campaign).files != 2) fuzz::defect("a journal was passed over");
  });
  if (const auto claim = parse_claim(std::string(fuzz::text_of(files.first))))
    parse_claim(claim_line(*claim));
  return 0;
}
