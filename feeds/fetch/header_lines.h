#pragma once
// Picks the header lines that somebody asks for out of what libcurl hands over line by line.

#include "feeds/fetch/client.h"

#include <string>
#include <string_view>

namespace newsfold::fetch {

inline constexpr std::size_t link_lines_max = 32;

// CR and LF would end a header of ours and begin somebody else's.
bool is_header_safe(std::string_view text);

struct HeaderLines {
  ResponseHeaders headers;
  std::string location;

  // One line as received. A status line begins anew: what a 103 said is not what the answer says.
  void add(std::string_view line);
};

}  // namespace newsfold::fetch
