#include "export/relation.h"

#include <limits>
#include <stdexcept>

namespace mayfly {

void Column::require(bool fits) const {
  if (!fits) throw std::logic_error("column " + name_ + ": a value of another type");
}

void Column::add(bool value) {
  require(type_ == ColumnType::boolean);
  integers_.push_back(value ? 1 : 0);
  missing_.push_back(false);
}

void Column::add(std::int64_t value) {
  require(type_ == ColumnType::integer);
  integers_.push_back(value);
  missing_.push_back(false);
}

void Column::add(double value) {
  require(is_real());
  reals_.push_back(value);
  missing_.push_back(false);
}

void Column::add(const std::string& value) {
  require(is_text());
  texts_.push_back(value);
  missing_.push_back(false);
}

void Column::add_missing() {
  if (is_text())
    texts_.emplace_back();
  else if (is_real())
    reals_.push_back(std::numeric_limits<double>::quiet_NaN());
  else
    integers_.push_back(0);
  missing_.push_back(true);
}

}  // namespace mayfly
