#pragma once
// The page that the newest version of an article was read from, and what to ask it with: whether it changed
// since. Reads the store: for the CPU pool.

#include "feeds/fetch/client.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace newsfold::pipeline {

// Below so many bytes of text a feed's own body is a teaser rather than an article.
inline constexpr std::size_t full_text_bytes_min = 1200;

struct KnownPage {
  std::uint32_t version = 0;  // that was read from it
  std::string url;            // as the feed gave it; empty: the text is not a page's, or was withdrawn
  // Empty: the page said nothing to ask with, or a better cleaner wants to see it once, changed or not.
  storage::PageValidators validators;
  bool may_come = false;  // the text is a feed's teaser: its page could not be had, or was not understood
};

KnownPage known_page(storage::View const& view, FeedId feed, ArticleId article);

// What to ask with after a 304: what it does not say stands (RFC 9111, 3.2).
storage::PageValidators after_unchanged(storage::PageValidators const& asked_with,
                                        fetch::ResponseHeaders const& headers);

// Makes `request`, whose URL is set, conditional: for the very URL that gave the validators.
void ask_whether_changed(fetch::Request& request, KnownPage const& known);

}  // namespace newsfold::pipeline
