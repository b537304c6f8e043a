#include "trainer/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/input_file.h"
#include "recorder/spec_file.h"
#include "trainer/campaign_files.h"
#include "trainer/conventions.h"

namespace mayfly {
namespace {

std::string line_at(const std::string& text, std::size_t begin) {
  return begin < text.size() ? text.substr(begin, text.find('\n', begin) - begin) : "nothing";
}

/// Where the first line begins in which they differ.
std::size_t first_difference(const std::string& a, const std::string& b) {
  const auto at =
      static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::size_t newline = at == 0 ? std::string::npos : a.rfind('\n', at - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

}  // namespace

std::string checkpoint_network_text(const NetworkSpec& spec, const LifespanOptions& options,
                                    const Dataset& dataset) {
  RunConventions conventions = run_conventions(options, dataset, "");
  conventions.epochs = 0;              // no bit depends on it
  conventions.arithmetic_version = 0;  // has a field of its own
  return spec_toml_text(spec) + run_conventions_text(conventions);
}

void require_same_life(const CheckpointIdentity& expected, const CheckpointIdentity& found,
                       const std::string& name) {
  if (found.arithmetic_version != expected.arithmetic_version)
    throw DataError(fmt::format(
        "{}: arithmetic version: expected {}, found {} (of mayfly {}): a table begun in one and ended in "
        "another would be neither's",
        name, expected.arithmetic_version, found.arithmetic_version, found.mayfly_version));
  if (found.numerics != expected.numerics)
    throw DataError(fmt::format("{}: arithmetic: expected '{}', found '{}': its bits would differ", name,
                                expected.numerics, found.numerics));
  if (found.network == expected.network) return;
  const std::size_t at = first_difference(expected.network, found.network);
  throw DataError(fmt::format("{}: it is of another network: expected {}, found {}", name,
                              line_at(expected.network, at), line_at(found.network, at)));
}

std::filesystem::path checkpoint_path(const std::filesystem::path& campaign, const std::string& id) {
  return campaign / "work" / (id + ".ckpt");
}

std::uintmax_t checkpoint_size_limit(std::size_t parameters, std::size_t half_epochs) {
  constexpr std::uintmax_t kTexts = 1U << 20, kHalf = 128;
  return kTexts + half_epochs * kHalf + std::uintmax_t{parameters} * 2 * sizeof(float);
}

Checkpoint read_checkpoint(const std::filesystem::path& path, std::uintmax_t size_limit) {
  InputFile file(path);
  const std::uintmax_t size = file.size();
  if (size > size_limit)
    throw DataError(fmt::format("{}: expected at most {} bytes, found more", path.string(), size_limit));
  return parse_checkpoint([&](std::span<char> block) { return file.read(block); }, size, path.string());
}

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  const std::filesystem::path folder = path.parent_path();
  if (!std::filesystem::is_directory(folder)) create_folder(folder);
  write_durable_file(path, [&](OutputFile& file) {
    write_checkpoint_bytes(checkpoint, [&](std::string_view piece) { file.write(piece); });
  });
}

std::filesystem::path set_aside(const std::filesystem::path& path) {
  for (int n = 1;; ++n) {
    std::filesystem::path aside = path;
    aside += fmt::format(".bad-{}", n);
    if (std::filesystem::exists(aside)) continue;
    std::error_code error;
    std::filesystem::rename(path, aside, error);
    if (!error) return aside;
    throw DataError(
        fmt::format("{}: rename to {} failed: {}", path.string(), aside.string(), error.message()));
  }
}

void remove_checkpoints(const std::filesystem::path& campaign, const std::set<std::string>& ids) {
  std::error_code ignored;
  for (const std::filesystem::path& file : files_in(campaign / "work")) {
    const std::string name = file.filename().string();
    const bool temporary = is_temporary(name);
    const std::size_t id = temporary ? 1 : 0, dot = name.find(".ckpt", id);
    if (dot == std::string::npos || (!temporary && dot + 5 != name.size())) continue;
    if (ids.contains(name.substr(id, dot - id))) std::filesystem::remove(file, ignored);
  }
}

}  // namespace mayfly
