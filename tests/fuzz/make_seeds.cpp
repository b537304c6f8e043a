// Writes the inputs that the fuzzers begin with: make_seeds FOLDER. One sub-folder for each fuzzer.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "recorder/journal.h"
#include "recorder/spec_file.h"
#include "recorder/table.h"
#include "tests/data/byte_files.h"
#include "trainer/checkpoint.h"
#include "trainer/claim_file.h"
#include "trainer/config/campaign_config.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

Bytes bytes_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What fuzz_input.h's split() takes apart.
Bytes pair(const Bytes& first, const Bytes& second) {
  Bytes bytes{static_cast<std::uint8_t>(first.size() % 256), static_cast<std::uint8_t>(first.size() / 256)};
  bytes.insert(bytes.end(), first.begin(), first.end());
  bytes.insert(bytes.end(), second.begin(), second.end());
  return bytes;
}

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}
  void add(const std::string& fuzzer, const Bytes& bytes) {
    fs::create_directories(folder_ / fuzzer);
    write_bytes(folder_ / fuzzer / ("seed-" + std::to_string(++count_)), bytes);
  }
  void add(const std::string& fuzzer, const std::string& text) { add(fuzzer, bytes_of(text)); }

 private:
  fs::path folder_;
  int count_ = 0;
};

void add_data_sets(Seeds& seeds) {
  const Bytes images = idx_images(3, 4, 5), labels = idx_labels({0, 9, 3});
  seeds.add("idx", pair(labels, images));
  seeds.add("idx", pair(gzip(labels), gzip(images)));
  seeds.add("cifar", pair(cifar_records(true, {7, 99}), cifar_records(false, {1})));
  seeds.add("cifar", pair({}, bytes_of("apple\nbear\n")));
  const fs::path fixtures = fs::path(MAYFLY_SOURCE_DIR) / "tests/data/fixtures";
  for (const auto& entry : fs::recursive_directory_iterator(fixtures / "svhn"))
    if (entry.path().extension() == ".mat") seeds.add("svhn", bytes_of_file(entry.path()));
  for (const auto& entry : fs::directory_iterator(fixtures / "images"))
    if (entry.path().extension() != ".rgb") seeds.add("image", bytes_of_file(entry.path()));
  seeds.add("image_list",
            pair(bytes_of("path,label\na.png,cat\n\"b,\"\"c.png\",dog\r\n"), bytes_of("/x.png,cat\n")));
  seeds.add("image_list", pair(bytes_of("a.png\t0\nb.png\t12\n"), bytes_of("c.png\t12\n")));
}

void add_numbers(Seeds& seeds) {
  for (const char* text :
       {"0.1", "-1e-05", "1.7976931348623157e+308", "5e-324", "Infinity", "-nan", "+.5", "1e999"})
    seeds.add("number_text", std::string(text));
}

void add_records(Seeds& seeds) {
  const NetworkSpec spec = read_spec(fs::path(MAYFLY_SOURCE_DIR) / "docs/examples/lenet.toml");
  const Table table{.spec = spec, .points = {{0.5, 2.25, 2.5, 12.5}, {1.0, std::nan(""), INFINITY, 10.0}}};
  seeds.add("table", table_text(table));
  seeds.add("campaign", spec_toml_text(spec));
  for (const char* preset : {"published", "laptop"})
    seeds.add("campaign", config_toml_text(preset_config(preset)));

  const fs::path scratch = fs::temp_directory_path() / "seeds";
  JournalWriter journal(scratch);
  journal.claimed("2021_01_01_00_00_00_000001", 3, 1.5);
  journal.point("2021_01_01_00_00_00_000001",
                {.index = 3, .point = table.points[1], .val_loss_published = 2.5});
  journal.diverged("2021_01_01_00_00_00_000001", 1.0);
  journal.failed("2021_01_01_00_00_00_000002", "no \"room\"");
  journal.complete("2021_01_01_00_00_00_000001");
  journal.note("a note");
  const ClaimText claim{.token = "0123456789abcdef", .lease = std::chrono::seconds(60), .beat = 7};
  seeds.add("journal", pair(bytes_of(claim_line(claim)), bytes_of_file(journal.path())));

  LifespanState state{
      .counters = {.epoch = 1, .step = 2, .updates = 30}, .parameters = {1.5F, -0.0F}, .momentum = {1, 2}};
  state.halves = {{.point = table.points[0], .val_loss_mean = 3, .correct = 1, .seen = 8}};
  seeds.add("checkpoint", checkpoint_bytes({.identity = {.network = "batch_size = 4\n"}, .state = state}));
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) try {
  if (argc != 2) throw mayfly::UsageError("usage: make_seeds FOLDER");
  mayfly::Seeds seeds(argv[1]);
  mayfly::add_data_sets(seeds);
  mayfly::add_numbers(seeds);
  mayfly::add_records(seeds);
} catch (const std::exception& error) {
  std::fprintf(stderr, "make_seeds: %s\n", error.what());
  return 1;
}
