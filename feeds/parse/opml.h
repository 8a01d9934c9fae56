#pragma once
// OPML: the list of feeds that readers hand over to one another. Not a feed itself; read to import
// subscriptions. Callable from any thread.

#include "feeds/model/error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::parse {

constexpr std::size_t opml_label_bytes_max = 200;  // longer titles, folders and categories are cut

struct Subscription {
  std::string title;
  std::string feed_url;  // as written, but feed:// as http://; http and https are all that can be asked for
  std::string page_url;
  std::vector<std::string> folders;     // outermost first
  std::vector<std::string> categories;  // of the outline itself, without slashes at their ends
};

struct OpmlLimits {
  std::size_t bytes_max = 64UL * 1024 * 1024;
  std::size_t subscriptions_max = 100'000;
  std::size_t depth_max = 32;   // folders in folders; deeper ones are passed over
  bool cut_off_allowed = true;  // then what stands before counts; else the list is `malformed`
};

// The outlines that name a feed, in document order. Fails with `not_a_feed` where the document is no OPML,
// with `too_large` where a limit was met. `content_type` is the HTTP header, empty where none came.
// `passed_over`: how many outlines name a web page or another list (type "link", "include") or hold folders
// beyond depth_max.
Result<std::vector<Subscription>> parse_opml(std::string_view bytes, std::string_view content_type = {},
                                             OpmlLimits const& limits = {},
                                             std::size_t* passed_over = nullptr);

}  // namespace newsfold::parse
