#include "storage/fold_index.h"

#include "storage/keys.h"
#include "storage/record_codec.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace newsfold::storage {
namespace {

constexpr std::size_t lookups_max = 64;  // of one MultiGet; dedup asks for at most fingerprints_max

// Asks for all rows at once: RocksDB then probes filters and blocks in batches. `take(i, row)` is called
// for those that are there.
template <class Key, class Ids, class Take>
void multi_get(Database const& database, Family family, rocksdb::ReadOptions const& options, Ids const& ids,
               Take const& take) {
  for (std::size_t begin = 0; begin < ids.size(); begin += lookups_max) {
    auto const count = std::min(lookups_max, ids.size() - begin);
    std::array<KeyBytes<Key::size_bytes>, lookups_max> bytes;
    std::array<rocksdb::Slice, lookups_max> keys;
    std::array<rocksdb::PinnableSlice, lookups_max> values;
    std::array<rocksdb::Status, lookups_max> statuses;
    for (std::size_t i = 0; i < count; ++i) {
      bytes[i] = Key{ids[begin + i]}.encode();
      keys[i] = slice(view_of(bytes[i]));
    }
    database.db().MultiGet(options, database.handle(family), count, keys.data(), values.data(),
                           statuses.data());
    for (std::size_t i = 0; i < count; ++i)
      if (statuses[i].ok()) take(begin + i, view_of(values[i]));
  }
}

}  // namespace

std::uint32_t tag_hash(std::string_view tag) noexcept {
  return static_cast<std::uint32_t>(XXH3_64bits(tag.data(), tag.size()));
}

bool ScopeFilter::admits(FeedId other_feed, std::span<std::uint32_t const> other_tags) const noexcept {
  switch (scope) {
    case FoldScope::all: return true;
    case FoldScope::feed: return other_feed == feed;
    case FoldScope::tag:
      return std::any_of(tags.begin(), tags.end(), [&](std::uint32_t tag) {
        return std::find(other_tags.begin(), other_tags.end(), tag) != other_tags.end();
      });
  }
  return true;
}

std::vector<std::uint64_t> ScopeFilter::parts() const {
  auto const of = [](std::uint64_t id) { return XXH3_64bits_withSeed(&id, sizeof id, 1); };
  switch (scope) {
    case FoldScope::all: return {0};
    case FoldScope::feed: return {of(number(feed))};
    case FoldScope::tag: break;
  }
  std::vector<std::uint64_t> found;
  for (auto const tag : tags) found.push_back(of(tag));
  return found;
}

ScopeFilter make_scope(FoldScope scope, FeedId feed, std::span<std::string const> tags) {
  ScopeFilter filter;
  filter.scope = scope;
  filter.feed = feed;
  if (scope == FoldScope::tag)
    for (auto const& tag : tags) filter.tags.push_back(tag_hash(tag));
  return filter;
}

std::vector<std::vector<dedup::Posting>> StoredCandidates::postings(
    std::span<std::uint64_t const> fingerprints) const {
  auto const parts = scope_.parts();
  std::vector<std::uint64_t> keys;
  keys.reserve(fingerprints.size() * parts.size());
  for (auto const fingerprint : fingerprints)
    for (auto const part : parts) keys.push_back(fingerprint ^ part);
  std::vector<std::vector<dedup::Posting>> found(fingerprints.size());
  auto const take = [&](std::size_t i, std::string_view row) {
    auto const postings = decode_postings(row);
    if (!postings) return;  // verify() finds and reports it; here it is one fingerprint the fewer
    auto& list = found[i / parts.size()];
    bool const first = list.empty();  // lists of two tags may name one article twice
    for (auto const& posting : *postings)
      if (posting.article >= oldest_ && (first || std::find(list.begin(), list.end(), posting) == list.end()))
        list.push_back(posting);
  };
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  multi_get<FingerprintKey>(database_, Family::fingerprints, options, keys, take);
  return found;
}

