# Read by cpack before each generator: an archive unpacks into a folder of its own, a .deb into /.
if(CPACK_GENERATOR STREQUAL "TGZ")
  set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
endif()
