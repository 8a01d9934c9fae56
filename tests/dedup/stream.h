#pragma once
// A stream of articles folded one after another, as `newsfold dedup` and the store do it.

#include "feeds/dedup/memory_index.h"

#include <string>
#include <string_view>

namespace newsfold::dedup {

class Stream {
 public:
  FoldDecision next(std::string_view title, std::string_view text) {
    auto const article = ArticleId(++articles_);
    auto const signature = make_signature(title, text);
    auto decision = decide(signature, index_);
    if (decision.kind == MatchKind::new_story) decision.story = StoryId(number(article));
    index_.add(article, decision.story, signature);
    census_.note(signature.sketch, decision.story);
    return decision;
  }

  MemoryIndex& index() { return index_; }
  ShingleCensus const& census() const { return census_; }

 private:
  ShingleCensus census_{1 << 16};
  MemoryIndex index_{census_};
  std::uint64_t articles_ = 0;
};

}  // namespace newsfold::dedup
