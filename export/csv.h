// Relations as comma-separated values (RFC 4180, but LF): a header, then a line per row.
#pragma once

#include <string>

#include "export/relation.h"

namespace mayfly {

/// Numbers as in tables (recorder/number_text.h), booleans True and False, nothing where a value is missing.
/// A text with a comma, quotation mark or line end is quoted.
std::string csv_text(const Relation& relation);

}  // namespace mayfly
