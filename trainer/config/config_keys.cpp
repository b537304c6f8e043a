#include "trainer/config/config_keys.h"

#include "generator/search_space_keys.h"
#include "trainer/config/toml_value.h"

namespace mayfly::config {
namespace {

/// A key whose value is read and written by read_value and value_text.
template <class Section, class Value>
ConfigKey key_of(Section CampaignConfig::*section, Value Section::*member) {
  return {.read = [=](const toml::node& node, const std::string& place,
                      CampaignConfig& config) { read_value(node, place, config.*section.*member); },
          .text = [=](const CampaignConfig& config) { return value_text(config.*section.*member); }};
}

ConfigKey named(ConfigKey key, const char* section, const char* name, const char* note, Freedom freedom) {
  key.section = section;
  key.name = name;
  key.note = note;
  key.freedom = freedom;
  return key;
}

template <class Value>
ConfigKey campaign_key(const char* name, Value CampaignSection::*member, const char* note,
                       Freedom freedom = Freedom::none) {
  return named(key_of(&CampaignConfig::campaign, member), "campaign", name, note, freedom);
}

template <class Value>
ConfigKey images_key(const char* name, Value ImageOptions::*member, const char* note,
                     Freedom freedom = Freedom::none) {
  return named(key_of(&CampaignConfig::images, member), "images", name, note, freedom);
}

template <class Value>
ConfigKey train_key(const char* name, Value TrainSection::*member, const char* note,
                    Freedom freedom = Freedom::none) {
  return named(key_of(&CampaignConfig::train, member), "train", name, note, freedom);
}

ConfigKey base_time_key() {
  return {.section = "campaign",
          .name = "base_time",
          .note = "ID of network i: this time (UTC) plus i microseconds",
          .read = [](const toml::node& node, const std::string& place,
                     CampaignConfig& config) { read_base_time(node, place, config.campaign.base_time); },
          .text = [](const CampaignConfig& config) { return base_time_text(config.campaign.base_time); }};
}

template <class Value>
ConfigKey space_key(const SearchSpaceKey&, Value SearchSpace::*member) {
  return key_of(&CampaignConfig::search_space, member);
}

ConfigKey space_key(const SearchSpaceKey&, double SearchSpace::*member) {
  ConfigKey key = key_of(&CampaignConfig::search_space, member);
  key.read = [=](const toml::node& node, const std::string& place, CampaignConfig& config) {
    read_probability(node, place, config.search_space.*member);
  };
  return key;
}

ConfigKey space_key(const SearchSpaceKey& row, LimitedRange SearchSpace::*member) {
  const std::string limit = row.limit;
  return {
      .read = [=](const toml::node& node, const std::string& place,
                  CampaignConfig& config) { read_limited(node, place, limit, config.search_space.*member); },
      .text = [=](const CampaignConfig& config) { return limited_text(config.search_space.*member, limit); }};
}

ConfigKey space_key(const SearchSpaceKey& row) {
  ConfigKey key = std::visit([&](auto member) { return space_key(row, member); }, row.member);
  key.section = "search_space";
  key.name = row.name;
  key.note = row.note + (row.origin == Origin::guessed ? " (published range: a guess)" : "");
  return key;
}

std::vector<ConfigKey> all_keys() {
  using C = CampaignSection;
  using I = ImageOptions;
  using T = TrainSection;
  std::vector<ConfigKey> keys{
      campaign_key("name", &C::name, "yours to choose"),
      campaign_key("seed", &C::seed, "network i follows from it and i alone"),
      campaign_key("networks", &C::networks, "may grow later", Freedom::grows),
      campaign_key("dataset", &C::dataset, "a name or a folder of images; several: each network draws one"),
      base_time_key(),
      campaign_key("data_root", &C::data_root, "where the data sets lie; \"\": the usual places",
                   Freedom::any),
      images_key("image_size", &I::image_size, "[height, width] or n, at most 256; []: the first image's"),
      images_key("image_mode", &I::image_mode, "rgb, gray"),
      images_key("resize", &I::resize, "none: other sizes are refused; center_crop: scaled, then cut"),
      images_key("on_bad_image", &I::on_bad_image, "refuse; skip: damaged images are left out and counted",
                 Freedom::any),
      train_key("epochs", &T::epochs, "a multiple of 0.5"),
      train_key("validate_every", &T::validate_every, "epochs; 0.5 is the only one"),
      train_key("drop_last", &T::drop_last, "the last incomplete batch is left out; always"),
      train_key("normalize", &T::normalize, "half: (x/255 - 0.5)/0.5; none; dataset: mean and deviation"),
      train_key("val_loss", &T::val_loss, "mean; published: the published tables' divisor, one batch more"),
      train_key("max_train_images", &T::max_train_images, "for trials; 0: all"),
      train_key("max_val_images", &T::max_val_images, "for trials; 0: all"),
      train_key("device", &T::device, "cpu, cuda, cuda:0,2", Freedom::any),
      train_key("arithmetic", &T::arithmetic, "exact: equal bits everywhere; fast: CUDA only"),
      train_key("conv_dropout", &T::conv_dropout, "channel: whole channels drop; element: single values"),
      train_key("checkpoint_every", &T::checkpoint_every, "seconds; 0: only where a run is interrupted",
                Freedom::any),
  };
  for (const SearchSpaceKey& row : search_space_keys()) keys.push_back(space_key(row));
  return keys;
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = all_keys();
  return keys;
}

const std::vector<std::string>& config_sections() {
  static const std::vector<std::string> sections{"campaign", "images", "train", "search_space"};
  return sections;
}

const ConfigKey* find_key(const std::string& section, const std::string& name) {
  for (const ConfigKey& key : config_keys()) {
    if (key.section == section && key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace mayfly::config
