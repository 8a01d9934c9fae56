# cmake -DINPUT=FILE -DOUTPUT=FILE -P embed_text.cmake: a text file as C++ string literals, one a line, for
# `char const text[] = #include "..."`. Lines that begin with "# " are comments for people and stay out.
file(READ "${INPUT}" text)
string(REGEX REPLACE "(^|\n)# [^\n]*" "\\1" text "${text}")
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(WRITE "${OUTPUT}" "\"${text}\"\n")
