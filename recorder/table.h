// The published table (docs/schema.md): 28 columns, one row per half epoch. Lenient in, exact out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/network_spec.h"

namespace mayfly {

/// One row: what half an epoch brought.
struct Point {
  double epoch = 0;  ///< 0.5, 1.0, ...
  double train_loss = 0;
  double val_loss = 0;
  double val_acc = 0;  ///< percent
  bool operator==(const Point&) const = default;
};

struct Table {
  NetworkSpec spec;
  bool train_gpu = false;               ///< column train_GPU
  bool torch_set_deterministic = true;  ///< column torch_set_deterministic
  std::string loss_fn = "CrossEntropyLoss";
  std::string optimizer = "SGD";
  std::vector<Point> points;
};

/// The 28 columns, in order.
const std::vector<std::string>& table_columns();

/// Exact published text: header, first row with 28 fields, later rows four numbers and 24 blanks, LF. A table
/// without points gets one row whose four numbers are empty: parse_table refuses it, parse_first_row reads
/// it.
std::string table_text(const Table& table);

/// Reads table text; `name` is what errors call it. Accepts CRLF, missing trailing blanks, metadata repeated
/// on every row and further columns after FCFilters (dropped). Epochs ascend from above 0; losses may be nan
/// or inf; valAcc lies in 0..100; layer_types are 0..7. How many rows there are is for the caller to judge.
/// Errors (UsageError): name, line, column, expected, found.
Table parse_table(const std::string& text, const std::string& name);

/// Reads the metadata of header and first row only; its four numbers may be empty. The result has no points.
Table parse_first_row(const std::string& text, const std::string& name);

/// Reads a file; DataError where it cannot be read.
Table read_table(const std::filesystem::path& path);

}  // namespace mayfly
