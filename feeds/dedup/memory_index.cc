#include "feeds/dedup/memory_index.h"

#include <algorithm>

namespace newsfold::dedup {

void MemoryIndex::add(ArticleId article, StoryId story, Sketch const& sketch,
                      std::span<std::uint64_t const> fingerprints) {
  for (auto const fingerprint : fingerprints) lists_[fingerprint].push_back({article, story});
  sketches_[article] = std::make_shared<Sketch const>(sketch);
}

void MemoryIndex::remove(ArticleId article) {
  auto const sketch = sketches_.find(article);
  if (sketch == sketches_.end()) return;
  for (auto const fingerprint : fingerprints_of(*sketch->second)) {
    auto const list = lists_.find(fingerprint);
    if (list == lists_.end()) continue;
    std::erase_if(list->second, [&](Posting const& posting) { return posting.article == article; });
    if (list->second.empty()) lists_.erase(list);
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
  std::vector<std::vector<Posting>> found(fingerprints.size());
  for (std::size_t i = 0; i < fingerprints.size(); ++i) {
    auto const list = lists_.find(fingerprints[i]);
    if (list == lists_.end()) continue;
    auto const count = std::min(list->second.size(), postings_read_max);
    found[i].assign(list->second.end() - std::ptrdiff_t(count), list->second.end());
    for (auto& posting : found[i]) posting.story = story_now(posting.story);
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
