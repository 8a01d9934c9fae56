#pragma once
// What the configuration says of one source, as far as the pipeline needs it.

#include "feeds/clean/extract/clean.h"
#include "feeds/fetch/client.h"
#include "feeds/model/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::pipeline {

enum class PagePolicy : std::uint8_t {
  automatic,  // where the feed gives less than a full text
  always,
  never,
};

struct Source {
  FeedId id{};
  std::string name;
  // Set for a [[page]]: a web page that lists articles is read by selectors, or by itself.
  struct Listing {
    std::string item, link, title, date, summary;
  };
  std::optional<Listing> listing;
  PagePolicy pages = PagePolicy::automatic;
  std::string language;           // the operator's word; empty: as page or feed say
  std::vector<std::string> tags;  // of every article of this source
  double weight = 1;              // of the feed, against the others: tells originals from copies
  bool recheck = true;            // look at article pages again for edits
  bool learn_templates = true;    // drop what recurs over the articles of a host
  clean::CleanOptions clean;
  std::size_t join_pages_max = 1;  // pages of one article that are put together; 1: only the first
  fetch::Limits page_limits;       // of an article page; its body_bytes_max also of an unpacked document
};

}  // namespace newsfold::pipeline
