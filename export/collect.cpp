#include "export/collect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "core/error.h"
#include "export/known_network.h"
#include "recorder/journal.h"
#include "recorder/table.h"
#include "recorder/tables_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

/// campaign.json of each folder, read once.
class FolderConventions {
 public:
  const RunConventions* of(const fs::path& table) {
    const fs::path folder = table.parent_path();
    auto found = by_folder_.find(folder);
    if (found == by_folder_.end()) found = by_folder_.emplace(folder, read_run_conventions(folder)).first;
    return found->second ? &*found->second : nullptr;
  }

 private:
  std::map<fs::path, std::optional<RunConventions>> by_folder_;
};

void require_new(std::map<std::string, fs::path>& files, const std::string& id, const fs::path& file) {
  const auto [other, is_new] = files.emplace(id, file);
  if (is_new) return;
  throw UsageError(
      fmt::format("{}: ID {}: expected one that no other table has, found it in {} too; remove one",
                  file.string(), id, other->second.string()));
}

const NetworkRecord* record_of(const JournalRecord& journals, const std::string& id) {
  const auto found = journals.networks.find(id);
  return found == journals.networks.end() ? nullptr : &found->second;
}

/// The table, where it is whole; else what is wrong goes to `left_out`.
std::optional<Table> read_whole_table(const fs::path& file, const RunConventions* conventions,
                                      std::vector<std::string>& left_out) {
  try {
    Table table = read_table(file);
    const double epochs = table.points.back().epoch;
    if (conventions == nullptr || epochs >= conventions->epochs) return table;
    left_out.push_back(fmt::format("{}: expected {} epochs as campaign.json says, found {}", file.string(),
                                   conventions->epochs, epochs));
  } catch (const Error& error) {
    left_out.emplace_back(error.what());
  }
  return std::nullopt;
}

}  // namespace

Exported collect_export(const fs::path& folder, const ImageShapeOf& image_shape_of) {
  const JournalRecord journals = read_journals(folder);
  Exported exported{.networks = networks_relation(),
                    .curves = curves_relation(),
                    .unreadable_journal_lines = journals.unreadable_lines};
  FolderConventions conventions;
  std::map<std::string, fs::path> files;
  for (const fs::path& file : tables_below(folder)) {
    const RunConventions* known = conventions.of(file);
    const std::optional<Table> whole = read_whole_table(file, known, exported.left_out);
    if (!whole) continue;
    const Table& table = *whole;
    require_new(files, table.spec.id, file);
    KnownNetwork network{.table = table,
                         .file = file.lexically_relative(folder).generic_string(),
                         .conventions = known,
                         .record = record_of(journals, table.spec.id)};
    network.image = image_shape_of(table.spec, network.conventions);
    add_network(exported.networks, network);
    add_curve(exported.curves, network);
  }
  if (files.empty())
    throw DataError(fmt::format(
        "{}: expected tables (*.txt), found none that is whole; `mayfly run` makes them{}{}", folder.string(),
        exported.left_out.empty() ? "" : "\n", fmt::join(exported.left_out, "\n")));
  return exported;
}

}  // namespace mayfly
