// Convolutions by oneDNN, as a user who calls it by hand would have them: every operand in the layout that
// oneDNN likes best, which costs nothing here; direct algorithm, since Winograd's rounds otherwise.
#pragma once

#include <vector>

#include "bench/operation.h"

namespace mayfly::bench {

/// Forward (with bias and ReLU), weight gradient and, but for the image, data gradient, under the names of
/// operations_of(). difference() compares with tests/reference, within 1e-4 of the largest value seen. The
/// backend is not used. make() throws a std::exception where oneDNN has no such convolution.
std::vector<OperationKind> onednn_operations_of(const LayerShape& layer);

}  // namespace mayfly::bench
