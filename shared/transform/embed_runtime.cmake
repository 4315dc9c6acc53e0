# cmake -DHEADER=runtime_files.h -DSOURCES=a.js;b.js -P embed_runtime.cmake: the files that travel
# with every published app, as C++ string literals: entry.js -> fairway::runtime::entry_js.
set(text "// Made from shared/transform/runtime/ by embed_runtime.cmake.\n#pragma once\n")
string(APPEND text "\nnamespace fairway::runtime {\n")
foreach(source ${SOURCES})
  get_filename_component(name ${source} NAME)
  string(MAKE_C_IDENTIFIER ${name} name)
  file(READ ${source} content)
  string(APPEND text "\ninline constexpr char ${name}[] = R\"runtime(${content})runtime\";\n")
endforeach()
string(APPEND text "\n}  // namespace fairway::runtime\n")
file(WRITE ${HEADER} "${text}")
