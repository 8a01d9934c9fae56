# Run at every build: writes OUT (C++) and TEXT (the bare version) where the version changed.
#   cmake -DSOURCE=... -DPROJECT_VERSION=... -DOUT=... -DTEXT=... -P version.cmake
# A tagged commit v1.2.3 is version 1.2.3; 5 commits behind it 1.2.3+5.gabcdef1. Without a tag the project's own
# number stands in its place, without git alone.
set(version ${PROJECT_VERSION})
execute_process(COMMAND git -C ${SOURCE} describe --tags --match "v[0-9]*" --dirty=.dirty
                OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(NOT failed)
  string(REGEX REPLACE "^v" "" version ${described})
  string(REGEX REPLACE "-([0-9]+)-g" "+\\1.g" version ${version})
else()
  execute_process(COMMAND git -C ${SOURCE} describe --always --dirty=.dirty --exclude=*
                  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(version "${PROJECT_VERSION}+g${described}")
  endif()
endif()
set(code "#include \"daemon/version.h\"\n\nnamespace newsfold {\nchar const version[] = \"${version}\"\;\n}\n")
string(REPLACE "\\;" ";" code "${code}")
foreach(pair "OUT;code" "TEXT;version")
  list(GET pair 0 file)
  list(GET pair 1 content)
  set(old "")
  if(EXISTS ${${file}})
    file(READ ${${file}} old)
  endif()
  if(NOT old STREQUAL "${${content}}")
    file(WRITE ${${file}} "${${content}}")
  endif()
endforeach()
