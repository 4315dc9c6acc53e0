# cmake -DBOOK=prices.txt -DHEADER=price_table.h -P embed_prices.cmake: the price book as rows of
# C++, whose numbers prices.cpp reads while it is compiled. prices.txt tells the form of a line.
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${BOOK} lines)
set(rows "")
set(names "")
set(units "")
set(prefixes "")
set(row_count 0)
set(first_row 0)
set(open_row "")

# Ends the row of the last `from`; `long` comes behind it.
macro(close_row long_rates)
  if(open_row)
    string(APPEND rows "    ${open_row}, ${long_rates}),\n")
    math(EXPR row_count "${row_count} + 1")
    set(open_row "")
  endif()
endmacro()

# Says how many rows belong to the names of the model that ends here.
macro(close_model)
  close_row("0, {}")
  foreach(name IN LISTS model_names)
    math(EXPR count "${row_count} - ${first_row}")
    string(APPEND names "    {\"${name}\", ${first_row}, ${count}},\n")
  endforeach()
  set(model_names "")
  set(first_row ${row_count})
endmacro()

# "a", "b" for a;b
function(quote output)
  list(TRANSFORM ARGN REPLACE "(.+)" "\"\\1\"")
  list(JOIN ARGN ", " joined)
  set(${output} "${joined}" PARENT_SCOPE)
endfunction()

macro(want count)
  list(LENGTH words length)
  if(NOT length ${count})
    message(FATAL_ERROR "${BOOK}: not understood: ${line}")
  endif()
endmacro()

foreach(line IN LISTS lines)
  if(line MATCHES "^(#|$)")
    continue()
  endif()
  string(REGEX REPLACE " +" ";" words "${line}")
  list(POP_FRONT words kind)
  if(kind STREQUAL "model")
    want("EQUAL;7")
    close_model()
    list(GET words 1 model_names)
    quote(model ${words})
  elseif(kind STREQUAL "name")
    want("GREATER;0")
    list(APPEND model_names ${words})
  elseif(kind STREQUAL "from")
    want("EQUAL;7")
    close_row("0, {}")
    list(POP_FRONT words date)
    quote(rates ${words})
    set(open_row "row({${model}}, \"${date}\", {${rates}}")
  elseif(kind STREQUAL "long")
    want("EQUAL;6")
    list(POP_FRONT words tokens)
    quote(rates ${words})
    close_row("${tokens}, {${rates}}")
  elseif(kind STREQUAL "unit")
    want("EQUAL;5")
    quote(unit ${words})
    string(APPEND units "    unit(${unit}),\n")
  elseif(kind STREQUAL "prefix")
    want("GREATER;1")
    list(POP_FRONT words unit_type)
    foreach(digits IN LISTS words)
      string(APPEND prefixes "    {\"${digits}\", \"${unit_type}\"},\n")
    endforeach()
  else()
    message(FATAL_ERROR "${BOOK}: not understood: ${line}")
  endif()
endforeach()
close_model()

file(WRITE ${HEADER} "// Made from prices.txt by embed_prices.cmake; read by prices.cpp.
#pragma once

namespace fairway::price_table {

inline constexpr ModelPrice rows[] = {
${rows}};

inline constexpr ModelName names[] = {
${names}};

inline constexpr UnitPrice units[] = {
${units}};

inline constexpr NumberPrefix prefixes[] = {
${prefixes}};

}  // namespace fairway::price_table
")
