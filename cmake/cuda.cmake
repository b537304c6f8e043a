# Finds CUDA, unasked (MAYFLY_CUDA=AUTO). Sets
#   MAYFLY_CUDA_FOUND           whether .cu files can be compiled; then the language CUDA is enabled
#   MAYFLY_CUDA_ARCHITECTURES   what they are compiled for, as text
#   MAYFLY_CUDA_VENDOR          whether the headers of cuBLAS and cuDNN are there, for arithmetic "fast"
#   MAYFLY_CUDA_VENDOR_MISSING  which of them are not, as text
#   MAYFLY_CUBLAS_NAME, MAYFLY_CUBLAS_FILE, MAYFLY_CUDNN_NAME, MAYFLY_CUDNN_FILE
#                               sonames, and where the libraries lie here (empty: not seen)
#   mayfly_cuda_options         how .cu files are compiled
# cuBLAS and cuDNN are not linked but opened when they are first needed: linked, cuBLAS alone adds 66 ms and 200 MB to
# every start of the program, and it could not start where they are missing.
include(CheckLanguage)

set(MAYFLY_CUDA AUTO CACHE STRING "CUDA: AUTO (where nvcc is found), ON (an error where it is not), OFF")
set_property(CACHE MAYFLY_CUDA PROPERTY STRINGS AUTO ON OFF)

# Why there will be no CUDA: a line to read, or an error where it was asked for.
function(mayfly_no_cuda reason)
  if(MAYFLY_CUDA STREQUAL "AUTO")
    message(STATUS "CUDA: none (${reason})")
  else()
    message(FATAL_ERROR "MAYFLY_CUDA=${MAYFLY_CUDA}, but ${reason}")
  endif()
endfunction()

# Chosen only now that the compiler's version is known: CUDA 13 knows no V100 (70), 12.8 was the first with 100 and 120.
# All but the newest without PTX. -DCMAKE_CUDA_ARCHITECTURES=... or CUDAARCHS=... choose otherwise.
function(mayfly_default_cuda_architectures result)
  set(architectures 75-real 80-real 86-real 89-real)
  if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 13)
    list(PREPEND architectures 70-real)
  endif()
  if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.8)
    list(APPEND architectures 90)
  else()
    list(APPEND architectures 90-real 100-real 120)
  endif()
  set(${result} "${architectures}" PARENT_SCOPE)
endfunction()

# Same bits as on the CPU (kernels/arithmetic.md): no contraction of a*b+c, IEEE division and roots, no flush to zero.
function(mayfly_cuda_compile_options)
  add_library(mayfly_cuda_options INTERFACE)
  target_compile_options(mayfly_cuda_options INTERFACE
    "$<$<COMPILE_LANGUAGE:CUDA>:-fmad=false;-ftz=false;-prec-div=true;-prec-sqrt=true>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings;-Wno-deprecated-gpu-targets>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-ffp-contract=off,-fno-fast-math,-Wall,-Wextra,-Werror>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wno-missing-field-initializers>")
endfunction()

