#pragma once
// The demo world as data: sites and what each publishes when, read from the text files in
// tests/origin/world. All copies and edits are worked out on loading; afterwards the world is a value that
// only says what is the case at a moment. Times are seconds since the world began.

#include "feeds/model/error.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::origin {

using WorldTime = std::chrono::milliseconds;

enum class SiteFormat : std::uint8_t { rss2, rss1, atom, json, html };
enum class Carries : std::uint8_t { full, summary, title };
enum class Wall : std::uint8_t { none, registration, subscription };

struct Span {
  WorldTime from{};
  WorldTime until{};
  bool contains(WorldTime t) const noexcept { return from <= t && t < until; }
};

struct Site {
  std::string id;
  std::string name;
  std::string host;
  std::string language;
  SiteFormat format{};
  std::string feed_path;  // may hold a query
  std::string page;       // which template
  Carries carries{};
  Wall wall = Wall::none;
  std::size_t wall_after = 0;  // paragraphs before the wall
  std::string tags;            // "a, b"
  std::string tracking;        // appended to the links in the feed
  std::optional<WorldTime> moves_at;
  std::string moves_to;
  Span down{};  // answers 500
};

// One state of an article; the last whose time has come is the current one.
struct Edition {
  WorldTime at{};
  std::string title;
  std::vector<std::string> paragraphs;
};

struct Publication {
  std::size_t site = 0;  // index into World::sites
  std::string slug;
  std::string author;
  std::string summary;
  std::chrono::minutes age{};  // how long before its time it says that it was published
  std::vector<Edition> editions;
  std::optional<WorldTime> withdrawn;

  WorldTime appears() const { return editions.front().at; }
  bool visible(WorldTime now) const { return appears() <= now && (!withdrawn || now < *withdrawn); }
  Edition const& edition(WorldTime now) const;
};

struct PageTemplate {
  std::string html;                             // with {{placeholders}}
  std::map<std::size_t, std::string> snippets;  // stands after that paragraph
  std::string wall;
};

struct World {
  std::vector<Site> sites;
  std::vector<Publication> publications;
  std::map<std::string, PageTemplate> templates;

  WorldTime ends() const;  // nothing happens after it
};

// Fails with `unreadable` or `invalid`, naming the file.
Result<World> load_world(std::string const& folder);

// How a spam mirror hands a text on: each `word` (inside words, too) becomes `keyword`, typographic quotes
// and dashes are GBK bytes read as Latin-1, no-break spaces are question marks.
std::string mirror_damage(std::string text, std::string_view word, std::string_view keyword);

}  // namespace newsfold::origin
