# Target `docs`: the API documentation, in <build>/docs/html. Exists where doxygen is installed.
find_program(HARMONIUM_DOXYGEN doxygen DOC "doxygen, for the target docs")
mark_as_advanced(HARMONIUM_DOXYGEN)
if(HARMONIUM_DOXYGEN)
  configure_file(docs/Doxyfile.in ${PROJECT_BINARY_DIR}/docs/Doxyfile @ONLY)
  add_custom_target(docs COMMAND ${HARMONIUM_DOXYGEN} ${PROJECT_BINARY_DIR}/docs/Doxyfile VERBATIM
                    COMMENT "API documentation in ${PROJECT_BINARY_DIR}/docs/html")
endif()
