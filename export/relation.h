// A relation held column by column: what the three formats write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mayfly {

/// rate: a real of which zero is written `0`, as tables do for what is switched off.
enum class ColumnType { boolean, integer, real, rate, text };

/// Values of one type, of which some may be missing.
class Column {
 public:
  Column(std::string name, ColumnType type) : name_(std::move(name)), type_(type) {}

  const std::string& name() const { return name_; }
  ColumnType type() const { return type_; }
  bool is_real() const { return type_ == ColumnType::real || type_ == ColumnType::rate; }
  bool is_text() const { return type_ == ColumnType::text; }
  std::size_t size() const { return missing_.size(); }

  // Each appends a value; std::logic_error where the column is of another type.
  void add(bool value);
  void add(std::int64_t value);
  void add(double value);
  void add(const std::string& value);
  void add_missing();
  /// Appends the value, or that there is none.
  template <class Value>
  void add(const std::optional<Value>& value) {
    if (value)
      add(*value);
    else
      add_missing();
  }

  bool is_missing(std::size_t row) const { return missing_[row]; }
  /// Of a boolean (0, 1) or integer; 0 where it is missing.
  std::int64_t integer(std::size_t row) const { return integers_[row]; }
  double real(std::size_t row) const { return reals_[row]; }              ///< NaN where it is missing
  const std::string& text(std::size_t row) const { return texts_[row]; }  ///< "" where it is missing

 private:
  void require(bool fits) const;

  std::string name_;
  ColumnType type_;
  std::vector<bool> missing_;
  std::vector<std::int64_t> integers_;  // only that of the type is filled
  std::vector<double> reals_;
  std::vector<std::string> texts_;
};

struct Relation {
  std::string name;
  std::vector<Column> columns;           ///< of the same size
  std::vector<std::string> primary_key;  ///< names of columns; no value of theirs is missing

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
};

}  // namespace mayfly
