# Code that is not ours, laid down by tools/setup as build/third_party. Compiled without our
# warnings.

set(third_party ${CMAKE_SOURCE_DIR}/build/third_party)
if(NOT EXISTS ${third_party}/sqlite/sqlite3.c)
  message(FATAL_ERROR "build/third_party is not complete. Run tools/setup first.")
endif()

# nlohmann/json without exceptions: a wrong type aborts, so what others wrote is read through Fields
# only.
add_library(fairway_json INTERFACE)
target_include_directories(fairway_json SYSTEM INTERFACE ${third_party}/json)
target_compile_definitions(fairway_json INTERFACE JSON_NOEXCEPTION JSON_NO_IO JSON_DIAGNOSTICS=0)

add_library(fairway_doctest INTERFACE)
target_include_directories(fairway_doctest SYSTEM INTERFACE ${third_party}/doctest)
target_compile_definitions(fairway_doctest INTERFACE
  DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
  DOCTEST_CONFIG_NO_MULTITHREADING
  DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
if(FAIRWAY_WASI)
  # Debian's libc++ for wasm declares std::fstream without defining it, and wasi has no signals.
  target_compile_definitions(fairway_doctest INTERFACE
    DOCTEST_CONFIG_NO_POSIX_SIGNALS _WASI_EMULATED_SIGNAL)
  target_compile_options(fairway_doctest INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-include${CMAKE_SOURCE_DIR}/cmake/wasi/doctest_streams.h>)
  target_link_options(fairway_doctest INTERFACE -lwasi-emulated-signal)
endif()

add_library(fairway_blake3 STATIC
  ${third_party}/blake3/blake3.c
  ${third_party}/blake3/blake3_dispatch.c
  ${third_party}/blake3/blake3_portable.c)
target_include_directories(fairway_blake3 SYSTEM PUBLIC ${third_party}/blake3)
target_compile_definitions(fairway_blake3 PRIVATE
  BLAKE3_NO_SSE2 BLAKE3_NO_SSE41 BLAKE3_NO_AVX2 BLAKE3_NO_AVX512 BLAKE3_USE_NEON=0)
target_link_libraries(fairway_blake3 PUBLIC fairway_platform)
target_compile_options(fairway_blake3 PRIVATE -w)

# SQLite. In wasm there is no file system: a database is an image in memory (sqlite3_deserialize).
# Natively each thread has connections of its own.
add_library(fairway_sqlite STATIC ${third_party}/sqlite/sqlite3.c)
target_include_directories(fairway_sqlite SYSTEM PUBLIC ${third_party}/sqlite)
target_compile_definitions(fairway_sqlite PRIVATE
  SQLITE_DQS=0
  SQLITE_DEFAULT_FOREIGN_KEYS=0
  SQLITE_DEFAULT_MEMSTATUS=0
  SQLITE_LIKE_DOESNT_MATCH_BLOBS
  SQLITE_MAX_EXPR_DEPTH=1000
  SQLITE_OMIT_DEPRECATED
  SQLITE_OMIT_LOAD_EXTENSION
  SQLITE_OMIT_SHARED_CACHE
  SQLITE_STRICT_SUBTYPE=1
  SQLITE_THREADSAFE=$<IF:$<OR:$<BOOL:${FAIRWAY_WEB}>,$<BOOL:${FAIRWAY_WASI}>>,0,2>)
target_link_libraries(fairway_sqlite PUBLIC fairway_platform)
# Not sanitized: it would take minutes, and what we hand to it passes through checked memcpy anyway.
target_compile_options(fairway_sqlite PRIVATE -w -fno-sanitize=all)
if(FAIRWAY_WEB OR FAIRWAY_WASI)
  target_sources(fairway_sqlite PRIVATE ${CMAKE_SOURCE_DIR}/cmake/wasm/sqlite_memory_only.c)
  target_compile_definitions(fairway_sqlite PRIVATE SQLITE_OS_OTHER=1 SQLITE_OMIT_WAL)
  target_compile_options(fairway_sqlite PRIVATE -Oz)
endif()

# For the command line only.
if(NOT FAIRWAY_WEB AND NOT FAIRWAY_WASI)
  find_package(PostgreSQL REQUIRED)
  find_package(CURL REQUIRED)
  find_package(OpenSSL REQUIRED)
  add_library(fairway_libpq INTERFACE)
  target_link_libraries(fairway_libpq INTERFACE PostgreSQL::PostgreSQL)
  add_library(fairway_curl INTERFACE)
  target_link_libraries(fairway_curl INTERFACE CURL::libcurl OpenSSL::Crypto)
endif()
