#pragma once
// An article page, or the HTML of a feed's item, in; the article out: its text and nothing but its text,
// who wrote it and when, and an account of what was left out and mended. No I/O, no clock: the same bytes
// always give the same Article. Callable from any thread; calls share nothing.

#include "feeds/model/article.h"
#include "feeds/model/error.h"
#include "feeds/model/feed.h"

#include <memory>
#include <string_view>

namespace newsfold::clean {

class SiteRules;
struct BlockModel;

struct PageHints {
  std::string_view url;           // base of relative links; empty: they stay as they are
  std::string_view content_type;  // the HTTP header as it came; empty: none came
};

enum class PaidText : unsigned char {
  drop,  // what the page marks as paid is left out: readers see what a visitor is offered
  keep,
};

enum class PhotoCredits : unsigned char { drop, keep };  // lines that say whose picture it is

struct CleanOptions {
  PaidText paid_text = PaidText::drop;
  PhotoCredits photo_credits = PhotoCredits::drop;
  std::shared_ptr<SiteRules const> rules;  // what is known about single sites; null: nothing
  std::size_t page_bytes_max = 16UL << 20;
  BlockModel const* model = nullptr;  // null: the built-in one; the trainer judges pages by others
};

// Fails with `too_large`, or with `malformed` where the page holds no text at all.
Result<Article> clean_page(std::string_view bytes, PageHints const& hints, CleanOptions const& options = {});

// The feed's own text. Article::extractor is "feed".
Article clean_item(Item const& item, CleanOptions const& options = {});

}  // namespace newsfold::clean
