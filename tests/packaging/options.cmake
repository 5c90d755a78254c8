# Options, not luck: what HARMONIUM_WITH_* says is what is configured, and nothing else. Configures only.
cmake_minimum_required(VERSION 3.24)

file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/consumer/CMakeLists.txt "cmake_minimum_required(VERSION 3.24)
project(consumer LANGUAGES CXX)
add_subdirectory(${SOURCE} harmonium)
foreach(component IN ITEMS spectra io hdf5 planning xtensor hnsw igraph mpi)
  if(TARGET harmonium::\${component})
    message(STATUS \"component \${component}\")
  endif()
endforeach()
")

# configure(RESULT OUTPUT ARGUMENT...): somebody else's build with these options
function(configure result output)
  file(REMOVE_RECURSE ${WORK}/build)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${WORK}/consumer -B ${WORK}/build -G ${GENERATOR}
            -DCMAKE_CXX_COMPILER=${COMPILER} --no-warn-unused-cli ${ARGN}
    RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} ${code} PARENT_SCOPE)
  # CMake breaks its lines.
  string(REGEX REPLACE "[ \n]+" " " text "${text}")
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

foreach(option IN ITEMS SPECTRA IO HDF5 PLANNING XTENSOR HNSW IGRAPH MPI)
  string(TOLOWER ${option} component)
  # AUTO would make the consumer depend on its machine.
  configure(code text -DHARMONIUM_WITH_${option}=AUTO)
  if(code EQUAL 0 OR NOT text MATCHES "HARMONIUM_WITH_${option}: AUTO is for harmonium's own build; say ON or OFF")
    message(SEND_ERROR "AUTO of ${option} in somebody else's build: ${text}")
  endif()
endforeach()

# Nothing comes that nobody asked for; what is asked for comes alone.
configure(code text)
if(NOT code EQUAL 0 OR text MATCHES "component ")
  message(SEND_ERROR "without an option: ${text}")
endif()
configure(code text -DHARMONIUM_WITH_IO=ON)
if(NOT code EQUAL 0 OR NOT text MATCHES "component io" OR text MATCHES "component [^i]")
  message(SEND_ERROR "HARMONIUM_WITH_IO=ON: ${text}")
endif()

# ON without its library stops, with the name of the package to install.
foreach(pair IN ITEMS "SPECTRA;Spectra;libspectra-dev" "IO;ZLIB;zlib1g-dev" "HDF5;Hdf5C;libhdf5-dev" "PLANNING;Boost;libboost-dev"
                      "XTENSOR;xtensor;libxtensor-dev" "HNSW;Hnswlib;libhnswlib-dev" "IGRAPH;Igraph;libigraph-dev"
                      "MPI;MPI;libopenmpi-dev")
  list(GET pair 0 option)
  list(GET pair 1 package)
  list(GET pair 2 debian)
  configure(code text -DHARMONIUM_WITH_IO=ON -DHARMONIUM_WITH_${option}=ON -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
  if(code EQUAL 0 OR NOT text MATCHES "needs libraries that were not found: ${package} \\(Debian/Ubuntu package ${debian}\\)")
    message(SEND_ERROR "${option} without ${package}: ${text}")
  endif()
endforeach()
