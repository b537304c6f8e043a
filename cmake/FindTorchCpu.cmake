# The CPU part of PyTorch's C++ library, of Debian (libtorch-dev) or of a Python package: its own TorchConfig.cmake asks for
# a whole CUDA toolkit where the package was built with one.
#   TORCH_ROOT        folder with include/ and lib/, such as the folder `torch` of a Python package; else the usual places
#   TorchCpu_FOUND, TorchCpu::TorchCpu
if(TORCH_ROOT)
  set(there PATHS ${TORCH_ROOT}/include ${TORCH_ROOT}/lib NO_DEFAULT_PATH)
endif()
find_path(TorchCpu_INCLUDE_DIR torch/csrc/api/include/torch/torch.h ${there})
find_library(TorchCpu_LIBRARY torch_cpu ${there})
find_library(TorchCpu_C10_LIBRARY c10 ${there})
mark_as_advanced(TorchCpu_INCLUDE_DIR TorchCpu_LIBRARY TorchCpu_C10_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TorchCpu REQUIRED_VARS TorchCpu_LIBRARY TorchCpu_C10_LIBRARY TorchCpu_INCLUDE_DIR)
if(TorchCpu_FOUND AND NOT TARGET TorchCpu::TorchCpu)
  add_library(TorchCpu::TorchCpu SHARED IMPORTED)
  set_target_properties(TorchCpu::TorchCpu PROPERTIES
    IMPORTED_LOCATION ${TorchCpu_LIBRARY}
    INTERFACE_LINK_LIBRARIES "${TorchCpu_C10_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${TorchCpu_INCLUDE_DIR};${TorchCpu_INCLUDE_DIR}/torch/csrc/api/include")
endif()
