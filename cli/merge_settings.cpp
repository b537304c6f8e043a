#include "cli/merge_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "kernels/backend.h"
#include "recorder/run_conventions.h"
#include "recorder/tables_folder.h"
#include "version.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNetworks = "campaign.networks";

/// A campaign as it was resolved, with as many networks as its campaign.toml or its lock plans.
struct Settings {
  fs::path folder;
  bool begun = false;  // it is locked
  CampaignLock lock;
};

bool is_campaign(const fs::path& folder) {
  return fs::exists(folder / "campaign.toml");
}

Settings settings_of(const fs::path& folder) {
  if (!is_campaign(folder))
    throw DataError(
        fmt::format("{}/campaign.toml: expected a campaign, found no such file", folder.string()));
  const CampaignConfig asked = read_config(folder.string());
  const std::optional<CampaignLock> lock = read_lock(folder);
  Settings settings{.folder = folder, .begun = lock.has_value()};
  settings.lock = lock ? *lock : CampaignLock{asked, kArithmeticVersion, kVersion, ""};
  std::uint32_t& networks = settings.lock.config.campaign.networks;
  networks = std::max(networks, asked.campaign.networks);
  return settings;
}

[[noreturn]] void refuse(const Settings& target, const Settings& source, const std::string& differences) {
  throw UsageError(fmt::format("{} and {} are not of one campaign and cannot be merged:\n{}",
                               target.folder.string(), source.folder.string(), differences));
}

void require_same_campaign(const Settings& target, const Settings& source) {
  std::string text;
  const auto differ = [&](const std::string& key, const auto& there, const auto& here) {
    text += fmt::format("  {}: {} in {}, {} in {}\n", key, there, target.folder.string(), here,
                        source.folder.string());
  };
  for (const ConfigChange& change : config_changes(target.lock.config, source.lock.config))
    if (!change.allowed && change.key != kNetworks) differ(change.key, change.locked, change.now);
  if (target.begun && source.begun) {
    if (target.lock.arithmetic_version != source.lock.arithmetic_version)
      differ("arithmetic_version", target.lock.arithmetic_version, source.lock.arithmetic_version);
    if (target.lock.numerics != source.lock.numerics)
      differ("numerics", target.lock.numerics, source.lock.numerics);
  }
  if (!text.empty()) refuse(target, source, text);
}

/// Those that have begun must have the same arithmetic, whether or not the target has begun.
void require_same_arithmetic(const std::vector<Settings>& sources) {
  const auto first = std::find_if(sources.begin(), sources.end(), [](const Settings& s) { return s.begun; });
  for (const Settings& source : sources)
    if (source.begun) require_same_campaign(*first, source);
}

std::uint32_t networks_of(const Settings& settings) {
  return settings.lock.config.campaign.networks;
}

const Settings& largest(const std::vector<Settings>& all) {
  return *std::max_element(all.begin(), all.end(), [](const Settings& a, const Settings& b) {
    return networks_of(a) < networks_of(b);
  });
}

void require_room(const Settings& target, const Settings& source) {
  if (networks_of(source) <= networks_of(target)) return;
  throw UsageError(fmt::format(
      "{0}: {1}: expected {2} or more, as in {3}, found {4}; raise it in "
      "{0}/campaign.toml and merge again",
      target.folder.string(), kNetworks, networks_of(source), source.folder.string(), networks_of(target)));
}

/// The lock of what has begun, for as many networks as the target plans.
std::optional<CampaignLock> merged_lock(const Settings& target, const std::vector<Settings>& sources) {
  if (target.begun) return target.lock;
  const auto begun = std::find_if(sources.begin(), sources.end(), [](const Settings& s) { return s.begun; });
  if (begun == sources.end()) return std::nullopt;
  CampaignLock lock = begun->lock;
  lock.config.campaign.networks = networks_of(target);
  return lock;
}

/// campaign.json by name of its folder, as far as the folders were seen.
class MergedConventions {
 public:
  explicit MergedConventions(MergePlan& plan) : plan_(plan) {
    for (const fs::path& folder : table_folders(plan.target))
      if (const auto conventions = read_run_conventions(folder))
        known_.emplace(folder.filename().string(), Known{folder, *conventions});
  }

  void add(const fs::path& source) {
    if (!fs::is_directory(source / "tables")) return;
    for (const fs::path& folder : table_folders(source))
      if (!complete_tables(folder).empty()) add_folder(folder);
  }

 private:
  struct Known {
    fs::path folder;
    RunConventions conventions;
  };

  void add_folder(const fs::path& folder) {
    const auto here = read_run_conventions(folder);
    if (!here)
      throw DataError(fmt::format("{}/campaign.json: expected how its tables were made, found no such file",
                                  folder.string()));
    const auto [known, is_new] = known_.try_emplace(folder.filename().string(), Known{folder, *here});
    if (is_new)
      plan_.conventions.push_back({folder, plan_.target / "tables" / folder.filename()});
    else
      require_same(known->second, folder, *here);
  }

  static void require_same(const Known& known, const fs::path& folder, const RunConventions& here) {
    std::string differences;
    for (const ConventionDifference& d : convention_differences(known.conventions, here))
      differences += fmt::format("  {}: {} and {}\n", d.key, d.there, d.here);
    if (differences.empty()) return;
    throw UsageError(
        fmt::format("campaign.json: tables in {} and {} were made otherwise and cannot share a "
                    "folder:\n{}",
                    known.folder.string(), folder.string(), differences));
  }

  MergePlan& plan_;
  std::map<std::string, Known> known_;
};

}  // namespace

void plan_settings(MergePlan& plan, const std::vector<fs::path>& sources) {
  std::vector<Settings> all;
  for (const fs::path& source : sources) all.push_back(settings_of(source));
  const bool is_new = !is_campaign(plan.target);
  const Settings target = is_new ? largest(all) : settings_of(plan.target);
  for (const Settings& source : all) {
    require_same_campaign(target, source);
    require_room(target, source);
  }
  require_same_arithmetic(all);
  if (is_new) plan.settings.push_back({target.folder / "campaign.toml", plan.target / "campaign.toml"});
  plan.lock = merged_lock(target, all);
  MergedConventions conventions(plan);
  for (const fs::path& source : sources) conventions.add(source);
}

}  // namespace mayfly::cli
