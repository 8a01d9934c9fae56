# Headers of big libraries, parsed once for the many files that need them. Slim on purpose: nothing of ours is in
# them, and every file still includes what it uses, which `./dev lint` and the other compiler (`./dev fuzz`) check,
# as they build without.

# newsfold_precompile(NAME LIBS... HEADERS...): what `PRECOMPILED NAME` of newsfold_library and newsfold_test means.
function(newsfold_precompile name)
  cmake_parse_arguments(ARG "" "" "LIBS;HEADERS" ${ARGN})
  set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Precompiled headers hang on this file.\n")
  add_library(newsfold_precompiled_${name} OBJECT ${source})
  target_link_libraries(newsfold_precompiled_${name} PRIVATE newsfold_warnings ${ARG_LIBS})
  target_compile_options(newsfold_precompiled_${name} PRIVATE -fpch-preprocess)  # for ccache
  target_precompile_headers(newsfold_precompiled_${name} PRIVATE ${ARG_HEADERS})
endfunction()

function(newsfold_use_precompiled target name)
  if(TARGET newsfold_precompiled_${name})
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    target_precompile_headers(${target} REUSE_FROM newsfold_precompiled_${name})
  endif()
endfunction()

# clang reads no headers that gcc prepared, and each compiler has its own rules: gcc's suffice.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  return()
endif()

set(_standard <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <unordered_map>
              <utility> <variant> <vector>)
set(_asio <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
          <boost/asio/io_context.hpp> <boost/asio/post.hpp> <boost/asio/redirect_error.hpp>
          <boost/asio/steady_timer.hpp> <boost/asio/thread_pool.hpp> <boost/asio/use_awaitable.hpp>)
newsfold_precompile(asio
  LIBS Boost::headers Threads::Threads newsfold_asio_settings
  HEADERS ${_standard} ${_asio})
newsfold_precompile(rocksdb
  LIBS RocksDB::rocksdb
  HEADERS ${_standard} <rocksdb/db.h> <rocksdb/write_batch.h>)
if(NEWSFOLD_TESTS)  # at the level that tests are compiled at, see newsfold_test
  newsfold_precompile(gtest
    LIBS GTest::gmock
    HEADERS ${_standard} <gmock/gmock.h> <gtest/gtest.h>)
  newsfold_precompile(gtest_asio
    LIBS GTest::gmock Boost::headers Threads::Threads newsfold_asio_settings
    HEADERS ${_standard} ${_asio} <gmock/gmock.h> <gtest/gtest.h>)
  foreach(name gtest gtest_asio)
    target_compile_options(newsfold_precompiled_${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  endforeach()
endif()
