# harmonium_find(<package> <debian package> [find_package arguments...]): find_package that remembers
# what it did not find. A macro, because find_package sets variables where it is called.
macro(harmonium_find package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    set_property(GLOBAL APPEND PROPERTY harmonium_missing "${package}" "${debian}")
  endif()
endmacro()

# harmonium_with(<NAME> <default> <package> <debian package> [find_package arguments...]): the option
# HARMONIUM_WITH_<NAME> and, unless it is OFF, the package behind it. ON: it must be there. AUTO, for
# our own build only: as found. What a consumer gets never depends on what its machine happens to have.
macro(harmonium_with name default package debian)
  set(HARMONIUM_WITH_${name} ${default} CACHE STRING "Component on ${package}: ON, OFF or AUTO (as found)")
  set_property(CACHE HARMONIUM_WITH_${name} PROPERTY STRINGS ON OFF AUTO)
  if(HARMONIUM_WITH_${name} STREQUAL "AUTO")
    if(NOT PROJECT_IS_TOP_LEVEL)
      message(FATAL_ERROR "HARMONIUM_WITH_${name}: AUTO is for harmonium's own build; say ON or OFF")
    endif()
    find_package(${package} ${ARGN} QUIET)
  elseif(HARMONIUM_WITH_${name})
    harmonium_find(${package} ${debian} ${ARGN})
  endif()
endmacro()

# Stops with one message that names everything missing and how to get it.
function(harmonium_stop_if_missing)
  get_property(missing GLOBAL PROPERTY harmonium_missing)
  if(NOT missing)
    return()
  endif()
  set(text "harmonium needs libraries that were not found:\n")
  set(install "apt-get install")
  while(missing)
    list(POP_FRONT missing package debian)
    string(APPEND text "  ${package} (Debian/Ubuntu package ${debian})\n")
    string(APPEND install " ${debian}")
  endwhile()
  message(FATAL_ERROR "${text}On Debian or Ubuntu: ${install}\n"
                      "Elsewhere, install them and point CMAKE_PREFIX_PATH to where they are.")
endfunction()
