#pragma once
// Articles that a site parts into several pages: where the next page is, and the pages joined to one article.
// Pure: fetching is the caller's business.

#include "feeds/model/article.h"

#include <string>
#include <string_view>

namespace newsfold::clean {

// The address of the page that follows, or "". Found by rel=next and by the links of a pager. Only an address
// that is this page's own with the next number counts ("?page=2", "/sluice/2", "/sluice-2.html"): rel=next
// names the next article on many sites, and a pager may be that of the comments.
std::string next_page(std::string_view bytes, std::string_view content_type, std::string_view url);

// The number of a page of a series, and its address without it; 1 for an address that has none.
struct SeriesAddress {
  std::string base;
  unsigned number = 1;
};
SeriesAddress series_address(std::string_view url);

// Takes the text and the account of `next` behind those of `first`. Paragraphs that `first` has already, as
// the summary that every page repeats, are left out.
void join_page(Article& first, Article next);

}  // namespace newsfold::clean
