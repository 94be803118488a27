# Groups the sources of a target into few translation units. Each repeats the headers of the house and what it makes of
# templates once and not once per file. Names in anonymous namespaces must differ within a target.
function(hedgerow_unity name batch)
  if(HEDGEROW_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
    # g++ stops inlining in a translation unit that is large; a group of sources is, and would run a twentieth slower.
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:--param=large-unit-insns=400000>)
  endif()
endfunction()

# Headers that most of our sources include anyhow, by what a target sees: VALUES (the standard library and exact
# arithmetic), and besides them CAF, BEAST or, for TESTS, GoogleTest. Reading them takes longer than compiling a rule.
set(HEDGEROW_VALUES_HEADERS <algorithm> <chrono> <cstdint> <deque> <functional> <map> <memory> <optional> <set> <string>
  <string_view> <unordered_map> <utility> <variant> <vector> <messages/types/amount.hpp>)
set(HEDGEROW_CAF_HEADERS ${HEDGEROW_VALUES_HEADERS} <caf/all.hpp>)
set(HEDGEROW_BEAST_HEADERS ${HEDGEROW_VALUES_HEADERS} <boost/asio/connect.hpp> <boost/asio/io_context.hpp>
  <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp> <boost/asio/ssl.hpp> <boost/asio/steady_timer.hpp> <boost/asio/write.hpp>
  <boost/beast/core.hpp> <boost/beast/http.hpp> <boost/beast/ssl.hpp> <boost/beast/websocket.hpp>
  <boost/beast/websocket/ssl.hpp>)
set(HEDGEROW_TESTS_HEADERS ${HEDGEROW_VALUES_HEADERS} <gtest/gtest.h>)

# With -fpch-preprocess ccache knows what is precompiled by what it holds and not by where it is; with -dD it sees a macro
# that has changed (tests/lint/compiler_cache_test.sh).
set(HEDGEROW_PRECOMPILE_OPTIONS -fpch-preprocess -dD)

# hedgerow_precompile(TARGET VALUES|CAF|BEAST|TESTS)
# Compiles those headers once for all targets that ask for the same: the first of them owns the result, so all must be
# compiled at the same level of optimisation.
function(hedgerow_precompile name kind)
  if(NOT HEDGEROW_UNITY)
    return()
  endif()
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:${HEDGEROW_PRECOMPILE_OPTIONS}>)
  get_property(owner GLOBAL PROPERTY HEDGEROW_PRECOMPILED_${kind})
  if(owner)
    target_precompile_headers(${name} REUSE_FROM ${owner})
  else()
    set_property(GLOBAL PROPERTY HEDGEROW_PRECOMPILED_${kind} ${name})
    target_precompile_headers(${name} PRIVATE ${HEDGEROW_${kind}_HEADERS})
  endif()
endfunction()

# Linked last, as the last option counts. g++ 12 sees null pointers in the inlined io_context at -O1.
add_library(hedgerow_beast_options INTERFACE)
target_compile_options(hedgerow_beast_options INTERFACE -O1 -Wno-null-dereference)

# hedgerow_library(NAME DIR folder [SOURCES ...] [PUBLIC ...] [PRIVATE ...] [SEES VALUES|CAF|BEAST|NOTHING]
#                  [GROUP n])
#
# The one way to make a library. Includes are written from the repository root, but no target gets the root as an
# include path: each library owns a private root that holds one symbolic link, to its own folder. A header is
# visible only through a link edge, so an include in the wrong direction does not compile.
# SEES: which large headers its sources include; they are precompiled. VALUES, unless said otherwise. BEAST: at -O1, as -O0
# code of these templates is slow and -O2 slow to make, and few at a time.
# GROUP: how many sources are compiled as one, eight unless said otherwise: fewer of what is changed most often.
function(hedgerow_library name)
  cmake_parse_arguments(arg "" "DIR;SEES;GROUP" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(root "${CMAKE_BINARY_DIR}/roots/${name}")
  cmake_path(GET arg_DIR PARENT_PATH parent)
  file(MAKE_DIRECTORY "${root}/${parent}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${arg_DIR}" "${root}/${arg_DIR}" SYMBOLIC)
  if(NOT arg_SOURCES)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${root}")
    target_link_libraries(${name} INTERFACE ${arg_PUBLIC})
    return()
  endif()
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC "${root}")
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} hedgerow_options)
  if(NOT arg_GROUP)
    set(arg_GROUP 8)
  endif()
  if(NOT arg_SEES)
    set(arg_SEES VALUES)
  endif()
  hedgerow_unity(${name} ${arg_GROUP})
  if(arg_SEES STREQUAL "BEAST")
    set_property(TARGET ${name} PROPERTY JOB_POOL_COMPILE heavy)
    target_link_libraries(${name} PRIVATE hedgerow_beast_options)
  endif()
  if(NOT arg_SEES STREQUAL "NOTHING")
    hedgerow_precompile(${name} ${arg_SEES})
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
  hedgerow_precompile(${name} TESTS)
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
