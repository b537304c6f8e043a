#include <fmt/format.h>

#include <algorithm>

#include "trainer/config/campaign_config.h"
#include "trainer/config/config_keys.h"

namespace mayfly {
namespace {

constexpr const char* kHeader =
    "# A campaign of Mayfly: random networks, each trained and recorded as a table.\n"
    "#   mayfly plan DIR     what it will draw and cost\n"
    "#   mayfly run DIR      trains what is missing; the same command resumes\n"
    "# Once it has begun only networks (upwards), device, data_root, on_bad_image and checkpoint_every may "
    "change.\n";

constexpr const char* kSearchSpaceHelp =
    "# What each network is drawn from. 3: always 3. [1, 5]: uniform, both ends included. Real numbers also\n"
    "# { log_uniform = [low, high], offset = o, probability = p }: o + a draw, or 0 with probability 1 - p.\n"
    "# \"height\" is that of the incoming map, \"kernel\" the kernel that was drawn.\n";

constexpr const char* kImagesHelp =
    "# For data sets that are folders of images: FOLDER/train/CLASS/*.png (jpg, bmp) and FOLDER/test/CLASS/, "
    "or\n"
    "# FOLDER/train.csv and FOLDER/test.csv with a line path,label for each image.\n";

std::string key_line(const config::ConfigKey& key, const CampaignConfig& config) {
  constexpr std::size_t kNoteColumn = 40;
  std::string line = fmt::format("{} = {}", key.name, key.text(config));
  line.resize(std::max(line.size(), kNoteColumn), ' ');
  return fmt::format("{}  # {}\n", line, key.note);
}

}  // namespace

std::string config_toml_text(const CampaignConfig& config) {
  std::string text = kHeader;
  for (const std::string& section : config::config_sections()) {
    text += fmt::format("\n[{}]\n", section);
    if (section == "images") text += kImagesHelp;
    if (section == "search_space") text += kSearchSpaceHelp;
    for (const config::ConfigKey& key : config::config_keys()) {
      if (key.section == section) text += key_line(key, config);
    }
  }
  return text;
}

}  // namespace mayfly
