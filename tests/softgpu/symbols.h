// Names of functions, from the program's own table of symbols.
#pragma once

#include <string>

namespace mayfly::softgpu {

/// Demangled name of the function at this address, or the address where the program was stripped.
std::string symbol_name(const void* function);

}  // namespace mayfly::softgpu
