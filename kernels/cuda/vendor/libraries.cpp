#include "kernels/cuda/vendor/libraries.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "core/error.h"
#include "kernels/cuda/build.h"

namespace mayfly::cuda {
namespace {

std::string loader_message() {
  const char* message = dlerror();
  return message != nullptr ? message : "no reason given";
}

/// By name, as the loader finds it, else the file that the build found.
void* open_library(const std::string& name, const std::string& file) {
  if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  const std::string why = loader_message();
  if (!file.empty())
    if (void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  throw DeviceError(fmt::format(
      "arithmetic fast: cannot open {}: {}; put its folder into LD_LIBRARY_PATH, or use arithmetic "
      "exact, which needs no library",
      name, why));
}

template <class Function>
void resolve(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr)
    throw DeviceError(fmt::format("arithmetic fast: {}: {}; cuDNN 9.0 and CUDA 12.0 or newer are needed",
                                  name, loader_message()));
}

CudnnFunctions open_cudnn() {
  void* library = open_library(build::kCudnnName, build::kCudnnFile);
  CudnnFunctions f;
  resolve(library, "cudnnGetVersion", f.get_version);
  resolve(library, "cudnnGetErrorString", f.get_error_string);
  resolve(library, "cudnnGetLastErrorString", f.get_last_error_string);
  resolve(library, "cudnnCreate", f.create);
  resolve(library, "cudnnDestroy", f.destroy);
  resolve(library, "cudnnSetStream", f.set_stream);
  resolve(library, "cudnnBackendCreateDescriptor", f.create_descriptor);
  resolve(library, "cudnnBackendDestroyDescriptor", f.destroy_descriptor);
  resolve(library, "cudnnBackendSetAttribute", f.set_attribute);
  resolve(library, "cudnnBackendGetAttribute", f.get_attribute);
  resolve(library, "cudnnBackendFinalize", f.finalize);
  resolve(library, "cudnnBackendExecute", f.execute);
  return f;
}

CublasFunctions open_cublas() {
  void* library = open_library(build::kCublasName, build::kCublasFile);
  CublasFunctions f;
  resolve(library, "cublasGetProperty", f.get_property);
  resolve(library, "cublasGetStatusName", f.get_status_name);
  resolve(library, "cublasCreate_v2", f.create);
  resolve(library, "cublasDestroy_v2", f.destroy);
  resolve(library, "cublasSetStream_v2", f.set_stream);
  resolve(library, "cublasSetWorkspace_v2", f.set_workspace);
  resolve(library, "cublasSetMathMode", f.set_math_mode);
  resolve(library, "cublasSetAtomicsMode", f.set_atomics_mode);
  resolve(library, "cublasSgemm_v2", f.sgemm);
  return f;
}

}  // namespace

const CudnnFunctions& cudnn() {
  static const CudnnFunctions functions = open_cudnn();
  return functions;
}

const CublasFunctions& cublas() {
  static const CublasFunctions functions = open_cublas();
  return functions;
}

}  // namespace mayfly::cuda
