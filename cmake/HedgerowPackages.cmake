# Every third-party package, in one place. `setup/packages.txt` lists what Debian calls them.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CAF 0.17.6 REQUIRED COMPONENTS core io openssl)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)

find_package(PkgConfig REQUIRED)

function(hedgerow_header_package name header)
  find_path(${name}_INCLUDE_DIR ${header} REQUIRED)
  mark_as_advanced(${name}_INCLUDE_DIR)
  if(NOT TARGET ${name})
    add_library(${name} INTERFACE IMPORTED)
    target_include_directories(${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIR})
  endif()
endfunction()

hedgerow_header_package(rapidjson rapidjson/document.h)
hedgerow_header_package(tl_expected tl/expected.hpp)

find_path(rapidcheck_INCLUDE_DIR rapidcheck.h REQUIRED)
find_library(rapidcheck_LIBRARY rapidcheck REQUIRED)
find_library(SQLiteCpp_LIBRARY SQLiteCpp REQUIRED)
# The archive first: of the whole library one hash is needed, and loading all of it takes a fifth of a cold start.
find_library(cryptopp_LIBRARY NAMES libcryptopp.a libcrypto++.a cryptopp crypto++ REQUIRED)
mark_as_advanced(rapidcheck_INCLUDE_DIR rapidcheck_LIBRARY SQLiteCpp_LIBRARY cryptopp_LIBRARY)
if(NOT TARGET rapidcheck)
  add_library(rapidcheck UNKNOWN IMPORTED)
  set_target_properties(rapidcheck PROPERTIES IMPORTED_LOCATION ${rapidcheck_LIBRARY})
  target_include_directories(rapidcheck SYSTEM INTERFACE ${rapidcheck_INCLUDE_DIR})
endif()
if(NOT TARGET cryptopp)
  add_library(cryptopp UNKNOWN IMPORTED)
  set_target_properties(cryptopp PROPERTIES IMPORTED_LOCATION ${cryptopp_LIBRARY})
endif()
if(NOT TARGET SQLiteCpp)
  add_library(SQLiteCpp UNKNOWN IMPORTED)
  set_target_properties(SQLiteCpp PROPERTIES IMPORTED_LOCATION ${SQLiteCpp_LIBRARY}
    INTERFACE_LINK_LIBRARIES SQLite::SQLite3)
endif()

include(HedgerowRdkafka)

# jemalloc: linked by programs, not by libraries or tests; a sanitizer brings an allocator of its own. Nothing of ours
# calls it, so the linker would leave it out.
pkg_check_modules(JEMALLOC REQUIRED jemalloc)
add_library(jemalloc INTERFACE IMPORTED)
if(NOT HEDGEROW_ASAN AND NOT HEDGEROW_TSAN)
  target_sources(jemalloc INTERFACE ${CMAKE_SOURCE_DIR}/runtime/allocator.cpp)
  target_link_libraries(jemalloc INTERFACE "-Wl,--push-state,--no-as-needed" ${JEMALLOC_LINK_LIBRARIES} "-Wl,--pop-state")
endif()