# cuBLAS comes with the toolkit, its library perhaps not; those under stubs/ are for linking only.
function(mayfly_find_cublas)
  set(MAYFLY_CUBLAS_NAME libcublas.so.${CUDAToolkit_VERSION_MAJOR} PARENT_SCOPE)
  find_path(CUBLAS_INCLUDE_DIR cublas_v2.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
  find_file(CUBLAS_FILE libcublas.so.${CUDAToolkit_VERSION_MAJOR} HINTS ${CUDAToolkit_LIBRARY_DIR}
    PATH_SUFFIXES lib64 lib lib/x86_64-linux-gnu)
  mark_as_advanced(CUBLAS_INCLUDE_DIR CUBLAS_FILE)
endfunction()

macro(mayfly_find_vendor)
  mayfly_find_cublas()
  find_package(CUDNN 9.0 QUIET)
  set(MAYFLY_CUDA_VENDOR_MISSING "")
  if(NOT CUBLAS_INCLUDE_DIR)
    list(APPEND MAYFLY_CUDA_VENDOR_MISSING "cublas_v2.h of cuBLAS")
  endif()
  if(NOT CUDNN_FOUND)
    list(APPEND MAYFLY_CUDA_VENDOR_MISSING "cudnn.h of cuDNN 9.0 or newer")
  endif()
  list(JOIN MAYFLY_CUDA_VENDOR_MISSING " and " MAYFLY_CUDA_VENDOR_MISSING)
  if(MAYFLY_CUDA_VENDOR_MISSING STREQUAL "")
    set(MAYFLY_CUDA_VENDOR TRUE)
  endif()
  if(CUBLAS_FILE)
    set(MAYFLY_CUBLAS_FILE ${CUBLAS_FILE})
  endif()
  if(CUDNN_FOUND)
    set(MAYFLY_CUDNN_NAME libcudnn.so.${CUDNN_VERSION_MAJOR})
  endif()
  if(CUDNN_LIBRARY)
    set(MAYFLY_CUDNN_FILE ${CUDNN_LIBRARY})
  endif()
endmacro()

# Enables the language. A macro, because that holds only for the scope it is called in.
macro(mayfly_enable_cuda)
  set(chosen_by_user FALSE)
  if(DEFINED CMAKE_CUDA_ARCHITECTURES OR DEFINED ENV{CUDAARCHS})
    set(chosen_by_user TRUE)
  endif()
  if(NOT DEFINED CMAKE_CUDA_HOST_COMPILER AND NOT DEFINED ENV{CUDAHOSTCXX} AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER} CACHE FILEPATH "Host compiler of nvcc")
  endif()
  if(NOT CMAKE_CUDA_COMPILER)
    unset(CMAKE_CUDA_COMPILER CACHE)  # look again: it may have come since
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    if(NOT chosen_by_user)
      mayfly_default_cuda_architectures(architectures)
      set(CMAKE_CUDA_ARCHITECTURES "${architectures}" CACHE STRING "What CUDA code is compiled for" FORCE)
    endif()
    find_package(CUDAToolkit QUIET)
  endif()
endmacro()

set(MAYFLY_CUDA_FOUND FALSE)
set(MAYFLY_CUDA_VENDOR FALSE)
if(NOT MAYFLY_CUDA)
  message(STATUS "CUDA: off")
else()
  mayfly_enable_cuda()
  find_program(MAYFLY_NVCC nvcc)
  mark_as_advanced(MAYFLY_NVCC)
  if(NOT CMAKE_CUDA_COMPILER AND NOT MAYFLY_NVCC)
    mayfly_no_cuda("there is no nvcc on the PATH; CMAKE_CUDA_COMPILER can name one")
  elseif(NOT CMAKE_CUDA_COMPILER)
    mayfly_no_cuda("CMake cannot compile with ${MAYFLY_NVCC}: see ${CMAKE_BINARY_DIR}/CMakeFiles/CMakeError.log")
  elseif(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.0)
    mayfly_no_cuda("${CMAKE_CUDA_COMPILER} is CUDA ${CMAKE_CUDA_COMPILER_VERSION}; 12.0 or newer is needed")
  elseif(NOT CUDAToolkit_FOUND)
    mayfly_no_cuda("the toolkit of ${CMAKE_CUDA_COMPILER} has no headers or no runtime library")
  else()
    set(MAYFLY_CUDA_FOUND TRUE)
  endif()
endif()

if(MAYFLY_CUDA_FOUND)
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know that nvcc 12 can
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
  mayfly_cuda_compile_options()
  mayfly_find_vendor()
  list(JOIN CMAKE_CUDA_ARCHITECTURES " " MAYFLY_CUDA_ARCHITECTURES)
  if(MAYFLY_CUDA_VENDOR)
    set(fast "cuBLAS and cuDNN ${CUDNN_VERSION}")
  else()
    set(fast "no arithmetic \"fast\": no ${MAYFLY_CUDA_VENDOR_MISSING}")
  endif()
  message(STATUS "CUDA: ${CMAKE_CUDA_COMPILER_VERSION} for ${MAYFLY_CUDA_ARCHITECTURES}; ${fast}")
endif()
