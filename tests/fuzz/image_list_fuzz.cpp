// Lists of images: train.csv, then test.csv (tests/fuzz/fuzz_input.h: Pair).
#include "data/list_file.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mayfly;
  const fuzz::Pair files = fuzz::split({data, size});
  const auto folder = fuzz::written("train.csv", files.first).parent_path();
  fuzz::written("test.csv", files.second);
  fuzz::read_or_refuse(folder.string(), [&] {
    const ImageList list = read_list_files(folder);
    for (const ListedImage& image : list.train)
      if (image.label >= list.class_names.size()) fuzz::defect("a label without a class");
  });
  return 0;
}
