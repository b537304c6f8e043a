# The software cuDNN and cuBLAS, and the vendor engine of kernels/cuda/vendor compiled against them.
get_property(vendor_sources GLOBAL PROPERTY MAYFLY_CUDA_VENDOR_SOURCES)
list(FILTER vendor_sources EXCLUDE REGEX "/libraries\\.cpp$")  # opens the real ones; vendor_libraries.cpp is here instead
set(vendor_kernels ${vendor_sources})
list(FILTER vendor_kernels INCLUDE REGEX "\\.cu$")
set_source_files_properties(${vendor_kernels} PROPERTIES LANGUAGE CXX)
target_sources(mayfly_cuda_soft PRIVATE ${vendor_sources}
  cublas_soft.cpp cudnn_convolution.cpp cudnn_descriptor.cpp cudnn_engines.cpp cudnn_soft.cpp vendor_libraries.cpp
  vendor_state.cpp)

mayfly_soft_test(vendor_test
  SOURCES cudnn_soft_test.cpp vendor_case.cpp vendor_conv2d_test.cpp
  LINK mayfly_test_support mayfly_reference mayfly_kernels mayfly_core)
