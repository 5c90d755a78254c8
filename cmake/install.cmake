# Install rules: headers, CMake package with one export per component, pkg-config files (all of these are
# the installation's component "development"); the program with its manual page is its component "program".
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/harmonium) # nothing in it depends on the machine

foreach(component IN LISTS harmonium_components)
  set(target harmonium_${component})
  if(component STREQUAL "harmonium")
    set(target harmonium)
  endif()
  get_target_property(header_sets ${target} INTERFACE_HEADER_SETS)
  if(header_sets)
    install(TARGETS ${target} EXPORT harmonium_${component} FILE_SET HEADERS)
  else()
    install(TARGETS ${target} EXPORT harmonium_${component})
  endif()
  install(EXPORT harmonium_${component} NAMESPACE harmonium:: DESTINATION ${package_dir}
          FILE ${component}Targets.cmake)
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/harmoniumConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/harmoniumConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
set(compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion) # before 1.0 a minor version may break what it likes
endif()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/harmoniumConfigVersion.cmake
                                 COMPATIBILITY ${compatibility} ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/harmoniumConfig.cmake
              ${PROJECT_BINARY_DIR}/harmoniumConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindHdf5C.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindHnswlib.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindIgraph.cmake DESTINATION ${package_dir})

set(pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
file(RELATIVE_PATH pkgconfig_to_prefix "/${pkgconfig_dir}" "/")
set(pkgconfig_names harmonium)
if(TARGET harmonium_io)
  list(APPEND pkgconfig_names harmonium-io)
endif()
foreach(name IN LISTS pkgconfig_names)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig_dir})
endforeach()

install(FILES LICENSE CITATION.cff README.md CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
