# harmonium_find(<package> <debian package> [find_package arguments...]): find_package that remembers
# what it did not find. A macro, because find_package sets variables where it is called.
macro(harmonium_find package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    set_property(GLOBAL APPEND PROPERTY harmonium_missing "${package}" "${debian}")
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
