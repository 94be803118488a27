# Warnings, sanitizers, compiler cache and linker. All of it applies to our own targets only.

option(HEDGEROW_ASAN "Address and undefined-behaviour sanitizers" OFF)
option(HEDGEROW_TSAN "Thread sanitizer (only truthful for targets without CAF)" OFF)
option(HEDGEROW_COVERAGE "gcov instrumentation" OFF)
option(HEDGEROW_UNITY "Compile the sources of a target in groups, with precompiled headers: a whole build takes a third, one file longer" OFF)

find_program(HEDGEROW_CCACHE ccache)
if(HEDGEROW_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/cmake/ccache.sh ${CMAKE_SOURCE_DIR})
endif()

# Beast translation units take up to a gigabyte each: never more than two of them at a time.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS heavy=2)

add_library(hedgerow_options INTERFACE)
target_compile_options(hedgerow_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wnull-dereference -Wduplicated-cond -Wlogical-op -Werror
  # g++ 12 reports these inside inlined standard-library code of our own correct code.
  -Wno-error=null-dereference -Wno-error=restrict -Wno-error=maybe-uninitialized
  -Wno-error=stringop-overflow -Wno-error=array-bounds)
find_program(HEDGEROW_MOLD mold)
if(HEDGEROW_MOLD)
  target_link_options(hedgerow_options INTERFACE -fuse-ld=mold)
endif()
if(HEDGEROW_ASAN)
  # CAF 0.17.6 trips `null` (spawn without arguments) and `vptr` (queue sentinels).
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr,null -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined -fno-sanitize=vptr,null)
endif()
if(HEDGEROW_TSAN)
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
if(HEDGEROW_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
