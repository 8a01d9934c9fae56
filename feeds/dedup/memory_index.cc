#include "feeds/dedup/memory_index.h"

#include <algorithm>
#include <utility>

namespace newsfold::dedup {

MemoryIndex::List const& MemoryIndex::list_of(std::uint64_t fingerprint) const {
  auto const mask = lists_.size() - 1;
  auto at = fingerprint & mask;
  while (lists_[at].newest != free_cell && lists_[at].fingerprint != fingerprint) at = (at + 1) & mask;
  return lists_[at];
}

MemoryIndex::List& MemoryIndex::list_of(std::uint64_t fingerprint) {
  return const_cast<List&>(std::as_const(*this).list_of(fingerprint));
}

void MemoryIndex::grow() {
  std::vector<List> smaller(lists_.size() * 2);
  lists_.swap(smaller);
  for (auto const& list : smaller)
    if (list.newest != free_cell) list_of(list.fingerprint) = list;
}

void MemoryIndex::add(ArticleId article, StoryId story, std::shared_ptr<Sketch const> sketch,
                      std::span<std::uint64_t const> fingerprints) {
  while ((lists_used_ + fingerprints.size()) * 2 > lists_.size()) grow();
  for (auto const fingerprint : fingerprints) {
    auto& list = list_of(fingerprint);
    bool const fresh = list.newest == free_cell;
    lists_used_ += fresh;
    links_.push_back({{article, story}, fresh ? no_link : list.newest});
    list = {fingerprint, std::uint32_t(links_.size() - 1)};
  }
  sketches_[article] = std::move(sketch);
}

void MemoryIndex::remove(ArticleId article) {
  auto const sketch = sketches_.find(article);
  if (sketch == sketches_.end()) return;
  for (auto const fingerprint : fingerprints_of(*sketch->second)) {
    auto& list = list_of(fingerprint);
    if (list.newest == free_cell) continue;
    for (auto* link = &list.newest; *link != no_link;) {
      auto& [posting, before] = links_[*link];
      if (posting.article == article) {
        *link = before;
      } else {
        link = &before;
      }
    }
  }
  sketches_.erase(sketch);
}

void MemoryIndex::merge(StoryId from, StoryId into) {
  into = story_now(into);
  from = story_now(from);
  if (from != into) merged_into_[from] = into;
}

StoryId MemoryIndex::story_now(StoryId story) const {
  for (auto next = merged_into_.find(story); next != merged_into_.end(); next = merged_into_.find(story))
    story = next->second;
  return story;
}

std::vector<std::vector<Posting>> MemoryIndex::postings(std::span<std::uint64_t const> fingerprints) const {
  // Each is a cache miss: all are on their way before the first is read.
  for (auto const fingerprint : fingerprints) __builtin_prefetch(&lists_[fingerprint & (lists_.size() - 1)]);
  std::vector<std::vector<Posting>> found(fingerprints.size());
  for (std::size_t i = 0; i < fingerprints.size(); ++i) {
    auto const& list = list_of(fingerprints[i]);
    if (list.newest == free_cell) continue;
    for (auto at = list.newest; at != no_link && found[i].size() < postings_read_max;
         at = links_[at].before) {
      auto const& posting = links_[at].posting;
      found[i].push_back({posting.article, story_now(posting.story)});
    }
    std::reverse(found[i].begin(), found[i].end());
  }
  return found;
}

std::vector<std::shared_ptr<Sketch const>> MemoryIndex::sketches(std::span<ArticleId const> articles) const {
  std::vector<std::shared_ptr<Sketch const>> found;
  found.reserve(articles.size());
  for (auto const article : articles) {
    auto const sketch = sketches_.find(article);
    found.push_back(sketch == sketches_.end() ? nullptr : sketch->second);
  }
  return found;
}

}  // namespace newsfold::dedup
