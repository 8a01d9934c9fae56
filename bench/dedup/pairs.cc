// Pairs of articles that share fingerprints, for calibrate.py: each line of standard input is an article with
// the story that it truly belongs to ({"title", "text", "story"}), each line of output a comparison with an
// earlier one and whether the two are copies. Copies are judged by the true stories, so that no mistake of
// the present score feeds back. Pairs of different stories are given twice, the second time as if nothing
// were known to be boilerplate: the first articles of a template meet each other that way.

#include "daemon/api/comparison_json.h"
#include "feeds/dedup/memory_index.h"

#include <boost/json.hpp>

#include <iostream>
#include <string>
#include <unordered_map>

int main() {
  using namespace newsfold;
  namespace json = boost::json;
  dedup::ShingleCensus census;
  dedup::ShingleCensus const nothing(1);
  dedup::MemoryIndex index(census);
  std::unordered_map<std::string, StoryId> stories;
  std::uint64_t articles = 0;
  for (std::string line; std::getline(std::cin, line);) {
    auto const object = json::parse(line).as_object();
    std::string const name(object.at("story").as_string());
    auto const article = ArticleId(++articles);
    auto const story = stories.try_emplace(name, StoryId(number(article))).first->second;
    auto const signature =
        dedup::make_signature(object.at("title").as_string(), object.at("text").as_string());
    for (auto const& candidate : dedup::decide(signature, index).looked_at) {
      bool const copy = candidate.story == story;
      auto out = to_json(candidate.comparison);
      out["article"] = number(article);
      out["copy"] = copy;
      out["story"] = name;
      std::cout << json::serialize(out) << '\n';
      if (copy) continue;
      auto const there = index.sketches(std::span(&candidate.article, 1));
      auto bare = to_json(dedup::compare(signature.sketch, *there.front(), nothing));
      bare["article"] = number(article);
      bare["copy"] = false;
      bare["story"] = name;
      std::cout << json::serialize(bare) << '\n';
    }
    index.add(article, story, signature);
    census.note(signature.sketch, story);
  }
}
