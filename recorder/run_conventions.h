// campaign.json beside the tables: how they were made, as far as their 28 columns cannot say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mayfly {

struct RunConventions {
  std::string normalize = "half";        ///< none, half, dataset
  std::string conv_dropout = "channel";  ///< channel, element
  bool drop_last = true;                 ///< the incomplete last batch is left out
  std::string val_loss = "mean";         ///< mean, published: what column valLoss holds
  std::string arithmetic = "exact";      ///< exact, fast
  int arithmetic_version = 1;            ///< of kernels/arithmetic.md
  std::int64_t train_images = 0;         ///< 0: not known
  std::int64_t validation_images = 0;
  double epochs = 40;
  std::optional<std::uint32_t> seed_init = std::nullopt;  ///< where held apart from random_seed
  std::optional<std::uint32_t> seed_order = std::nullopt;
  std::optional<std::uint32_t> seed_dropout = std::nullopt;
  // Of a folder of images (data/image_options.h); not there for other data sets.
  std::optional<std::string> image_size = std::nullopt;  ///< "28x28": height, width
  std::optional<std::string> image_mode = std::nullopt;
  std::optional<std::string> resize = std::nullopt;
  std::optional<std::int64_t> train_images_listed = std::nullopt;  ///< damaged ones, left out, among them
  std::optional<std::int64_t> validation_images_listed = std::nullopt;
  std::optional<std::string> images_hash = std::nullopt;               ///< of all pixels and labels
  std::optional<std::vector<std::string>> class_names = std::nullopt;  ///< by label
  std::string mayfly_version;

  bool operator==(const RunConventions&) const = default;
};

/// A key by which tables were made differently, and both values as JSON.
struct ConventionDifference {
  std::string key;
  std::string there;
  std::string here;
};

/// All of them but the version of Mayfly, since equal arithmetic_version means equal bits.
std::vector<ConventionDifference> convention_differences(const RunConventions& there,
                                                         const RunConventions& here);

/// The text of campaign.json, a line for each key.
std::string run_conventions_text(const RunConventions& conventions);

/// FOLDER/campaign.json; empty where there is none. Missing keys keep their defaults, unknown ones are
/// ignored. DataError (file, key, expected) where it is no JSON object or a value has another type.
std::optional<RunConventions> read_run_conventions(const std::filesystem::path& folder);

/// Writes FOLDER/campaign.json durably. Where it is there and says the same, it stays as it is; the version
/// of Mayfly may differ, since equal arithmetic_version means equal bits. UsageError where it says something
/// else: tables of different conventions do not share a folder. The message names each key and both values.
void write_run_conventions(const std::filesystem::path& folder, const RunConventions& conventions);

}  // namespace mayfly
