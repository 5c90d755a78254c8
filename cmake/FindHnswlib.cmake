# hnswlib, header-only, comes without a CMake package in Debian 12. Defines Hnswlib::Hnswlib.
find_path(Hnswlib_INCLUDE_DIR NAMES hnswlib/hnswlib.h DOC "Directory that holds hnswlib/hnswlib.h")
mark_as_advanced(Hnswlib_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Hnswlib REQUIRED_VARS Hnswlib_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian or Ubuntu: apt-get install libhnswlib-dev")

if(Hnswlib_FOUND AND NOT TARGET Hnswlib::Hnswlib)
  add_library(Hnswlib::Hnswlib INTERFACE IMPORTED)
  target_include_directories(Hnswlib::Hnswlib INTERFACE ${Hnswlib_INCLUDE_DIR})
endif()
