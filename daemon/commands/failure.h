#pragma once
// How a command says that it failed.

#include "feeds/model/error.h"

#include <iostream>
#include <string_view>

namespace newsfold {

// On standard error; gives the exit code.
inline int fail(std::string_view command, Error const& error) {
  std::cerr << "newsfold " << command << ": " << error.message << '\n';
  return 1;
}

}  // namespace newsfold
