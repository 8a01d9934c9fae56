#pragma once
// Which Newsfold this is: "0.1.0", or "0.1.0+12.gabcdef1" between two releases. Written anew at every build,
// so that one small file is compiled when a commit changes it (cmake/version.cmake).

namespace newsfold {

extern char const version[];

}  // namespace newsfold
