# fairway_embed_shaders(target name.vert name.frag ...): each file of shaders/ is checked by
# glslangValidator and becomes a string in the header "shaders.h": name.vert ->
# fairway::shaders::name_vert.

function(fairway_embed_shaders target)
  find_program(GLSLANG_VALIDATOR glslangValidator)
  if(NOT GLSLANG_VALIDATOR)
    message(FATAL_ERROR "glslangValidator is missing. Run tools/setup first.")
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_shaders)
  set(header ${folder}/shaders.h)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/shaders/ OUTPUT_VARIABLE sources)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${GLSLANG_VALIDATOR} ${sources}
    COMMAND ${CMAKE_COMMAND} -DHEADER=${header} "-DSOURCES=${sources}"
      -P ${CMAKE_SOURCE_DIR}/cmake/embed_shaders.cmake
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/cmake/embed_shaders.cmake
    COMMENT "Checking and embedding shaders"
    VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
