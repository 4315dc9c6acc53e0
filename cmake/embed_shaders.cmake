# cmake -DHEADER=shaders.h -DSOURCES=a.vert;b.frag -P embed_shaders.cmake: writes the texts as C++
# string literals.
set(text "// Made from shaders/ by cmake/embed_shaders.cmake.\n#pragma once\n")
string(APPEND text "\nnamespace fairway::shaders {\n")
foreach(source ${SOURCES})
  get_filename_component(name ${source} NAME)
  string(MAKE_C_IDENTIFIER ${name} name)
  file(READ ${source} content)
  string(APPEND text "\ninline constexpr char ${name}[] = R\"glsl(${content})glsl\";\n")
endforeach()
string(APPEND text "\n}  // namespace fairway::shaders\n")
file(WRITE ${HEADER} "${text}")
