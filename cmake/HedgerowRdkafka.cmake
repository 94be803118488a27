# The target `rdkafka`, librdkafka's C library. `make setup` builds it where Debian's own is too old for SCRAM on Kafka 4
# and for idle waiting (docs/adr/0012-librdkafka-from-source.md), and that one goes before all others.
set(HEDGEROW_RDKAFKA_OLDEST 2.6.1)
set(HEDGEROW_RDKAFKA "${CMAKE_SOURCE_DIR}/build/librdkafka" CACHE PATH "Where setup/install.sh builds librdkafka")

if(EXISTS "${HEDGEROW_RDKAFKA}/stamp")
  pkg_check_modules(RDKAFKA_NEEDS QUIET IMPORTED_TARGET libsasl2 libzstd liblz4)
  if(NOT RDKAFKA_NEEDS_FOUND)
    message(FATAL_ERROR "librdkafka needs libsasl2, libzstd and liblz4. Install them with: make setup")
  endif()
  add_library(rdkafka STATIC IMPORTED)
  set_target_properties(rdkafka PROPERTIES
    IMPORTED_LOCATION "${HEDGEROW_RDKAFKA}/lib/librdkafka.a"
    INTERFACE_COMPILE_DEFINITIONS LIBRDKAFKA_STATICLIB
    INTERFACE_LINK_LIBRARIES
      "OpenSSL::SSL;OpenSSL::Crypto;ZLIB::ZLIB;PkgConfig::RDKAFKA_NEEDS;Threads::Threads;${CMAKE_DL_LIBS};m")
  # Before the system's folders, which may hold an older header.
  target_include_directories(rdkafka SYSTEM INTERFACE "${HEDGEROW_RDKAFKA}/include")
else()
  pkg_check_modules(RDKAFKA QUIET IMPORTED_TARGET rdkafka>=${HEDGEROW_RDKAFKA_OLDEST})
  if(NOT RDKAFKA_FOUND)
    message(FATAL_ERROR "There is no librdkafka ${HEDGEROW_RDKAFKA_OLDEST} or newer, neither in ${HEDGEROW_RDKAFKA} nor "
      "among the system's packages. Install it with: make setup")
  endif()
  add_library(rdkafka INTERFACE IMPORTED)
  target_link_libraries(rdkafka INTERFACE PkgConfig::RDKAFKA)
endif()
