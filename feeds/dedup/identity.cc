#include "feeds/dedup/identity.h"

#include "feeds/dedup/frequent_words.h"
#include "feeds/dedup/words.h"
#include "feeds/text/ascii.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <unordered_map>

namespace newsfold::dedup {

namespace {

// A text of fewer words is a teaser line that a feed may put under every item.
constexpr std::size_t telling_text_words_min = 20;
// A habit seen this many times as often as its opposite is the rule.
constexpr std::uint32_t rule_factor = 10;

std::uint64_t hash_of_bytes(std::string_view bytes) noexcept {
  if (bytes.empty()) return 0;
  WordHash hash;
  for (char const c : bytes) hash.add(static_cast<unsigned char>(c));
  return hash.value();
}

enum class Agreement : std::uint8_t { unknown, same, differs };

Agreement agree(std::uint64_t a, std::uint64_t b) noexcept {
  if (a == 0 || b == 0) return Agreement::unknown;
  return a == b ? Agreement::same : Agreement::differs;
}

// One page has one address of its own and others that lead there: one that both know is enough.
Agreement agree_on_url(ItemTraits const& a, ItemTraits const& b) noexcept {
  if ((a.url | a.link) == 0 || (b.url | b.link) == 0) return Agreement::unknown;
  auto const known = [&](std::uint64_t url) { return url != 0 && (url == b.url || url == b.link); };
  return known(a.url) || known(a.link) ? Agreement::same : Agreement::differs;
}

struct Agreements {
  Agreement guid;
  Agreement url;
  Agreement title;
  Agreement text;
  Agreement date;

