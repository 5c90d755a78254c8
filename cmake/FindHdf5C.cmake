# HDF5's C library, serial. CMake's own module wants a C compiler and the h5cc wrapper, of which a C++
# project needs neither. Defines Hdf5C::Hdf5C.
find_path(Hdf5C_INCLUDE_DIR NAMES hdf5.h PATH_SUFFIXES hdf5/serial DOC "Directory that holds hdf5.h")
find_library(Hdf5C_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial DOC "HDF5's C library")
mark_as_advanced(Hdf5C_INCLUDE_DIR Hdf5C_LIBRARY)

if(Hdf5C_INCLUDE_DIR AND EXISTS "${Hdf5C_INCLUDE_DIR}/H5public.h")
  file(STRINGS "${Hdf5C_INCLUDE_DIR}/H5public.h" Hdf5C_version_line REGEX "define H5_VERS_INFO ")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" Hdf5C_VERSION "${Hdf5C_version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Hdf5C REQUIRED_VARS Hdf5C_LIBRARY Hdf5C_INCLUDE_DIR VERSION_VAR Hdf5C_VERSION
  REASON_FAILURE_MESSAGE "On Debian or Ubuntu: apt-get install libhdf5-dev")

if(Hdf5C_FOUND AND NOT TARGET Hdf5C::Hdf5C)
  add_library(Hdf5C::Hdf5C UNKNOWN IMPORTED)
  set_target_properties(
    Hdf5C::Hdf5C PROPERTIES IMPORTED_LOCATION "${Hdf5C_LIBRARY}"
                            INTERFACE_INCLUDE_DIRECTORIES "${Hdf5C_INCLUDE_DIR}")
endif()
