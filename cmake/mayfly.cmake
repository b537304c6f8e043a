# How every target of Mayfly is compiled.

# The bits are a contract: no contraction of a*b+c, no fast-math (kernels/arithmetic.md).
add_library(mayfly_options INTERFACE)
target_include_directories(mayfly_options INTERFACE ${PROJECT_SOURCE_DIR})
target_include_directories(mayfly_options SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR} ${STB_INCLUDE_DIR}
  ${TOMLPLUSPLUS_INCLUDE_DIR}
  ${XXHASH_INCLUDE_DIR})
set(mayfly_cxx_options
  -ffp-contract=off -fno-fast-math -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers)  # designated initialisers name what differs from the default
target_compile_options(mayfly_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${mayfly_cxx_options}>")
target_link_libraries(mayfly_options INTERFACE fmt::fmt)

# mayfly_library(name SOURCES... LINK ...): one static library per folder.
function(mayfly_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC mayfly_options ${ARG_LINK})
endfunction()

# mayfly_test(name SOURCES... LINK ...): one GoogleTest program per folder of tests.
function(mayfly_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE mayfly_options ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MAYFLY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()
