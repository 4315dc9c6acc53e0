# cmake -DSOURCE=fonts.cpp -DFONTS="regular=in.ttf;semibold=..." -DFOLDER=build -P embed_fonts.cmake
#
# Cuts each font down to what the dashboard's languages need (Latin, extended Latin, punctuation,
# arrows; other scripts come from the browser's own fonts) and writes it as a C++ array, so that
# wasm, native tests and the fields of the page all measure with the same bytes.
# No hinting: glyphs are baked at exact device sizes. No layout tables: the design assumes neither
# kerning nor ligatures.
set(unicodes "U+0020-007E,U+00A0-017F,U+018F,U+0192,U+01A0-01A1,U+01AF-01B0,U+0218-021B,U+0259"
  ",U+02BB-02BC,U+02C6-02C7,U+02D8-02DD,U+1E80-1E85,U+1E9E,U+1EA0-1EF9,U+1EF2-1EF3"
  ",U+2007,U+2009,U+200A,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F-2030,U+2032-2033"
  ",U+2039-203A,U+2044,U+20A0-20BF,U+2116,U+2122,U+2190-2199,U+21A9-21AA,U+21B5,U+21E7,U+2212"
  ",U+2215,U+221E,U+2248,U+2260,U+2264-2265,U+2303,U+2318,U+2325,U+23CE,U+25A0-25A1,U+25B2,U+25B6"
  ",U+25BC,U+25C0,U+25CB,U+25CF,U+2713,U+2717,U+FFFD")
list(JOIN unicodes "" unicodes)

set(text "// Made from @expo-google-fonts by public/fonts/embed_fonts.cmake.\n")
string(APPEND text "#include \"web/ui/fonts.h\"\n")
foreach(font ${FONTS})
  string(REGEX MATCH "^([a-z]+)=(.*)$" matched ${font})
  set(name ${CMAKE_MATCH_1})
  set(file ${CMAKE_MATCH_2})
  set(cut ${FOLDER}/${name}.ttf)
  execute_process(
    COMMAND pyftsubset ${file} --unicodes=${unicodes} --no-hinting --layout-features=
      --drop-tables+=GSUB,GPOS,GDEF,meta,STAT,DSIG --name-IDs=1,2 --output-file=${cut}
    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE words)
  if(failed)
    message(FATAL_ERROR "The font ${file} could not be cut down: ${words}\nRun tools/setup first.")
  endif()
  file(READ ${cut} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REPEAT "." 80 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND text "\nstatic const unsigned char ${name}_bytes[] = {\n${bytes}};\n")
  string(APPEND text "std::span<const unsigned char> fairway::ui::font_${name}() {\n")
  string(APPEND text "  return ${name}_bytes;\n}\n")
endforeach()
file(WRITE ${SOURCE} "${text}")
