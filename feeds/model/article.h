#pragma once
// An article as we hand it on: what the page (or the feed's own text) says, cleaned, with an account of
// what was taken out and mended. Plain values that own their text (UTF-8); empty means "not known".

#include "feeds/model/feed.h"
#include "feeds/model/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold {

enum class Paywall : std::uint8_t { none, metered, registration, subscription };

// How much of the article its text is, as far as can be told.
enum class Completeness : std::uint8_t {
  full,     // nothing says that something is missing
  partial,  // cut, but more than its beginning
  teaser,   // its first sentences
};

enum class FragmentKind : std::uint8_t {
  ad,
  paywall,
  related,
  newsletter,
  social,
  nav,
  cookie,
  app,
  sponsor,
  copyright,
  credit,
  caption,
  contact,
  byline,
  comments,
  template_block,
  hidden,
  other,
};

// Something that was taken out of the text.
struct Removed {
  FragmentKind kind{};
  std::string text;  // the first 80 characters
};

enum class RepairKind : std::uint8_t { mojibake, substitution, lost_nbsp, entity, control, space };

// Something in the text that was mended.
struct Repair {
  RepairKind kind{};
  std::string from;  // what stood there; for mojibake the encoding mix-up, e.g. "utf-8 as windows-1252"
  std::string to;
  std::uint64_t count = 0;
};

struct Article {
  std::string title;
  std::string byline;           // as printed
  std::vector<Author> authors;  // name, url
  std::optional<UtcMicros> date_published;
  std::optional<UtcMicros> date_modified;
  int published_offset_minutes = 0;  // the publisher's clock, east of Greenwich, by page or country
  std::string site_name;
  std::string language;  // BCP 47
  std::string url;       // canonical
  std::string image;
  std::string content_html;  // sanitized
  std::string content_text;  // paragraphs parted by one blank line

  std::string extractor;  // which way of reading the page gave the text
  Paywall paywall = Paywall::none;
  std::string paywall_evidence;  // for a person: what on the page says so
  bool truncated = false;        // the wall cut the text
  Completeness completeness = Completeness::full;
  bool spam_mirror = false;  // words were substituted by a keyword: a copy, never an original
  std::vector<Removed> removed;
  std::vector<Repair> repairs;
};

std::string_view to_string(Paywall paywall) noexcept;
std::string_view to_string(Completeness completeness) noexcept;
std::string_view to_string(FragmentKind kind) noexcept;
std::string_view to_string(RepairKind kind) noexcept;
std::string_view to_string(FeedFormat format) noexcept;

}  // namespace newsfold
