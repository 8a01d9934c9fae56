#pragma once
// A web page that lists articles, read as a feed: by the selectors of a rule, or by itself, where the links
// with the same surroundings that carry the most text are taken for the headlines. No I/O; callable from
// any thread.

#include "feeds/model/error.h"
#include "feeds/model/feed.h"
#include "feeds/parse/parse.h"

#include <string_view>

namespace newsfold::parse {

// CSS selectors; the others are looked for inside what `item` finds. Without it the items are found by
// themselves: around the links that `link` finds, else around the headlines of the page, else <article>.
struct ListingRule {
  std::string_view item{};
  std::string_view link{};     // empty: the item's own or first link with text that leads off the page
  std::string_view title{};    // empty: the first heading, else the text of the link
  std::string_view date{};     // empty: the first <time>
  std::string_view summary{};  // empty: none with an `item`; else the longest paragraph

  bool is_empty() const {
    return item.empty() && link.empty() && title.empty() && date.empty() && summary.empty();
  }
};

constexpr std::size_t listing_items_max = 500;

// Whether parse_listing() can read a selector. Fails with `invalid`.
Result<void> check_selector(std::string_view css);

// Items carry title, url, dates, summary and picture, in the order of the page, each address once and the
// page's own never; the
// Feed's format is `html`. Fails with `invalid` for a selector that is none, with `not_a_feed` where
// nothing is found, with `too_large` for a page beyond the limits of an HTML document.
Result<Feed> parse_listing(std::string_view bytes, Hints const& hints, ListingRule const& rule = {});

}  // namespace newsfold::parse
