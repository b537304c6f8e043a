// Relations as the tables of one SQLite 3 database.
#pragma once

#include <string>
#include <vector>

#include "export/relation.h"

namespace mayfly {

/// The bytes of the database file. Booleans are 0 and 1, missing values NULL; so is NaN, which SQLite does
/// not have. DataError with SQLite's reason where it fails.
std::string sqlite_bytes(const std::vector<const Relation*>& relations);

}  // namespace mayfly
