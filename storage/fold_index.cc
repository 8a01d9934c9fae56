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
void multi_get(Database const& database, Family family, rocksdb::Snapshot const* snapshot, Ids const& ids,
               Take const& take) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
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
  std::vector<std::vector<dedup::Posting>> found(fingerprints.size());
  auto const take = [&](std::size_t i, std::string_view row) {
    auto postings = decode_postings(row);
    if (!postings) return;  // verify() finds and reports it; here it is one fingerprint the fewer
    std::erase_if(*postings, [&](dedup::Posting const& posting) { return posting.article < oldest_; });
    found[i] = std::move(*postings);
  };
  multi_get<FingerprintKey>(database_, Family::fingerprints, snapshot_, fingerprints, take);
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
  multi_get<ArticleKey>(database_, Family::sketches, snapshot_, articles, take);
  return found;
}

class RecentArticles::Since final : public dedup::CandidateSource {
 public:
  Since(RecentArticles const& recent, ArticleId seen, ScopeFilter scope)
      : recent_(recent), seen_(seen), scope_(std::move(scope)) {}

  std::vector<std::vector<dedup::Posting>> postings(
      std::span<std::uint64_t const> fingerprints) const override {
    auto found = recent_.index_->postings(fingerprints);
    auto const out = [&](dedup::Posting const& posting) {
      if (posting.article <= seen_) return true;
      auto const& place = recent_.places_.at(posting.article);
      return !scope_.admits(place.feed, place.tags);
    };
    for (auto& postings : found) std::erase_if(postings, out);
    return found;
  }
  std::vector<std::shared_ptr<dedup::Sketch const>> sketches(
      std::span<ArticleId const> articles) const override {
    return recent_.index_->sketches(articles);
  }
  dedup::ShingleCensus const& census() const override { return recent_.census_; }

 private:
  RecentArticles const& recent_;
  ArticleId seen_;
  ScopeFilter scope_;
};

void RecentArticles::add(ArticleId article, StoryId story, FeedId feed, std::vector<std::uint32_t> tags,
                         dedup::Signature const& signature) {
  index_->add(article, story, signature);
  places_[article] = {feed, std::move(tags)};
  order_.push_back(article);
}

void RecentArticles::remove(ArticleId article) {
  if (places_.erase(article) == 0) return;
  index_->remove(article);
  std::erase(order_, article);
}

void RecentArticles::trim() {
  while (order_.size() > articles_max) {
    floor_ = order_.front();
    places_.erase(floor_);
    index_->remove(floor_);
    order_.pop_front();
  }
}

void RecentArticles::reset(ArticleId newest) {
  index_.emplace(census_);
  order_.clear();
  places_.clear();
  floor_ = newest;
}

std::unique_ptr<dedup::CandidateSource> RecentArticles::since(ArticleId seen, ScopeFilter scope) const {
  return std::make_unique<Since>(*this, seen, std::move(scope));
}

}  // namespace newsfold::storage
