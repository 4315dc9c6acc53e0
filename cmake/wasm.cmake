# What executables need beyond their code, by kind of machine.

# fairway_wasi_reactor(target): a module without main, called through its exports. Written as
# <target>.wasm and shrunk by wasm-opt. Features are named one by one: newer wasm-opt would else
# write encodings that engines do not read yet.
function(fairway_wasi_reactor target)
  target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/wasi/stack_protector.c)
  target_link_options(${target} PRIVATE -mexec-model=reactor)
  set_target_properties(${target} PROPERTIES SUFFIX .wasm)
  if(DEFINED ENV{FAIRWAY_WASM_OPT})
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND $ENV{FAIRWAY_WASM_OPT} -O3 --strip-debug --strip-producers
        --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int
        --enable-mutable-globals
        $<TARGET_FILE:${target}> -o $<TARGET_FILE:${target}>
      COMMENT "Shrinking ${target}.wasm"
      VERBATIM)
  endif()
endfunction()

# fairway_test_program(target): a program with main that ctest can start: natively, under node's
# wasi, or as Emscripten's script under node. Sets FAIRWAY_RUN in the caller: the words before the
# program's path.
function(fairway_test_program target)
  # Tests draw sizes from 64-bit dice; in wasm a size has 32 bits, and the dice stay below it.
  target_compile_options(${target} PRIVATE -Wno-shorten-64-to-32)
  if(FAIRWAY_WASI)
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/wasi/stack_protector.c)
    target_link_options(${target} PRIVATE -Wl,-z,stack-size=1048576)
    set_target_properties(${target} PROPERTIES SUFFIX .wasm)
    set(FAIRWAY_RUN node --no-warnings ${CMAKE_SOURCE_DIR}/cmake/wasi/run.mjs PARENT_SCOPE)
  elseif(FAIRWAY_WEB)
    target_link_options(${target} PRIVATE
      -sENVIRONMENT=node -sALLOW_MEMORY_GROWTH -sSTACK_SIZE=1048576 -sEXIT_RUNTIME -sNODERAWFS)
    set_target_properties(${target} PROPERTIES SUFFIX .cjs)
    set(FAIRWAY_RUN node PARENT_SCOPE)
  else()
    set(FAIRWAY_RUN "" PARENT_SCOPE)
  endif()
endfunction()