  Agreements(ItemTraits const& a, ItemTraits const& b)
      : guid(agree(a.guid, b.guid)),
        url(agree_on_url(a, b)),
        title(agree(a.title, b.title)),
        text(agree(a.text, b.text)),
        date(!a.published || !b.published ? Agreement::unknown
             : a.published == b.published ? Agreement::same
                                          : Agreement::differs) {}
};

constexpr bool same(Agreement a) noexcept { return a == Agreement::same; }
constexpr bool differs(Agreement a) noexcept { return a == Agreement::differs; }

bool guid_is_proven(FeedHabits const& habits) noexcept {
  return habits.guid_kept > 0 && habits.guid_changed == 0 && habits.guid_means_something();
}
bool url_is_proven(FeedHabits const& habits) noexcept {
  return habits.url_kept > 0 && habits.url_changed == 0 && habits.url_means_something();
}

// The guid is the same and the feed's guids are not known to mean nothing.
IdentityReason judge_by_guid(Agreements const& a) {
  if (same(a.url) || same(a.title) || same(a.text) || same(a.date)) return IdentityReason::guid_and_other;
  int const against = differs(a.url) + differs(a.title) + differs(a.text) + differs(a.date);
  // Everything else is another: a guid that was given twice. Where a feed has one item at a time its guid has
  // held as long as that item stood there, which proves nothing.
  if (against >= 3 || (differs(a.url) && differs(a.title))) return IdentityReason::new_item;
  return IdentityReason::guid_alone;
}

// The link is the same and the feed's links are not known to mean nothing.
IdentityReason judge_by_url(Agreements const& a, FeedHabits const& habits) {
  if (same(a.title) || same(a.text) || same(a.date)) return IdentityReason::url_and_other;
  // Only the link agrees. A feed whose guids hold says that this is another item; where there are no guids,
  // or new ones every time, the link is the identity and the title was edited.
  if (differs(a.guid) && habits.guid_changed == 0) return IdentityReason::new_item;
  return IdentityReason::url_alone;
}

// Neither guid nor link say so. A title alone returns ("Letters", "Morning briefing"); with its date or its
// text it is the item.
IdentityReason judge_by_title(Agreements const& a, FeedHabits const& habits) {
  if (same(a.text)) return IdentityReason::title_and_text;
  if (differs(a.guid) && guid_is_proven(habits)) return IdentityReason::new_item;
  if (differs(a.url) && url_is_proven(habits)) return IdentityReason::new_item;
  if (same(a.date)) return IdentityReason::title_and_date;
  // Without any date, and with nothing else that holds in this feed, a title is what there is.
  bool const nothing_else = (!habits.guid_means_something() || a.guid == Agreement::unknown) &&
                            (!habits.url_means_something() || a.url == Agreement::unknown);
  if (a.date == Agreement::unknown && nothing_else && !differs(a.text)) return IdentityReason::title_and_date;
  return IdentityReason::new_item;
}

IdentityReason judge(FeedId feed, ItemTraits const& item, KnownItem const& known, FeedHabits const& habits) {
  Agreements const a(item, known.traits);
  if (known.feed != feed) {
    bool const confirmed = same(a.title) || same(a.text) || same(a.date);
    return same(a.url) && confirmed && habits.url_means_something() ? IdentityReason::other_feed
                                                                    : IdentityReason::new_item;
  }
  if (same(a.guid) && habits.guid_means_something()) {
    // A guid that contradicts everything else is worth nothing, but the others contradict then, too.
    return judge_by_guid(a);
  }
  if (same(a.url) && habits.url_means_something()) return judge_by_url(a, habits);
  if (same(a.url) && same(a.title) && (same(a.date) || same(a.text))) return IdentityReason::url_and_other;
  if (same(a.title)) return judge_by_title(a, habits);
  return IdentityReason::new_item;
}

void learn(Agreements const& a, FeedHabits& habits) {
  habits.guid_kept += same(a.guid);
  habits.guid_changed += differs(a.guid);
  habits.url_kept += same(a.url);
  habits.url_changed += differs(a.url);
}

bool holds(std::uint32_t kept, std::uint32_t changed, std::uint32_t shared) noexcept {
  bool const distinct = shared == 0 || kept / rule_factor > shared;
  return distinct && changed <= kept;
}

}  // namespace

namespace {

ItemTraits make_traits(ItemFields const& fields, WordsHash const& text) {
  ItemTraits traits;
  auto const guid = text::trim(fields.guid);
  traits.guid = hash_of_bytes(text::is_web_url(guid) ? identity_url(guid) : std::string(guid));
  if (auto const url = identity_url(fields.url); names_one_page(url)) traits.url = hash_of_bytes(url);
  if (auto const link = identity_url(fields.link); names_one_page(link)) traits.link = hash_of_bytes(link);
  if (traits.link == traits.url) traits.link = 0;
  traits.title = words_hash(fields.title).hash;
  if (text.words >= telling_text_words_min) traits.text = text.hash;
  traits.published = fields.published;
  return traits;
}

}  // namespace

ItemTraits make_traits(ItemFields const& fields) { return make_traits(fields, words_hash(fields.text)); }

ItemTraits make_traits(ItemFields const& fields, Signature const& of_text) {
  return make_traits(fields, WordsHash{of_text.sketch.text_hash, of_text.text_words});
}

std::vector<IdentityKey> identity_keys(ItemTraits const& traits) {
  std::vector<IdentityKey> keys;
  if (traits.guid != 0) keys.push_back({KeyKind::guid, traits.guid});
  if (traits.url != 0) keys.push_back({KeyKind::url, traits.url});
  if (traits.link != 0) keys.push_back({KeyKind::url, traits.link});
  if (traits.title != 0) keys.push_back({KeyKind::title, traits.title});
  if (traits.text != 0) keys.push_back({KeyKind::text, traits.text});
  return keys;
}

bool FeedHabits::guid_means_something() const noexcept { return holds(guid_kept, guid_changed, guid_shared); }
bool FeedHabits::url_means_something() const noexcept { return holds(url_kept, url_changed, url_shared); }

void observe_document(std::span<ItemTraits const> items, FeedHabits& habits) {
  std::unordered_map<std::uint64_t, ItemTraits const*> by_guid;
  std::unordered_map<std::uint64_t, ItemTraits const*> by_url;
  for (auto const& item : items) {
    if (item.guid != 0) {
      auto const [first, fresh] = by_guid.try_emplace(item.guid, &item);
      Agreements const a(item, *first->second);
      if (!fresh && !same(a.title) && !same(a.url)) ++habits.guid_shared;
      if (!fresh && same(a.url) && differs(a.title) && !same(a.text)) ++habits.guid_shared;
    }
    if (item.url != 0) {
      auto const [first, fresh] = by_url.try_emplace(item.url, &item);
      Agreements const a(item, *first->second);
      if (!fresh && differs(a.title) && !same(a.text)) ++habits.url_shared;
    }
  }
}

std::string_view to_string(IdentityReason reason) noexcept {
  switch (reason) {
    case IdentityReason::new_item: return "new_item";
    case IdentityReason::guid_and_other: return "guid_and_other";
    case IdentityReason::guid_alone: return "guid_alone";
    case IdentityReason::url_and_other: return "url_and_other";
    case IdentityReason::url_alone: return "url_alone";
    case IdentityReason::title_and_date: return "title_and_date";
    case IdentityReason::title_and_text: return "title_and_text";
    case IdentityReason::other_feed: return "other_feed";
  }
  return "unknown";
}

Identity identify(FeedId feed, ItemTraits const& item, FeedHabits& habits, KnownItems const& known) {
  Identity best;
  std::optional<KnownItem> match;
  std::vector<ArticleId> judged;
  for (auto const key : identity_keys(item)) {
    for (auto const& found : known.find(feed, key)) {
      if (std::find(judged.begin(), judged.end(), found.article) != judged.end()) continue;
      judged.push_back(found.article);
      auto const reason = judge(feed, item, found, habits);
      if (reason == IdentityReason::new_item) {
        Agreements const a(item, found.traits);
        if (found.feed == feed && same(a.guid)) ++habits.guid_shared;
        continue;
      }
      // The reasons stand in the order of their weight.
      if (match && best.reason <= reason) continue;
      best = {reason, found.article};
      match = found;
    }
  }
  if (match && match->feed == feed) learn(Agreements(item, match->traits), habits);
  return best;
}

}  // namespace newsfold::dedup
