# igraph has a CMake package, but Debian 12's asks for development files of libraries that programs
# which use igraph do not need, and does not depend on them. Defines Igraph::igraph.
find_path(Igraph_INCLUDE_DIR NAMES igraph.h PATH_SUFFIXES igraph DOC "Directory that holds igraph.h")
find_library(Igraph_LIBRARY NAMES igraph DOC "The igraph library")
mark_as_advanced(Igraph_INCLUDE_DIR Igraph_LIBRARY)

if(Igraph_INCLUDE_DIR AND EXISTS "${Igraph_INCLUDE_DIR}/igraph_version.h")
  file(STRINGS "${Igraph_INCLUDE_DIR}/igraph_version.h" Igraph_version_line
       REGEX "define IGRAPH_VERSION \"")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" Igraph_VERSION "${Igraph_version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Igraph REQUIRED_VARS Igraph_LIBRARY Igraph_INCLUDE_DIR VERSION_VAR Igraph_VERSION
  REASON_FAILURE_MESSAGE "On Debian or Ubuntu: apt-get install libigraph-dev")

if(Igraph_FOUND AND NOT TARGET Igraph::igraph)
  add_library(Igraph::igraph UNKNOWN IMPORTED)
  set_target_properties(
    Igraph::igraph PROPERTIES IMPORTED_LOCATION "${Igraph_LIBRARY}"
                              INTERFACE_INCLUDE_DIRECTORIES "${Igraph_INCLUDE_DIR}")
endif()
