# Not run where it was written: there was no network. From a clone, as an overlay port:
#   vcpkg install "harmonium[spectra,io]" --overlay-ports=cmake/packaging/vcpkg
# In a registry, SOURCE_PATH becomes vcpkg_from_github(... REF "v${VERSION}" SHA512 ...).
cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE SOURCE_PATH)
foreach(unused RANGE 3)
  cmake_path(GET SOURCE_PATH PARENT_PATH SOURCE_PATH)
endforeach()

set(VCPKG_BUILD_TYPE release) # headers, and a program that is a tool
vcpkg_check_features(
  OUT_FEATURE_OPTIONS features
  FEATURES
    spectra  HARMONIUM_WITH_SPECTRA
    io       HARMONIUM_WITH_IO
    hdf5     HARMONIUM_WITH_HDF5
    planning HARMONIUM_WITH_PLANNING
    xtensor  HARMONIUM_WITH_XTENSOR
    hnsw     HARMONIUM_WITH_HNSW
    igraph   HARMONIUM_WITH_IGRAPH
    mpi      HARMONIUM_WITH_MPI
    program  HARMONIUM_BUILD_EXAMPLES)
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS ${features} -DHARMONIUM_BUILD_TESTS=OFF -DHARMONIUM_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/harmonium)
vcpkg_fixup_pkgconfig()
if("program" IN_LIST FEATURES)
  vcpkg_copy_tools(TOOL_NAMES harmonium AUTO_CLEAN)
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc" "${CURRENT_PACKAGES_DIR}/share/man")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
