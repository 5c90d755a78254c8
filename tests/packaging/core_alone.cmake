# Configures and installs the core on a machine that lacks the library of every component.
set(options --no-warn-unused-cli -DHARMONIUM_BUILD_TESTS=OFF -DHARMONIUM_BUILD_EXAMPLES=OFF)
foreach(name IN ITEMS SPECTRA IO HDF5 PLANNING XTENSOR HNSW IGRAPH MPI)
  list(APPEND options -DHARMONIUM_WITH_${name}=OFF)
endforeach()
foreach(package IN ITEMS ZLIB Spectra Hdf5C Random123 Boost xtensor Hnswlib Igraph MPI doctest CLI11 nlohmann_json)
  list(APPEND options -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
endforeach()
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
                        -DCMAKE_CXX_COMPILER=${COMPILER} ${options}
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${WORK}/build --prefix ${WORK}/prefix
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB exports RELATIVE ${WORK}/prefix/share/cmake/harmonium
     ${WORK}/prefix/share/cmake/harmonium/*Targets.cmake)
if(NOT exports STREQUAL "harmoniumTargets.cmake;testingTargets.cmake") # the suites need the core alone
  message(FATAL_ERROR "installed: ${exports}, expected the core alone")
endif()
if(EXISTS ${WORK}/prefix/share/pkgconfig/harmonium-io.pc)
  message(FATAL_ERROR "harmonium-io.pc is installed, the headers that it is for are not")
endif()
if(EXISTS ${WORK}/prefix/include/harmonium/io OR NOT EXISTS ${WORK}/prefix/include/harmonium/core/tatami.hpp)
  message(FATAL_ERROR "the core's headers and no others were expected in ${WORK}/prefix/include")
endif()
