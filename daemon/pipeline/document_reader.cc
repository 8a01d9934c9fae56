#include "daemon/pipeline/document_reader.h"

#include "daemon/pipeline/sitemap.h"
#include "feeds/fetch/target.h"
#include "feeds/parse/discover.h"
#include "feeds/parse/listing.h"
#include "feeds/parse/parse.h"
#include "feeds/parse/tombstones.h"

#include <xxhash.h>

#include <algorithm>
#include <unordered_set>

namespace newsfold::pipeline {
namespace {

constexpr std::size_t feeds_named_max = 3;  // in an error message

// Each field's hash seeds the next: "ab","c" is not "a","bc".
class Hasher {
 public:
  Hasher& operator()(std::string_view text) {
    hash_ = XXH3_64bits_withSeed(text.data(), text.size(), hash_);
    return *this;
  }
  std::uint64_t digest() const { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

bool can_be_fetched(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

bool wants_page(Item const& item, PagePolicy policy) {
  if (!can_be_fetched(item.url)) return false;
  switch (policy) {
    case PagePolicy::always: return true;
    case PagePolicy::never: return false;
    case PagePolicy::automatic: break;
  }
  return std::max(item.content_html.size(), item.content_text.size()) < full_text_bytes_min;
}

// A web page where a feed was expected: most likely the operator gave the site's address. What the page says
// of its feeds mends the configuration; guesses would send them astray.
Error with_feeds_of_page(Error error, std::string_view body, parse::Hints const& hints) {
  if (error.code != ErrorCode::not_a_feed) return error;
  std::string found;
  std::size_t count = 0;
  for (auto const& link : parse::discover_feeds(body, hints.url, hints.content_type)) {
    if (link.via == "guess" || link.via == "platform" || link.via == "self") continue;
    auto const target = fetch::parse_target(link.url);  // its spelling is one that a configuration takes
    if (!target || !target->user.empty() || !target->password.empty()) continue;
    if (++count > feeds_named_max) break;
    found += (found.empty() ? "" : ", ") + target->url;
  }
  if (!found.empty()) error.message += "; this page names these feeds, set one as its url: " + found;
  return error;
}

// A body that came packed without saying so (sitemap.xml.gz) may grow to what any other may have.
parse::Limits limits_of(Source const& source) {
  parse::Limits limits;
  limits.bytes_max = source.page_limits.body_bytes_max;
  return limits;
}

Result<Feed> parse_document(Source const& source, std::string_view body, parse::Hints const& hints) {
  if (!source.listing) {
    auto feed = parse::parse_feed(body, hints, limits_of(source));
    if (feed || feed.error().code != ErrorCode::too_large) return feed;
    auto error = feed.error();
    error.message += " (fetch.body_max)";
    return error;
  }
  auto const& rule = *source.listing;
  parse::ListingRule const selectors{rule.item, rule.link, rule.title, rule.date, rule.summary};
  return parse::parse_listing(body, hints, selectors);
}

dedup::ItemTraits traits_of(Item const& item) {
  dedup::ItemFields fields;
  fields.guid = item.id;
  fields.url = item.url;
  fields.title = item.title;
  fields.published = item.date_published;
  return dedup::make_traits(fields);
}

// Those that this feed brought, does not show any more and had not taken back before.
std::vector<storage::Withdrawal> withdrawals_of(std::vector<parse::Tombstone> const& tombstones,
                                                Feed const& feed, FeedId id, storage::View const& view) {
  std::vector<storage::Withdrawal> out;
  if (tombstones.empty()) return out;
  std::unordered_set<std::string_view> shown;
  for (auto const& item : feed.items) shown.insert(item.id);
  for (auto const& tombstone : tombstones) {
    if (shown.contains(tombstone.id)) continue;
    dedup::ItemFields fields;
    fields.guid = tombstone.id;
    auto const guid = dedup::make_traits(fields).guid;
    if (guid == 0) continue;
    for (auto const& known : view.find(id, {dedup::KeyKind::guid, guid})) {
      if (known.traits.guid != guid) continue;  // it has another one since
      auto const head = view.article(known.article);
      if (!head || head->feed != id || head->withdrawn_at) continue;
      std::string reason = "the feed says that it was deleted";
      if (tombstone.when) reason += " at " + format_rfc3339(*tombstone.when);
      if (!tombstone.comment.empty()) reason += ": " + tombstone.comment;
      out.push_back({known.article, std::move(reason)});
    }
  }
  return out;
}

}  // namespace

std::uint64_t hash_of(Item const& item) {
  Hasher hash;
  hash(item.title)(item.content_html)(item.content_text)(item.summary)(dedup::identity_url(item.url));
  for (auto const& author : item.authors) hash(author.name);
  return std::max<std::uint64_t>(hash.digest(), 1);
}

UtcMicros newest_entry(Source const& source, fetch::Response const& response, UtcMicros now) {
  parse::Hints const hints{response.final_url, response.headers.content_type};
  auto const feed = parse_document(source, response.body, hints);
  return feed && feed->format == FeedFormat::sitemap ? newest_of(*feed, now).value_or(UtcMicros{})
                                                     : UtcMicros{};
}

Result<ReadDocument> read_document(storage::Store const& store, Source const& source,
                                   fetch::Response const& response, UtcMicros now) {
  parse::Hints const hints{response.final_url, response.headers.content_type};
  auto feed = parse_document(source, response.body, hints);
  if (!feed) return source.listing ? feed.error() : with_feeds_of_page(feed.error(), response.body, hints);

  ReadDocument read;
  auto const view = store.view();
  if (auto row = view.feed(source.id)) read.habits = row->habits;
  if (feed->format == FeedFormat::sitemap && is_sitemap_index(response.body)) {
    read.report.follow = sitemaps_to_follow(*feed, now);
    return read;
  }
  if (feed->format == FeedFormat::sitemap) drop_old_entries(*feed, now);
  read.report = schedule::report_of(*feed);
  read.feed_language = feed->language;
  read.feed_title = feed->title;

  read.shown = std::uint32_t(feed->items.size());
  std::vector<dedup::ItemTraits> traits;
  traits.reserve(feed->items.size());
  for (auto const& item : feed->items) traits.push_back(traits_of(item));
  dedup::observe_document(traits, read.habits);
  if (read.habits.guid_means_something()) {
    auto const tombstones = parse::find_tombstones(response.body, hints, limits_of(source));
    read.withdrawals = withdrawals_of(tombstones, *feed, source.id, view);
  }

  // Feeds list the newest first; the stream tells them in the order in which they happened.
  for (std::size_t i = feed->items.size(); i-- > 0;) {
    auto& item = feed->items[i];
    auto const identity = dedup::identify(source.id, traits[i], read.habits, view);
    bool const is_new = identity.reason == dedup::IdentityReason::new_item;
    if (is_new) ++read.report.new_items;
    if (item.date_published) {
      using Dated = schedule::DocumentReport::DatedItem;
      read.report.dated.push_back(
          {*item.date_published, is_new ? Dated::Novelty::fresh : Dated::Novelty::known});
    }
    auto const item_hash = hash_of(item);
    if (!is_new) {
      auto const sighting = view.sighting(source.id, identity.article);
      if (sighting && (sighting->item_hash == item_hash || sighting->gone)) continue;
    }
    bool const page = wants_page(item, source.pages);
    KnownPage known;
    if (page && !is_new) known = known_page(view, source.id, identity.article);
    read.work.push_back({std::move(item), item_hash, identity, page, std::move(known)});
  }
  return read;
}

}  // namespace newsfold::pipeline
