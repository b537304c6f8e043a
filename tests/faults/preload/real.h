// The functions of the C library that stand behind ours.
#pragma once

#include <dlfcn.h>

namespace faults {

/// The next definition of a function after this library's.
template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace faults
