# Groups the sources of a target into few translation units. Each repeats the headers of CAF and GoogleTest once and not
# once per file, which is most of what a build costs. Names in anonymous namespaces must differ within a target.
function(hedgerow_unity name batch)
  if(HEDGEROW_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
    # g++ stops inlining in a translation unit that is large; a group of sources is, and would run a twentieth slower.
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:--param=large-unit-insns=400000>)
  endif()
endfunction()

# Compiles once what the pure rules include anyhow: reading 256-bit arithmetic takes longer than compiling a rule, so their
# groups can be small and one file is quickly built. The first library that asks owns it.
function(hedgerow_rules_header name)
  if(NOT HEDGEROW_UNITY)
    return()
  endif()
  get_property(owner GLOBAL PROPERTY HEDGEROW_RULES_HEADER)
  if(owner)
    target_precompile_headers(${name} REUSE_FROM ${owner})
  else()
    set_property(GLOBAL PROPERTY HEDGEROW_RULES_HEADER ${name})
    target_precompile_headers(${name} PRIVATE <algorithm> <functional> <map> <memory> <optional> <set> <string> <variant>
      <vector> <messages/types/amount.hpp>)
  endif()
endfunction()

# hedgerow_library(NAME DIR folder [SOURCES ...] [PUBLIC ...] [PRIVATE ...] [HEAVY] [RULES])
#
# The one way to make a library. Includes are written from the repository root, but no target gets the root as an
# include path: each library owns a private root that holds one symbolic link, to its own folder. A header is
# visible only through a link edge, so an include in the wrong direction does not compile.
# HEAVY: translation units that see Beast; built one at a time.
# RULES: pure rules, which see our own types only.
function(hedgerow_library name)
  cmake_parse_arguments(arg "HEAVY;RULES" "DIR" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(root "${CMAKE_BINARY_DIR}/roots/${name}")
  cmake_path(GET arg_DIR PARENT_PATH parent)
  file(MAKE_DIRECTORY "${root}/${parent}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${arg_DIR}" "${root}/${arg_DIR}" SYMBOLIC)
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC "${root}")
    target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} hedgerow_options)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${root}")
    target_link_libraries(${name} INTERFACE ${arg_PUBLIC})
  endif()
  if(arg_HEAVY)
    set_property(TARGET ${name} PROPERTY JOB_POOL_COMPILE heavy)
    hedgerow_unity(${name} 2)
  elseif(arg_RULES)
    hedgerow_unity(${name} 2)
    hedgerow_rules_header(${name})
  elseif(arg_SOURCES)
    hedgerow_unity(${name} 8)
  endif()
endfunction()

# Test code is not optimised, and carries no debug information: a third less to compile, and hardly slower to run. What it
# tests is; the presets dev and asan are for debuggers. Tests use short names; what they hide in another file of their group
# is nobody's mistake. Linked last, as the last option counts.
add_library(hedgerow_test_options INTERFACE)
target_compile_options(hedgerow_test_options INTERFACE $<$<CONFIG:Release>:-O0;-g0> $<$<BOOL:${HEDGEROW_UNITY}>:-Wno-shadow>)

# hedgerow_test_program(NAME [SOURCES ...] [LINK ...])
# A program of tests, or one that a test starts.
function(hedgerow_test_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  hedgerow_unity(${name} 8)
  target_link_libraries(${name} PRIVATE ${arg_LINK} test_support GTest::gtest hedgerow_options hedgerow_test_options)
endfunction()

# hedgerow_test(NAME LABEL label... [SOURCES ...] [LINK ...] [TIMEOUT seconds] [WITH program])
# A test of ctest's, and its program. tests/support is visible to every test. Label `kafka`: it needs the broker
# (WITHOUT_KAFKA leaves it out).
# WITH: in a unity build one program holds all tests that name it. They share what their headers cost to compile; each
# still runs in a process of its own, with the tests of its own sources. NAME is then a target that builds the program.
function(hedgerow_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;WITH" "LABEL;SOURCES;LINK" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(arg_WITH AND HEDGEROW_UNITY)
    if(NOT TARGET ${arg_WITH})
      hedgerow_test_program(${arg_WITH} LINK test_main)
    endif()
    target_sources(${arg_WITH} PRIVATE ${arg_SOURCES})
    target_link_libraries(${arg_WITH} PRIVATE ${arg_LINK})
    add_custom_target(${name} DEPENDS ${arg_WITH})
    list(JOIN arg_SOURCES "," files)
    add_test(NAME ${name} COMMAND ${arg_WITH} --files=${files})
  else()
    hedgerow_test_program(${name} SOURCES ${arg_SOURCES} LINK ${arg_LINK} GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
endfunction()
