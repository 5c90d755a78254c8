# A header of the library's own component is public, and then in harmonium.hpp, or says @internal.
file(READ ${INCLUDE}/harmonium/harmonium.hpp umbrella)
file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/harmonium/*.hpp)
list(FILTER headers EXCLUDE REGEX
     "^harmonium/(io/.*|core/xtensor\\.hpp|analysis/(communities|hnsw_neighbours)\\.hpp|study/(planning/.*|(cells_needed|mpi_jobs|plan|study_results)\\.hpp)|harmonium\\.hpp|compiled\\.hpp)$")
foreach(header IN LISTS headers)
  string(FIND "${umbrella}" "#include \"${header}\"" position)
  file(STRINGS ${INCLUDE}/${header} internal REGEX "^/// @internal$")
  if(position EQUAL -1 AND NOT internal)
    message(SEND_ERROR "harmonium.hpp does not include ${header}, which does not say @internal")
  elseif(NOT position EQUAL -1 AND internal)
    message(SEND_ERROR "harmonium.hpp includes ${header}, which says @internal")
  endif()
endforeach()
