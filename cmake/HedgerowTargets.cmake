# hedgerow_library(NAME DIR folder [SOURCES ...] [PUBLIC ...] [PRIVATE ...] [HEAVY])
#
# The one way to make a library. Includes are written from the repository root, but no target gets the root as an
# include path: each library owns a private root that holds one symbolic link, to its own folder. A header is
# visible only through a link edge, so an include in the wrong direction does not compile.
# HEAVY: translation units that see Beast; built one at a time.
function(hedgerow_library name)
  cmake_parse_arguments(arg "HEAVY" "DIR" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
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
  endif()
endfunction()

# hedgerow_test(NAME LABEL label... [SOURCES ...] [LINK ...] [TIMEOUT seconds])
# One test program. tests/support is visible to every test. Label `kafka`: it needs the broker (WITHOUT_KAFKA leaves it
# out).
function(hedgerow_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "LABEL;SOURCES;LINK" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} test_support GTest::gtest GTest::gtest_main hedgerow_options)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
endfunction()
