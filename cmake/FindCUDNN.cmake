# Headers of cuDNN, and where its library lies here. NVIDIA ships no package for CMake.
#   CUDNN_FOUND, CUDNN_VERSION, CUDNN_VERSION_MAJOR
#   CUDNN_INCLUDE_DIR   has cudnn.h
#   CUDNN_LIBRARY       libcudnn.so or libcudnn.so.<major>; NOTFOUND is no failure: Mayfly opens it when it is first needed
#   CUDNN::headers      target with the include folder
# Looked for below CUDNN_ROOT and CUDNN_PATH (variable or environment), the CUDA toolkit, and the usual places. Known
# layouts: <root>/{include,lib64}; Debian's include/<machine>; a Python wheel's nvidia/cudnn/{include,lib}, which has only
# the library with its version in its name.
set(cudnn_hints ${CUDNN_PATH} $ENV{CUDNN_PATH} ${CUDAToolkit_LIBRARY_ROOT} ${CUDAToolkit_TARGET_DIR})
find_path(CUDNN_INCLUDE_DIR cudnn.h HINTS ${cudnn_hints} ${CUDAToolkit_INCLUDE_DIRS}
  PATH_SUFFIXES include include/${CMAKE_LIBRARY_ARCHITECTURE})

# cudnn_version.h holds the numbers, or only includes cudnn_version_v<major>.h, which does.
function(cudnn_read_version)
  file(GLOB versioned "${CUDNN_INCLUDE_DIR}/cudnn_version_v*.h")
  foreach(header ${CUDNN_INCLUDE_DIR}/cudnn_version.h ${versioned})
    if(NOT EXISTS ${header})
      continue()
    endif()
    file(READ ${header} text)
    set(numbers "")
    foreach(part MAJOR MINOR PATCHLEVEL)
      if(text MATCHES "#[ \t]*define[ \t]+CUDNN_${part}[ \t]+([0-9]+)")
        list(APPEND numbers ${CMAKE_MATCH_1})
      endif()
    endforeach()
    list(LENGTH numbers count)
    if(count EQUAL 3)
      list(GET numbers 0 major)
      list(JOIN numbers "." version)
      set(CUDNN_VERSION_MAJOR ${major} PARENT_SCOPE)
      set(CUDNN_VERSION ${version} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

if(CUDNN_INCLUDE_DIR)
  cudnn_read_version()
endif()
find_library(CUDNN_LIBRARY NAMES libcudnn.so.${CUDNN_VERSION_MAJOR} cudnn
  HINTS ${cudnn_hints} ${CUDNN_INCLUDE_DIR}/.. ${CUDAToolkit_LIBRARY_DIR}
  PATH_SUFFIXES lib64 lib lib/${CMAKE_LIBRARY_ARCHITECTURE})
mark_as_advanced(CUDNN_INCLUDE_DIR CUDNN_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CUDNN REQUIRED_VARS CUDNN_INCLUDE_DIR CUDNN_VERSION VERSION_VAR CUDNN_VERSION)
if(CUDNN_FOUND AND NOT TARGET CUDNN::headers)
  add_library(CUDNN::headers INTERFACE IMPORTED)
  set_target_properties(CUDNN::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${CUDNN_INCLUDE_DIR})
endif()
