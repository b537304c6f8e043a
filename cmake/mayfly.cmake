# How every target of Mayfly is compiled.

string(REGEX MATCH "-fsanitize=[a-z,]+" MAYFLY_SANITIZERS "${CMAKE_CXX_FLAGS}")

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

# mayfly_library(name [COLD] [TOGETHER] SOURCES... LINK ... [PRECOMPILE ...]): one static library per folder. COLD:
# nothing in it takes time when it runs, but much of other libraries' inline code when it is compiled. TOGETHER: such
# code is most of every source, so several are compiled as one. PRECOMPILE: headers of other libraries that take longer
# to read than our sources, which still include what they use (check_tidy.sh).
function(mayfly_library name)
  cmake_parse_arguments(ARG "COLD;TOGETHER" "" "SOURCES;LINK;PRECOMPILE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC mayfly_options ${ARG_LINK})
  target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
  if(ARG_COLD)
    target_compile_options(${name} PRIVATE $<IF:$<CONFIG:Release>,-O1,-O0>)
  endif()
  if(ARG_TOGETHER AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)  # both hide from clang-tidy what a source includes
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 11)
  endif()
  # Fuzzers follow the branches that an input takes. Not in kernels and networks: they read no files, and would be slow.
  if(MAYFLY_FUZZ AND NOT name MATCHES "kernels|nn|reference")
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# GoogleTest's headers, read once for all tests.
function(mayfly_test_headers)
  file(WRITE ${PROJECT_BINARY_DIR}/generated/test_headers.cpp "")
  add_library(mayfly_test_headers OBJECT ${PROJECT_BINARY_DIR}/generated/test_headers.cpp)
  mayfly_test_options(mayfly_test_headers)
  target_precompile_headers(mayfly_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

function(mayfly_test_options name)
  target_compile_options(${name} PRIVATE -O0)
  target_link_libraries(${name} PRIVATE mayfly_options GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MAYFLY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()

# mayfly_test(name [LONG] SOURCES... LINK ...): one GoogleTest program per folder of tests. LONG: for tests/long.sh.
function(mayfly_test name)
  cmake_parse_arguments(ARG "LONG" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE mayfly_options ${ARG_LINK})
  mayfly_test_options(${name})
  target_precompile_headers(${name} REUSE_FROM mayfly_test_headers)
  set(properties "")
  if(ARG_LONG)
    set(properties PROPERTIES LABELS long)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 ${properties})
endfunction()
