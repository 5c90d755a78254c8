# cmake -DREADME=<markdown> -DOUTPUT=<file> -P readme_program.cmake
# Writes the first ```cpp block of a markdown file to a file.
file(READ "${README}" text)
string(FIND "${text}" "```cpp\n" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "${README} has no ```cpp block")
endif()
math(EXPR begin "${begin} + 7")
string(SUBSTRING "${text}" ${begin} -1 text)
string(FIND "${text}" "```" end)
string(SUBSTRING "${text}" 0 ${end} program)
file(WRITE "${OUTPUT}" "${program}")
