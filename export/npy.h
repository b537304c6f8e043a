// numpy's .npy (version 1.0): one array.
#pragma once

#include <string>

#include "export/relation.h"

namespace mayfly {

/// The bytes of a file that holds the column; types as in export/npz.h. UsageError where a text is no UTF-8.
std::string npy_bytes(const Column& column);

}  // namespace mayfly
