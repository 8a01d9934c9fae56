# What every target shares. Three INTERFACE targets, set here and nowhere else.

# A fast linker halves the loop after an edit; the first of these that is installed serves.
find_program(NEWSFOLD_MOLD ld.mold)
find_program(NEWSFOLD_LLD ld.lld)
if(NEWSFOLD_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(NEWSFOLD_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(newsfold_warnings INTERFACE)
target_compile_options(newsfold_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlaps, dangling pointers and uninitialised members in inlined code of the standard
  # library and of coroutine frames that are not there (GCC bugs 105329, 105562, 106757).
  target_compile_options(newsfold_warnings INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-dangling-pointer -Wno-mismatched-new-delete)
endif()
if(CMAKE_UNITY_BUILD)
  # Files that are compiled as one see each other's unnamed namespaces; a build of each alone warns.
  target_compile_options(newsfold_warnings INTERFACE -Wno-shadow -Wno-subobject-linkage -Wno-unused-function)
endif()

# A release does not say in which folder it was built: two builds give the same bytes.
add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)

# Asio and Beast are compiled once (daemon/runtime/asio_impl.cc, daemon/api/beast_impl.cc): their
# headers then only declare.
add_library(newsfold_asio_settings INTERFACE)
target_compile_definitions(newsfold_asio_settings INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)

if(NEWSFOLD_SANITIZE)
  add_compile_options(-fsanitize=${NEWSFOLD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NEWSFOLD_SANITIZE})
  if(NEWSFOLD_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio puts fences around handlers. ThreadSanitizer does not see them; what they order is also under locks.
    add_compile_options(-Wno-tsan)
  endif()
endif()

# newsfold_library(NAME SOURCES ... HEADERS ... [PUBLIC libs...] [PRIVATE libs...] [PRECOMPILED NAME])
# A folder's target. Headers form a file set, so that `all_verify_interface_header_sets` compiles each
# of them alone. PUBLIC are the libraries whose types stand in our headers.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
function(newsfold_library name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE newsfold_warnings ${ARG_PRIVATE})
  if(ARG_PRECOMPILED)
    newsfold_use_precompiled(${name} ${ARG_PRECOMPILED})
  endif()
endfunction()

# Folders are installed the same whatever the builder's umask is.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# Adds those of the named folders that have something to build.
macro(newsfold_rooms)
  foreach(_room ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${_room}/CMakeLists.txt)
      add_subdirectory(${_room})
    endif()
  endforeach()
endmacro()

# newsfold_embed_texts(TARGET DIRECTORY FILE...): data files that the program carries in itself. DIRECTORY/FILE
# becomes `#include "embedded/DIRECTORY/FILE.inc"`, a string literal of its lines.
function(newsfold_embed_texts target directory)
  foreach(file IN LISTS ARGN)
    set(input ${CMAKE_CURRENT_SOURCE_DIR}/${directory}/${file})
    set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded/${directory}/${file}.inc)
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -P ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
      DEPENDS ${input} ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
      COMMENT "Embedding ${directory}/${file}" VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endforeach()
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
