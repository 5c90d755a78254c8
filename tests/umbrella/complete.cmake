# A header of the library's own component is public, and then in harmonium.hpp, or says @internal.
file(READ ${INCLUDE}/harmonium/harmonium.hpp umbrella)
file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/harmonium/*.hpp)
# What is asked for by name: other components, and parts of the library that few programs need.
foreach(apart "(io|testing)/.*" "core/(xtensor|mpi_session|count_chunks|read_ahead)" "training/streamed/.*"
              "training/bridged_path" "training/negative/trajectory_particles"
              "training/steps/(penalised_step|penalties)" "training/contrastive/pseudo_likelihood_monitor"
              "likelihood/(annealed_blocks|bennett_ratio|pseudo_likelihood|trajectory_log_partition)"
              "models/model_path" "samplers/(trajectory|trajectory_chain|tuned_trajectory)"
              "analysis/(communities|hnsw_neighbours)" "study/planning/.*"
              "study/(cells_needed|mpi_jobs|plan|plan_results|study_results)" "harmonium" "compiled")
  list(FILTER headers EXCLUDE REGEX "^harmonium/${apart}[.]hpp$")
endforeach()
foreach(header IN LISTS headers)
  string(FIND "${umbrella}" "#include \"${header}\"" position)
  file(STRINGS ${INCLUDE}/${header} internal REGEX "^/// @internal$")
  if(position EQUAL -1 AND NOT internal)
    message(SEND_ERROR "harmonium.hpp does not include ${header}, which does not say @internal")
  elseif(NOT position EQUAL -1 AND internal)
    message(SEND_ERROR "harmonium.hpp includes ${header}, which says @internal")
  endif()
endforeach()

# The inline namespace of all names carries the version, and the macros are it.
file(STRINGS ${INCLUDE}/harmonium/version.hpp line REGEX "version = ")
string(REGEX REPLACE ".*\"([0-9]+)\\.([0-9]+)\\..*" "v\\1_\\2" inner "${line}")
string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" version "${line}")
file(STRINGS ${INCLUDE}/harmonium/version.hpp macros REGEX "^#define HARMONIUM_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "#define HARMONIUM_VERSION_[A-Z]+ " "" macros "${macros}")
string(REPLACE ";" "." macros "${macros}")
if(NOT macros STREQUAL version)
  message(SEND_ERROR "version.hpp: the macros say ${macros}, the constant ${version}")
endif()
file(GLOB_RECURSE headers ${INCLUDE}/harmonium/*.hpp)
foreach(header IN LISTS headers)
  file(STRINGS ${header} opened REGEX "^namespace harmonium")
  foreach(line IN LISTS opened)
    if(NOT line MATCHES "^namespace harmonium::inline ${inner}[: ]")
      message(SEND_ERROR "${header}: '${line}' does not open harmonium::inline ${inner}")
    endif()
  endforeach()
endforeach()
