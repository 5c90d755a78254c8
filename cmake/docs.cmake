# Target `docs`: the site of the documentation, in <build>/docs/html: pages by pandoc, the reference by
# Doxygen, one menu and one search (docs/site). Fails where a public name has no docstring. Exists where the
# three programs are installed.
find_program(HARMONIUM_DOXYGEN doxygen DOC "doxygen, for the target docs")
find_program(HARMONIUM_PANDOC pandoc DOC "pandoc, for the target docs")
find_program(HARMONIUM_PYTHON python3 DOC "Python 3, for the target docs")
mark_as_advanced(HARMONIUM_DOXYGEN HARMONIUM_PANDOC HARMONIUM_PYTHON)
if(HARMONIUM_DOXYGEN AND HARMONIUM_PANDOC AND HARMONIUM_PYTHON)
  configure_file(docs/Doxyfile.in ${PROJECT_BINARY_DIR}/docs/Doxyfile @ONLY)
  set(make_site ${HARMONIUM_PYTHON} ${PROJECT_SOURCE_DIR}/docs/site/build.py)
  set(folder ${PROJECT_BINARY_DIR}/docs)
  add_custom_target(docs
                    COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}/html
                    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}/html
                    COMMAND ${make_site} --frame ${PROJECT_VERSION} ${folder}/head.html ${folder}/end.html
                    COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}/xml
                    COMMAND ${HARMONIUM_DOXYGEN} ${folder}/Doxyfile
                    COMMAND ${HARMONIUM_PYTHON} ${PROJECT_SOURCE_DIR}/docs/site/documented.py ${folder}/xml
                            ${PROJECT_SOURCE_DIR}/include
                    COMMAND ${make_site} ${PROJECT_SOURCE_DIR} ${folder}/html ${PROJECT_VERSION} ${folder}/harmonium.tag
                    VERBATIM COMMENT "Documentation in ${folder}/html")
endif()
