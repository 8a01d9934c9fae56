#pragma once
// What a publisher took back: the at:deleted-entry elements of an Atom feed (RFC 6721). They are rare: a
// document without that name in it costs one search. Pure; the same bytes always give the same answer; any
// thread.

#include "feeds/model/time.h"
#include "feeds/parse/parse.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::parse {

struct Tombstone {
  std::string id;  // atom:id or guid of the item
  std::optional<UtcMicros> when;
  std::string comment;

  bool operator==(Tombstone const&) const = default;
};

// In the order of the document, at most limits.items_max. None where the document cannot be read, or is in
// UTF-16.
std::vector<Tombstone> find_tombstones(std::string_view bytes, Hints const& hints, Limits const& limits = {});

}  // namespace newsfold::parse
