// What `verify` and `merge` find: a place, what was expected there, what was found.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace mayfly::cli {

struct Difference {
  std::string file;
  std::size_t line = 0;  ///< from 1; 0: the file as a whole
  std::string column;    ///< name; empty: the line as a whole
  std::string expected;
  std::string found;
};

/// "FILE:LINE: column: expected X, found Y".
std::string difference_text(const Difference& difference);

/// The first difference between two texts of a table, but for column train_GPU; empty where there is none.
/// `file` is what it is called.
std::optional<Difference> first_difference(const std::string& file, const std::string& expected,
                                           const std::string& found);

}  // namespace mayfly::cli
