#include "cli/merge_campaigns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "cli/merge_settings.h"
#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/run_conventions.h"
#include "recorder/tables_folder.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) return files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Tables of a campaign, also before it has any.
std::vector<fs::path> tables_of(const fs::path& campaign) {
  return fs::is_directory(campaign / "tables") ? tables_below(campaign) : std::vector<fs::path>{};
}

class MergePlanner {
 public:
  explicit MergePlanner(MergePlan& plan) : plan_(plan) {
    for (const fs::path& file : tables_of(plan.target)) add_known(file, file);
  }

  void add_tables(const fs::path& source) {
    for (const fs::path& file : tables_of(source)) {
      const std::string name = file.filename().string();
      const fs::path folder = file.parent_path().filename();
      if (const auto known = tables_.find(name); known != tables_.end())
        compare_tables(known->second, file);
      else
        add_new_table(file, plan_.target / "tables" / folder / name);
    }
  }

  void add_journals(const fs::path& source) {
    for (const fs::path& file : files_in(source / "journal", ".jsonl")) {
      const fs::path to = plan_.target / "journal" / file.filename();
      const auto planned = journals_.find(to);
      const bool there = planned != journals_.end() || fs::exists(to);
      if (there)
        compare_journals(planned != journals_.end() ? planned->second : to, file, to);
      else
        journals_[to] = file;
    }
  }

  /// Once all tables are known.
  void add_failures(const fs::path& source) {
    for (const fs::path& file : files_in(source / "failed", ".json")) {
      const fs::path to = plan_.target / "failed" / file.filename();
      if (!complete(file) && !fs::exists(to) && failures_.insert(to).second)
        plan_.failures.push_back({file, to});
    }
  }

  void finish() {
    for (const auto& [to, from] : journals_) plan_.journals.push_back({from, to});
    for (const fs::path& file : files_in(plan_.target / "failed", ".json"))
      if (complete(file)) plan_.obsolete.push_back(file);
  }

 private:
  /// A table that is to be in the target under its name.
  struct Known {
    fs::path file;    // where its bytes are
    fs::path target;  // where it is to be
  };

  void add_known(const fs::path& file, const fs::path& target) {
    tables_.emplace(file.filename().string(), Known{file, target});
  }

  void add_new_table(const fs::path& file, const fs::path& to) {
    const Table table = read_table(file);
    if (table.spec.id != file.stem().string())
      throw UsageError(fmt::format("{}:2: ID: expected {} as the file's name, found {}", file.string(),
                                   file.stem().string(), table.spec.id));
    plan_.tables.push_back({file, to});
    add_known(file, to);
  }

  void compare_tables(const Known& known, const fs::path& file) {
    const auto expected_folder = known.target.parent_path().filename();
    if (file.parent_path().filename() != expected_folder) {
      plan_.conflicts.push_back({.file = file.string(),
                                 .expected = "its ID in tables/" + expected_folder.string() + " alone",
                                 .found = "another table of it"});
      return;
    }
    auto difference = first_difference(file.string(), read_whole_file(known.file), read_whole_file(file));
    if (!difference) {
      ++plan_.tables_there;
      return;
    }
    difference->expected += " as in " + known.file.string();
    plan_.conflicts.push_back(std::move(*difference));
  }

  /// Journals grow: of two states of one, the longer is the later.
  void compare_journals(const fs::path& known, const fs::path& file, const fs::path& to) {
    const std::string there = read_whole_file(known);
    const std::string here = read_whole_file(file);
    if (there.starts_with(here)) return;
    if (here.starts_with(there))
      journals_[to] = file;
    else
      plan_.conflicts.push_back({.file = file.string(),
                                 .expected = "the beginning or the continuation of " + known.string(),
                                 .found = "other events"});
  }

  bool complete(const fs::path& failure) const { return tables_.contains(failure.stem().string() + ".txt"); }

  MergePlan& plan_;
  std::map<std::string, Known> tables_;    // by name
  std::map<fs::path, fs::path> journals_;  // target, source
  std::set<fs::path> failures_;            // targets
};

void copy(const std::vector<FileCopy>& copies) {
  for (const FileCopy& copy : copies) {
    create_folder(copy.to.parent_path());
    write_durable_file(copy.to, read_whole_file(copy.from));
  }
}

/// campaign.json goes before the tables that it explains.
void copy_conventions(const std::vector<FileCopy>& copies) {
  for (const FileCopy& copy : copies) {
    create_folder(copy.to);
    write_run_conventions(copy.to, *read_run_conventions(copy.from));
  }
}

void remove_files(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    std::error_code ignored;  // it says of a complete network what is out of date, no more
    fs::remove(file, ignored);
  }
}

}  // namespace

MergePlan plan_merge(const fs::path& target, const std::vector<fs::path>& sources) {
  MergePlan plan{.target = target};
  plan_settings(plan, sources);
  MergePlanner planner(plan);
  for (const fs::path& source : sources) {
    planner.add_tables(source);
    planner.add_journals(source);
  }
  for (const fs::path& source : sources) planner.add_failures(source);
  planner.finish();
  return plan;
}

void merge(const MergePlan& plan) {
  copy(plan.settings);
  if (plan.lock) lock_campaign(plan.target, *plan.lock);
  copy_conventions(plan.conventions);
  copy(plan.journals);
  copy(plan.tables);
  copy(plan.failures);
  remove_files(plan.obsolete);
}

}  // namespace mayfly::cli
