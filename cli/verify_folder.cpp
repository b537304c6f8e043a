#include "cli/verify_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/verify_leftovers.h"
#include "cli/verify_table.h"
#include "core/error.h"
#include "kernels/backend.h"
#include "recorder/durable_file.h"
#include "recorder/field_text.h"
#include "recorder/number_text.h"
#include "recorder/tables_folder.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

using Specs = std::map<std::string, NetworkSpec>;

Specs planned_specs(const std::optional<Campaign>& campaign) {
  Specs specs;
  if (!campaign) return specs;
  for (std::uint32_t index = 0; index < campaign->config.campaign.networks; ++index) {
    const NetworkSpec spec = sample_network(campaign->sampling, index).spec;
    specs.emplace(spec.id, spec);
  }
  return specs;
}

template <class Value>
const Value* find_in(const std::map<std::string, Value>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second;
}

/// campaign.json against what the campaign was resolved to.
void verify_conventions(const fs::path& folder, const Campaign& campaign,
                        const std::optional<RunConventions>& found, const ReportDifference& report) {
  const std::string file = (folder / "campaign.json").string();
  if (!found)
    return report({.file = file, .expected = "the conventions of its tables", .found = "no such file"});
  const auto same = [&](const char* key, const std::string& expected, const std::string& value) {
    if (expected != value)
      report({.file = file, .column = key, .expected = expected + " as in the campaign", .found = value});
  };
  const TrainSection& train = campaign.config.train;
  same("normalize", train.normalize, found->normalize);
  same("conv_dropout", train.conv_dropout, found->conv_dropout);
  same("val_loss", train.val_loss, found->val_loss);
  same("arithmetic", train.arithmetic, found->arithmetic);
  same("epochs", number_text(train.epochs), number_text(found->epochs));
}

class FolderVerifier {
 public:
  FolderVerifier(const fs::path& folder, const std::optional<Campaign>& campaign, Verification& result)
      : campaign_(campaign),
        result_(result),
        planned_(planned_specs(campaign)),
        journals_(read_journals(folder)) {
    if (campaign) result.planned = planned_.size();
    result.unreadable_journal_lines = journals_.unreadable_lines;
  }

  void verify_tables_in(const fs::path& folder) {
    const std::vector<fs::path> files = complete_tables(folder);
    const std::optional<RunConventions> conventions = read_run_conventions(folder);
    if (campaign_ && !files.empty()) verify_conventions(folder, *campaign_, conventions, report_);
    for (const fs::path& file : files) verify_file(file, conventions ? &*conventions : nullptr);
  }

  bool complete(const std::string& id) const { return files_.contains(id); }

 private:
  void verify_file(const fs::path& file, const RunConventions* conventions) {
    ++result_.tables;
    const std::string name = file.stem().string();
    const TableToVerify source{.file = file,
                               .text = read_whole_file(file),
                               .conventions = conventions,
                               .planned = find_in(planned_, name),
                               .record = find_in(journals_.networks, name)};
    if (campaign_ && source.planned == nullptr)
      report_(
          {.file = file.string(), .expected = "a network of the campaign", .found = "an ID that it has not"});
    const std::optional<Table> table = verify_table(source, report_);
    if (!table) return;
    result_.readable.push_back(file);
    require_new_id(file, table->spec.id);
    if (source.record != nullptr && source.record->points.size() == table->points.size())
      ++result_.with_journal;
  }

  void require_new_id(const fs::path& file, const std::string& id) {
    const auto [other, is_new] = files_.emplace(id, file);
    if (!is_new)
      report_({.file = file.string(),
               .line = 2,
               .column = "ID",
               .expected = "one that no other table has",
               .found = fmt::format("that of {}", other->second.string())});
  }

  const std::optional<Campaign>& campaign_;
  Verification& result_;
  Specs planned_;
  JournalRecord journals_;
  std::map<std::string, fs::path> files_;  // by ID
  ReportDifference report_ = [this](Difference difference) {
    result_.differences.push_back(std::move(difference));
  };
};

}  // namespace

std::optional<Campaign> campaign_in(const fs::path& folder, const std::string& data_root) {
  const bool there = fs::exists(folder / "campaign.toml") || fs::exists(folder / "campaign.lock.toml");
  return there ? std::optional(open_locked_campaign(folder.string(), data_root)) : std::nullopt;
}

Verification verify_folder(const fs::path& folder, const std::optional<Campaign>& campaign) {
  Verification result;
  FolderVerifier verifier(folder, campaign, result);
  const std::vector<fs::path> folders = table_folders(folder);
  for (const fs::path& tables : folders) verifier.verify_tables_in(tables);
  if (result.tables == 0 && !campaign)
    throw DataError(fmt::format("{}: expected a campaign or tables (*.txt), found neither", folder.string()));
  result.leftovers =
      find_leftovers(folder, folders, [&](const std::string& id) { return verifier.complete(id); });
  return result;
}

}  // namespace mayfly::cli