std::vector<std::shared_ptr<dedup::Sketch const>> StoredCandidates::sketches(
    std::span<ArticleId const> articles) const {
  std::vector<std::shared_ptr<dedup::Sketch const>> found(articles.size());
  auto const take = [&](std::size_t i, std::string_view row) {
    auto const record = parse_record<proto::SketchRecord>(row, "sketches");
    if (!record) return;
    std::vector<std::uint32_t> const tags(record->tags().begin(), record->tags().end());
    if (!scope_.admits(FeedId{record->feed()}, tags)) return;
    auto sketch = dedup::Sketch::decode(record->sketch());
    if (sketch) found[i] = std::make_shared<dedup::Sketch const>(std::move(*sketch));
  };
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  options.fill_cache = false;  // of a block, one sketch is asked for: others would lose their place for it
  multi_get<ArticleKey>(database_, Family::sketches, options, articles, take);
  return found;
}

class RecentArticles::Since final : public dedup::CandidateSource {
 public:
  Since(RecentArticles const& recent, ArticleId seen, ScopeFilter scope)
      : recent_(recent), seen_(seen), scope_(std::move(scope)) {}

  std::vector<std::vector<dedup::Posting>> postings(
      std::span<std::uint64_t const> fingerprints) const override {
    auto found = found_in(*recent_.young_, fingerprints);
    if (recent_.old_->newest <= seen_) return found;
    auto older = found_in(*recent_.old_, fingerprints);
    for (std::size_t i = 0; i < found.size(); ++i)
      found[i].insert(found[i].begin(), older[i].begin(), older[i].end());
    return found;
  }
  std::vector<std::shared_ptr<dedup::Sketch const>> sketches(
      std::span<ArticleId const> articles) const override {
    auto found = recent_.young_->index.sketches(articles);
    auto older = recent_.old_->index.sketches(articles);
    for (std::size_t i = 0; i < found.size(); ++i)
      if (!found[i]) found[i] = std::move(older[i]);
    return found;
  }
  dedup::CensusView census() const override { return {recent_.census_, scope_.parts()}; }

 private:
  std::vector<std::vector<dedup::Posting>> found_in(Generation const& generation,
                                                    std::span<std::uint64_t const> fingerprints) const {
    auto found = generation.index.postings(fingerprints);
    auto const out = [&](dedup::Posting const& posting) {
      if (posting.article <= seen_) return true;
      auto const& place = generation.places.at(posting.article);
      return !scope_.admits(place.feed, place.tags);
    };
    for (auto& postings : found) std::erase_if(postings, out);
    return found;
  }

  RecentArticles const& recent_;
  ArticleId seen_;
  ScopeFilter scope_;
};

RecentArticles::RecentArticles(dedup::ShingleCensus const& census)
    : census_(census),
      young_(std::make_unique<Generation>(census)),
      old_(std::make_unique<Generation>(census)) {}

void RecentArticles::add(ArticleId article, StoryId story, FeedId feed, std::vector<std::uint32_t> tags,
                         std::shared_ptr<dedup::Signature const> const& signature) {
  std::shared_ptr<dedup::Sketch const> const sketch(signature, &signature->sketch);
  young_->index.add(article, story, sketch, signature->fingerprints);
  young_->places[article] = {feed, std::move(tags)};
  young_->newest = article;
  newest_ = article;
}

void RecentArticles::merge(StoryId from, StoryId into) {
  young_->index.merge(from, into);
  old_->index.merge(from, into);
}

void RecentArticles::remove(ArticleId article) {
  for (auto* const generation : {young_.get(), old_.get()})
    if (generation->places.erase(article) > 0) generation->index.remove(article);
}

void RecentArticles::trim() {
  if (young_->places.size() < articles_max) return;
  floor_ = std::max(floor_, old_->newest);
  old_ = std::move(young_);
  young_ = std::make_unique<Generation>(census_);
}

void RecentArticles::reset(ArticleId newest) {
  young_ = std::make_unique<Generation>(census_);
  old_ = std::make_unique<Generation>(census_);
  newest_ = newest;
  floor_ = newest;
}

std::unique_ptr<dedup::CandidateSource> RecentArticles::since(ArticleId seen, ScopeFilter scope) const {
  return std::make_unique<Since>(*this, seen, std::move(scope));
}

}  // namespace newsfold::storage
