#pragma once
// The articles so far, in memory: what `newsfold dedup --batch` and the tests decide against, and what a
// store keeps of the articles that it committed after a snapshot was taken. Not thread-safe: one thread
// changes it, and nobody reads meanwhile.

#include "feeds/dedup/fold.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace newsfold::dedup {

class MemoryIndex final : public CandidateSource {
 public:
  // The census is borrowed and must outlive the index; add() does not note anything in it.
  explicit MemoryIndex(ShingleCensus const& census) : census_(census) {}

  // An article is added once. It is found by the fingerprints given, or by all that it has.
  void add(ArticleId article, StoryId story, std::shared_ptr<Sketch const> sketch,
           std::span<std::uint64_t const> fingerprints);
  void add(ArticleId article, StoryId story, Signature const& signature) {
    add(article, story, std::make_shared<Sketch const>(signature.sketch), signature.fingerprints);
  }
  void remove(ArticleId article);
  // Articles of story `from` are found as of story `into` from now on.
  void merge(StoryId from, StoryId into);
  // The story that `story` was merged into, or itself.
  StoryId story_now(StoryId story) const;
  std::size_t size() const noexcept { return sketches_.size(); }

  std::vector<std::vector<Posting>> postings(std::span<std::uint64_t const> fingerprints) const override;
  std::vector<std::shared_ptr<Sketch const>> sketches(std::span<ArticleId const> articles) const override;
  CensusView census() const override { return census_; }

 private:
  // A posting in a list that is read from its newest one back.
  struct Link {
    Posting posting;
    std::uint32_t before = 0;  // its place in links_; none: no_link
  };
  // A cell of an open hash table; free where `newest` is free_cell.
  struct List {
    std::uint64_t fingerprint = 0;
    std::uint32_t newest = free_cell;
  };
  static constexpr std::uint32_t no_link = ~std::uint32_t(0);
  static constexpr std::uint32_t free_cell = no_link - 1;

  List& list_of(std::uint64_t fingerprint);
  List const& list_of(std::uint64_t fingerprint) const;
  void grow();

  ShingleCensus const& census_;
  std::vector<List> lists_ = std::vector<List>(16);
  std::size_t lists_used_ = 0;
  std::vector<Link> links_;
  std::unordered_map<ArticleId, std::shared_ptr<Sketch const>> sketches_;
  std::unordered_map<StoryId, StoryId> merged_into_;
};

}  // namespace newsfold::dedup
