# cpack in a build folder that has the program: harmonium-<version>-<system>.tar.gz and harmonium_<version>_<arch>.deb,
# the program with its manual page and licence. The libraries that it links are those of this machine; the .deb
# depends on their packages (dpkg-shlibdeps). debian/ beside this file makes the packages of a distribution.
set(CPACK_PACKAGE_NAME harmonium)
set(CPACK_PACKAGE_VENDOR "The harmonium authors")
set(CPACK_PACKAGE_CONTACT "The harmonium authors <maintainers@harmonium.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "synthetic single cells from a small pilot experiment")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_FILE_NAME
    harmonium-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_GENERATOR "TGZ;DEB")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)

set(CPACK_COMPONENTS_ALL program)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/cpack_archive.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
