#pragma once
// "The same item again": is this item of a feed one that we have stored, perhaps under another guid, link
// or title? A pure function of the item, of the habits its feed was seen to have, and of what the store
// knows under the item's keys. No single field is trusted: publishers make guids anew at every fetch, give
// one guid to all items, put session ids into links and edit titles. Two fields that agree outweigh one that
// does not; an item is only taken for an old one where something specific to it agrees.

#include "feeds/dedup/signature.h"
#include "feeds/model/ids.h"
#include "feeds/model/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::dedup {

// The form of a URL in which two addresses of one page are equal: without scheme, "www.", "m." and "amp.",
// the marks of AMP, default port, user, fragment, dot segments, trailing slash, index file, tracking
// parameters (utm_*, fbclid, gclid ...) and session ids; host in lower case, percent-encoding as short as can
// be, parameters sorted; wrappers such as "https://www.google.com/url?q=..." undone. For comparing only,
// never for fetching. A text that is no http(s) URL is returned trimmed.
std::string identity_url(std::string_view url);

// False for what many items can share: a site's front page, no path and no parameters.
bool names_one_page(std::string_view identity_url) noexcept;

// What of an item can make it the same again. Hashes of normal forms; 0 means that the item has none.
struct ItemTraits {
  std::uint64_t guid = 0;
  std::uint64_t url = 0;    // of identity_url, where it names one page
  std::uint64_t title = 0;  // of its words, case folded
  std::uint64_t text = 0;   // of its words; 0 where there are too few to tell items apart
  std::optional<UtcMicros> published;
  std::uint64_t link = 0;  // of the address that the feed gives, where `url` is another one, the page's own

  bool operator==(ItemTraits const&) const = default;
};

// `url` should be the declared canonical one where the page was fetched, `link` then the one that the feed
// gave: it is all that is known of the item when it is read again. `text` is clean text.
struct ItemFields {
  std::string_view guid;
  std::string_view url;
  std::string_view title;
  std::string_view text;
  std::optional<UtcMicros> published;
  std::string_view link = {};
};
ItemTraits make_traits(ItemFields const& fields);
// Where the signature of the text is at hand: spares reading the text once more.
ItemTraits make_traits(ItemFields const& fields, Signature const& of_text);

// The keys under which the store finds an item again. `url` keys hold for all feeds, the others within one.
enum class KeyKind : std::uint8_t { guid = 1, url = 2, title = 3, text = 4 };  // on disk: never renumbered
struct IdentityKey {
  KeyKind kind{};
  std::uint64_t hash = 0;

  bool operator==(IdentityKey const&) const = default;
};
// Those that the item has; the store writes one row for each.
std::vector<IdentityKey> identity_keys(ItemTraits const& traits);

// What a feed was seen to do, counted over its documents; the store keeps it with the feed.
struct FeedHabits {
  std::uint32_t guid_kept = 0;     // the same item came again with its guid ...
  std::uint32_t guid_changed = 0;  // ... with another one
  std::uint32_t guid_shared = 0;   // different items had one guid
  std::uint32_t url_kept = 0;
  std::uint32_t url_changed = 0;
  std::uint32_t url_shared = 0;

  bool guid_means_something() const noexcept;  // false for one guid for all, and for new guids at every fetch
  bool url_means_something() const noexcept;
  bool operator==(FeedHabits const&) const = default;
};

// Counts what the items of one fetched document share among themselves: one guid or one link for items with
// different titles. Call before the items are identified.
void observe_document(std::span<ItemTraits const> items, FeedHabits& habits);

// An article that the store found under a key.
struct KnownItem {
  ArticleId article{};
  FeedId feed{};
  ItemTraits traits;  // as of the last time that it was seen
};

class KnownItems {
 public:
  // A store need not return more than these for a key.
  static constexpr std::size_t found_max = 8;

  virtual ~KnownItems() = default;
  // Newest first. For `url` keys of all feeds, for others of `feed`.
  virtual std::vector<KnownItem> find(FeedId feed, IdentityKey key) const = 0;
};

enum class IdentityReason : std::uint8_t {
  new_item,
  guid_and_other,  // the guid, confirmed by link, title, date or text
  guid_alone,      // the guid of a feed whose guids hold, with nothing to contradict it
  url_and_other,
  url_alone,
  title_and_date,  // neither guid nor link can be relied on
  title_and_text,  // announced anew under another guid, link and date
  other_feed,      // another feed of the site brought it: one article, two feeds
};
std::string_view to_string(IdentityReason reason) noexcept;

struct Identity {
  IdentityReason reason = IdentityReason::new_item;
  ArticleId article{};  // without meaning for new_item
};

// `habits` is updated by what this item shows.
Identity identify(FeedId feed, ItemTraits const& item, FeedHabits& habits, KnownItems const& known);

}  // namespace newsfold::dedup
