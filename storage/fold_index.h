#pragma once
// The two places in which copies are looked for: what is stored, as of a snapshot (read ahead, on any
// thread), and what was committed lately, in memory (read by the writer, to see what the snapshot did not).

#include "feeds/dedup/memory_index.h"
#include "storage/database.h"
#include "storage/posting_list.h"
#include "storage/store.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace newsfold::storage {

// Which articles one article may be a copy of.
struct ScopeFilter {
  FoldScope scope = FoldScope::all;
  FeedId feed{};
  std::vector<std::uint32_t> tags;  // tag_hash of each

  bool admits(FeedId other_feed, std::span<std::uint32_t const> other_tags) const noexcept;

  // The parts of the news that the article belongs to, each with posting lists and a census of its own: what
  // other parts say over and over must neither fill its lists nor pass for boilerplate. {0} where all is one.
  std::vector<std::uint64_t> parts() const;
};
std::uint32_t tag_hash(std::string_view tag) noexcept;
ScopeFilter make_scope(FoldScope scope, FeedId feed, std::span<std::string const> tags);

// The articles of a snapshot. Borrows all that it is given.
class StoredCandidates final : public dedup::CandidateSource {
 public:
  StoredCandidates(Database const& database, rocksdb::Snapshot const* snapshot, ArticleId oldest,
                   ScopeFilter scope, dedup::ShingleCensus const& census)
      : database_(database),
        snapshot_(snapshot),
        oldest_(oldest),
        scope_(std::move(scope)),
        census_(census) {}

  std::vector<std::vector<dedup::Posting>> postings(
      std::span<std::uint64_t const> fingerprints) const override;
  std::vector<std::shared_ptr<dedup::Sketch const>> sketches(
      std::span<ArticleId const> articles) const override;
  dedup::CensusView census() const override { return {census_, scope_.parts()}; }

 private:
  Database const& database_;
  rocksdb::Snapshot const* snapshot_;
  ArticleId oldest_;  // of the window
  ScopeFilter scope_;
  dedup::ShingleCensus const& census_;
};

// The newest articles, for the writer alone. Two generations: when the younger one is full it takes the
// place of the older one, which is forgotten whole; taking articles out one by one would cost more than
// putting them in.
class RecentArticles {
 public:
  // Of a generation, between commits: enough for what is under way on the pool, about 3 MB.
  static constexpr std::size_t articles_max = 1024;

  explicit RecentArticles(dedup::ShingleCensus const& census);

  void add(ArticleId article, StoryId story, FeedId feed, std::vector<std::uint32_t> tags,
           std::shared_ptr<dedup::Signature const> const& signature);
  void merge(StoryId from, StoryId into);
  void remove(ArticleId article);
  // Begins a new generation where the younger one is full.
  void trim();
  // Forgets all; nothing up to `newest` is here any more.
  void reset(ArticleId newest);

  // Whether everything after `seen` is here.
  bool covers(ArticleId seen) const noexcept { return seen >= floor_; }
  bool has_since(ArticleId seen) const noexcept { return newest_ > seen; }
  // What came after `seen`. Borrows this.
  std::unique_ptr<dedup::CandidateSource> since(ArticleId seen, ScopeFilter scope) const;

 private:
  struct Place {
    FeedId feed{};
    std::vector<std::uint32_t> tags;
  };
  struct Generation {
    explicit Generation(dedup::ShingleCensus const& census) : index(census) {}
    dedup::MemoryIndex index;
    std::unordered_map<ArticleId, Place> places;
    ArticleId newest{};
  };
  class Since;
  dedup::ShingleCensus const& census_;
  std::unique_ptr<Generation> young_;
  std::unique_ptr<Generation> old_;
  ArticleId newest_{};
  ArticleId floor_{};  // everything after this one is here
};

}  // namespace newsfold::storage
