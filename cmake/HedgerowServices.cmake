# hedgerow_service(LIBRARY)
#
# The library has a service's descriptor, which runtime/node/registry.cpp lists. What needs every service links
# hedgerow_services_of_the_program and keeps no list of its own.
add_library(hedgerow_services_of_the_program INTERFACE)
function(hedgerow_service library)
  target_link_libraries(hedgerow_services_of_the_program INTERFACE ${library})
endfunction()

# hedgerow_subfolders()
#
# Adds every subfolder that has a CMakeLists.txt and was not added before: a new one needs no line in its parent's.
macro(hedgerow_subfolders)
  file(GLOB subfolders CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt")
  foreach(subfolder IN LISTS subfolders)
    cmake_path(GET subfolder PARENT_PATH subfolder)
    get_property(added DIRECTORY PROPERTY SUBDIRECTORIES)
    if(NOT subfolder IN_LIST added)
      add_subdirectory("${subfolder}")
    endif()
  endforeach()
endmacro()
