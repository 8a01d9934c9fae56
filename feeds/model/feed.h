#pragma once
// What a feed document says, whatever its format: the vocabulary of JSON Feed 1.1
// (https://www.jsonfeed.org/version/1.1/) and, for what that has no word, our extension. Plain values
// that own their text (UTF-8). An empty string or an empty optional means "the document does not say".
// The JSON form of it stands in feeds/model/feed_json.h.

#include "feeds/model/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace newsfold {

enum class FeedFormat : std::uint8_t {
  rss_090,
  rss_091,
  rss_092,
  rss_093,
  rss_094,
  rss_10,
  rss_20,
  atom_03,
  atom_10,
  json_10,
  json_11,
  sitemap,
  html,
  cdf,
  rss_json,
  opml,
};

struct Author {
  std::string name;
  std::string url;
  std::string avatar;
  std::string email;

  bool operator==(Author const&) const = default;
};

struct Attachment {
  std::string url;
  std::string mime_type;
  std::string title;
  std::optional<std::uint64_t> size_in_bytes;
  std::optional<double> duration_in_seconds;
};

struct Hub {
  std::string type;  // "WebSub", "rssCloud"
  std::string url;
};

// Where an item came from by its own word (RSS <source>, atom:source).
struct ItemSource {
  std::string title;
  std::string url;
};

// GeoJSON: a "Point", "LineString" or "Polygon"; `positions` are longitude, latitude.
struct Geometry {
  std::string type;
  std::vector<std::pair<double, double>> positions;
};

struct Item {
  std::string id;   // guid, atom:id: as published, not yet known to behave
  std::string url;  // absolute where a base was known
  std::string external_url;
  std::string title;         // plain text
  std::string content_html;  // sanitized
  std::string content_text;
  std::string summary;
  std::string image;
  std::optional<UtcMicros> date_published;
  std::optional<UtcMicros> date_modified;
  std::string date_raw;  // the text behind date_published, kept where it could not be read, too
  std::vector<Author> authors;
  std::vector<std::string> tags;
  std::string language;
  std::vector<Attachment> attachments;

  std::string comments_url;
  ItemSource source;
  std::string license;
  std::optional<Geometry> geo;
  std::vector<Author> contributors;
  std::optional<bool> explicit_content;
};

// What was wrong with a document, for programs. Places count from the start of the document as UTF-8.
struct Problem {
  std::string code;     // "markup", "json", "encoding" ...: docs/feeds.md lists them
  std::string message;  // what was found, for a person
  std::optional<std::uint64_t> offset;
  std::uint64_t line = 0;    // from 1; 0: no place
  std::uint64_t column = 0;  // from 1, in bytes
  std::string expected;
  std::string done;  // about it
};

struct Feed {
  std::string title;
  std::string home_page_url;
  std::string feed_url;
  std::string description;
  std::string icon;
  std::string favicon;
  std::vector<Author> authors;
  std::string language;
  std::vector<Hub> hubs;
  std::vector<Item> items;

  FeedFormat format{};
  std::string encoding;     // what the bytes were read as, by its WHATWG name
  bool bozo = false;        // the document was not well formed and was repaired
  std::string bozo_reason;  // for a person: the problems in one line
  std::vector<Problem> problems;
  std::optional<UtcMicros> updated;
  std::string copyright;
  std::string generator;
  std::optional<std::int64_t> ttl_minutes;
  std::vector<int> skip_hours;         // 0..23, GMT
  std::vector<std::string> skip_days;  // "Monday" ...
  std::string update_period;           // sy:updatePeriod
  std::optional<std::int64_t> update_frequency;
  std::string next_url;  // RFC 5005
  std::string id;
  std::vector<std::string> tags;
  std::vector<Author> contributors;
  std::optional<bool> explicit_content;
  std::uint64_t items_dropped = 0;  // beyond the limit on items
};

}  // namespace newsfold
