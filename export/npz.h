// Relations as numpy's .npz: a ZIP file with an array per column, called by its name.
#pragma once

#include <string>

#include "export/relation.h"

namespace mayfly {

/// The bytes of the file. boolean: bool; integer: int64, -1 where a value is missing; real: float64, NaN
/// where it is missing; text: `<U`, "" where it is missing. All of one dimension, little-endian. Nothing is
/// compressed. The same relation gives the same bytes. DataError where it would exceed 4 GiB.
std::string npz_bytes(const Relation& relation);

}  // namespace mayfly
