# What every target of ours is compiled with, and which of the three kinds of machine this build is
# for: FAIRWAY_WEB (Emscripten), FAIRWAY_WASI (the edge), or neither: native.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

set(FAIRWAY_WEB ${EMSCRIPTEN})
if(CMAKE_SYSTEM_NAME STREQUAL "WASI")
  set(FAIRWAY_WASI ON)
endif()

# Emscripten starts it by itself (EM_COMPILER_WRAPPER in tools/build).
find_program(CCACHE ccache)
if(CCACHE AND NOT FAIRWAY_WEB)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/cmake/compiler_cache)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/cmake/compiler_cache)
endif()

# fairway_precompile(target header...): headers of others that take longer to read than most of our
# files, read once a target. Files name what they use all the same: tools/tidy reads without this.
function(fairway_precompile target)
  set(headers algorithm array charconv chrono coroutine functional map memory optional set span
    string string_view utility variant vector nlohmann/json.hpp ${ARGN})
  list(TRANSFORM headers REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# For all code in C++, third party's too: sanitizers and the standard library must agree everywhere.
add_library(fairway_platform INTERFACE)
if(FAIRWAY_WASI)
  # An instance answers one request and is dropped: links are small and fast, nothing is unwound.
  target_compile_options(fairway_platform INTERFACE
    -mbulk-memory -msign-ext -mnontrapping-fptoint -flto -ffunction-sections -fdata-sections)
  target_link_options(fairway_platform INTERFACE -flto -Wl,--gc-sections -Wl,--strip-debug)
elseif(NOT FAIRWAY_WEB)
  target_compile_options(fairway_platform INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-stdlib=libc++>)
  target_link_options(fairway_platform INTERFACE -stdlib=libc++ -fuse-ld=lld)
  if(FAIRWAY_SANITIZE)
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_compile_options(fairway_platform INTERFACE ${sanitizers} -fno-omit-frame-pointer)
    target_link_options(fairway_platform INTERFACE ${sanitizers})
  endif()
  if(FAIRWAY_FUZZ)
    target_compile_options(fairway_platform INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endif()

# For our own code. Includes are written from the repository's root: "shared/base/task.h".
add_library(fairway_code INTERFACE)
target_link_libraries(fairway_code INTERFACE fairway_platform)
target_include_directories(fairway_code INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(fairway_code INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wextra-semi -Wunreachable-code
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)

# Sanitizers' -fno-rtti: the vptr check needs type information, which the product does without.
if(FAIRWAY_SANITIZE)
  target_compile_options(fairway_code INTERFACE -fno-sanitize=vptr)
endif()
