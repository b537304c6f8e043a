// The 24 metadata columns of a table as fields of text, and what they say: the one conversion that tables and
// specification files share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recorder/field_text.h"
#include "recorder/table.h"

namespace mayfly {

inline constexpr int kPointColumns = 4;      ///< epochs trainLoss valLoss valAcc
inline constexpr int kMetadataColumns = 24;  ///< ID ... FCFilters

/// Fields by column. A column that is not held leaves what it describes at its default.
class MetadataFields {
 public:
  /// `source` is what errors call the whole: a file name.
  explicit MetadataFields(std::string source) : source_(std::move(source)) {}

  void set(const std::string& column, Field field) { fields_.insert_or_assign(column, std::move(field)); }

  /// The field, or null where the column is not held.
  const Field* find(const std::string& column) const;

  /// The field; UsageError where the column is not held.
  const Field& at(const std::string& column) const;

  /// The field; an empty text where the column is not held.
  Field or_empty(const std::string& column) const;

 private:
  std::string source_;
  std::map<std::string, Field> fields_;
};

/// What the fields say, as a table without points. Optional columns: ID, random_seed, train_GPU,
/// torch_set_deterministic, loss_fn, optimizer, and the lists that may be empty. Errors (UsageError) name
/// place, expected and found: no such number, beyond the range, lists of different lengths. layer_types are
/// 0..7.
Table parse_metadata(const MetadataFields& fields);

/// For an error about `found`, which is no column: ` (the nearest name is 'x')`, or nothing where none is
/// near.
std::string nearest_column_text(const std::string& found);

/// The 24 texts of a table, in the order of table_columns().
std::vector<std::string> metadata_texts(const Table& table);

}  // namespace mayfly
