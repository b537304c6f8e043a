#include "recorder/run_conventions.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/json_integer.h"

namespace mayfly {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFileName = "campaign.json";
constexpr const char* kVersionKey = "mayfly_version";

/// The one list of keys: calls visit(key, member) for each.
template <class Conventions, class Visit>
void visit_members(Conventions& conventions, Visit visit) {
  visit("normalize", conventions.normalize);
  visit("conv_dropout", conventions.conv_dropout);
  visit("drop_last", conventions.drop_last);
  visit("val_loss", conventions.val_loss);
  visit("arithmetic", conventions.arithmetic);
  visit("arithmetic_version", conventions.arithmetic_version);
  visit("train_images", conventions.train_images);
  visit("validation_images", conventions.validation_images);
  visit("epochs", conventions.epochs);
  visit("seed_init", conventions.seed_init);
  visit("seed_order", conventions.seed_order);
  visit("seed_dropout", conventions.seed_dropout);
  visit("image_size", conventions.image_size);
  visit("image_mode", conventions.image_mode);
  visit("resize", conventions.resize);
  visit("train_images_listed", conventions.train_images_listed);
  visit("validation_images_listed", conventions.validation_images_listed);
  visit("images_hash", conventions.images_hash);
  visit("class_names", conventions.class_names);
  visit(kVersionKey, conventions.mayfly_version);
}

template <class Value>
Json json_value(const Value& value) {
  return value;
}

template <class Value>
Json json_value(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <class Value>
bool same_kind(const Json& json, const Value&) {
  if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) return holds_integer<Value>(json);
  const Json example = Value{};
  if (example.is_number_float()) return json.is_number();
  return json.type() == example.type();
}

template <class Value>
void assign(const Json& json, Value& value) {
  value = json.get<Value>();
}

bool same_kind(const Json& json, const std::vector<std::string>&) {
  return json.is_array() &&
         std::all_of(json.begin(), json.end(), [](const Json& j) { return j.is_string(); });
}

template <class Value>
bool same_kind(const Json& json, const std::optional<Value>&) {
  return json.is_null() || same_kind(json, Value{});
}

template <class Value>
void assign(const Json& json, std::optional<Value>& value) {
  value = json.is_null() ? std::nullopt : std::optional(json.get<Value>());
}

/// Keys without a value (seeds not held apart) are left out.
Json to_json(const RunConventions& conventions) {
  Json json = Json::object();
  visit_members(conventions, [&](const char* key, const auto& value) {
    if (Json entry = json_value(value); !entry.is_null()) json[key] = std::move(entry);
  });
  return json;
}

RunConventions from_json(const Json& json, const std::string& name) {
  RunConventions conventions;
  visit_members(conventions, [&](const char* key, auto& value) {
    if (!json.contains(key)) return;
    if (!same_kind(json[key], value)) {
      throw DataError(fmt::format("{}: {}: expected a value such as {}, found {}", name, key,
                                  json_value(value).dump(), json[key].dump()));
    }
    assign(json[key], value);
  });
  return conventions;
}

}  // namespace

std::vector<ConventionDifference> convention_differences(const RunConventions& there,
                                                         const RunConventions& here) {
  const Json a = to_json(there), b = to_json(here);
  std::vector<ConventionDifference> differences;
  visit_members(here, [&](const char* key, const auto&) {
    const Json there_value = a.value(key, Json()), here_value = b.value(key, Json());
    if (there_value != here_value && key != std::string_view(kVersionKey))
      differences.push_back({key, there_value.dump(), here_value.dump()});
  });
  return differences;
}

std::string run_conventions_text(const RunConventions& conventions) {
  return to_json(conventions).dump(2) + "\n";
}

std::optional<RunConventions> read_run_conventions(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kFileName;
  if (!std::filesystem::exists(path)) return std::nullopt;
  const Json json = Json::parse(read_whole_file(path), nullptr, false);
  if (!json.is_object()) throw DataError(path.string() + ": expected a JSON object, found something else");
  return from_json(json, path.string());
}

void write_run_conventions(const std::filesystem::path& folder, const RunConventions& conventions) {
  const std::filesystem::path path = folder / kFileName;
  if (const auto there = read_run_conventions(folder)) {
    std::string text;
    for (const ConventionDifference& d : convention_differences(*there, conventions))
      text += fmt::format("\n  {}: {} there, {} here", d.key, d.there, d.here);
    if (text.empty()) return;
    throw UsageError(
        fmt::format("{}: its tables were made otherwise; use another folder, or the same settings:{}",
                    path.string(), text));
  }
  if (!create_durable_file(path, run_conventions_text(conventions)))
    write_run_conventions(folder, conventions);  // another process was faster
}

}  // namespace mayfly
