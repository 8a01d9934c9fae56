// `newsfold dedup --batch`: the fold of the daemon over a list of articles, with everything that was seen
// kept in memory. Signatures are made on several threads; decisions follow in order on one.

#include "daemon/api/comparison_json.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "feeds/dedup/explain.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/memory_index.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace newsfold {

namespace json = boost::json;

namespace {

// A line of the manifest with its signature.
struct Arrival {
  json::value id;
  std::string url;  // in identity form; empty where there is none that names a page
  dedup::Signature signature;
};

enum class Detail { verdict, why };

class Folder {
 public:
  Folder(Detail detail, dedup::FoldOptions const& options)
      : detail_(detail), options_(options), index_(census_) {}

  json::object fold(Arrival const& arrival) {
    auto const article = ArticleId(ids_.size());
    ids_.push_back(arrival.id);
    auto decision = dedup::decide(arrival.signature, index_, options_);
    follow_url(arrival, decision);
    auto const story =
        decision.kind == dedup::MatchKind::new_story ? StoryId(number(article)) : decision.story;
    index_.add(article, story, arrival.signature.sketch, dedup::worth_posting(arrival.signature, decision));
    auto const also = merge(decision.merged, story);
    census_.note(arrival.signature.sketch, story);
    if (!arrival.url.empty()) by_url_.try_emplace(arrival.url, dedup::Posting{article, story});
    json::object out{{"story", ids_[number(index_.story_now(story))]},
                     {"match", to_string(decision.kind)},
                     {"similarity", decision.similarity}};
    if (!also.empty()) out["merged"] = also;
    if (detail_ == Detail::why) out["why"] = looked_at(decision);
    return out;
  }

 private:
  // The younger of two stories ends in the older one, as in the store. Gives those that ended.
  json::array merge(std::vector<StoryId> const& others, StoryId story) {
    json::array ended;
    for (auto const other : others) {
      auto const one = index_.story_now(story);
      auto const also = index_.story_now(other);
      if (one == also) continue;
      index_.merge(std::max(one, also), std::min(one, also));
      ended.push_back(ids_[number(std::max(one, also))]);
    }
    return ended;
  }

  // The same address is the same article, unless nothing else agrees: a page whose content changes daily, or
  // one link for everything.
  void follow_url(Arrival const& arrival, dedup::FoldDecision& decision) const {
    auto const known = by_url_.find(arrival.url);
    if (arrival.url.empty() || known == by_url_.end()) return;
    auto const sketch = index_.sketches(std::span(&known->second.article, 1)).front();
    auto const comparison = dedup::compare(arrival.signature.sketch, *sketch, census_, options_);
    constexpr double similarity_min = 0.3;
    bool const too_short =
        std::min(comparison.words_here, comparison.words_there) < options_.covered_words_min;
    bool const same_title =
        comparison.title_words > 0 && 2 * comparison.title_words_shared > comparison.title_words;
    if (!too_short && !same_title && comparison.similarity < similarity_min) return;
    decision.kind = dedup::MatchKind::url;
    decision.article = known->second.article;
    decision.story = index_.story_now(known->second.story);
    decision.similarity = comparison.similarity;
    decision.merged.clear();  // were others of the best match
  }

  json::array looked_at(dedup::FoldDecision const& decision) const {
    json::array all;
    for (auto const& candidate : decision.looked_at) {
      auto one = to_json(candidate.comparison);
      one["id"] = ids_[number(candidate.article)];
      json::array words;
      for (auto& sentence : dedup::explain(candidate.comparison, options_))
        words.emplace_back(std::move(sentence));
      one["explanation"] = std::move(words);
      all.push_back(std::move(one));
    }
    return all;
  }

  Detail detail_;
  dedup::FoldOptions options_;
  dedup::ShingleCensus census_;
  dedup::MemoryIndex index_;
  std::vector<json::value> ids_;
  std::unordered_map<std::string, dedup::Posting> by_url_;
};

Result<Arrival> read_arrival(json::object const& line) {
  auto const* id = line.if_contains("id");
  if (!id) return Error{ErrorCode::invalid, "the line has no id"};
  auto const* text = line.if_contains("text");
  if (!text || !text->is_string()) return Error{ErrorCode::invalid, "the line has no text"};
  auto url = dedup::identity_url(string_at(line, "url"));
  if (!dedup::names_one_page(url)) url.clear();
  auto signature =
      dedup::make_signature(string_at(line, "title"), text->get_string(), string_at(line, "language"));
  return Arrival{*id, std::move(url), std::move(signature)};
}

int run_dedup(std::string const& manifest, Detail detail, dedup::FoldOptions const& options) {
  Folder folder(detail, options);
  return run_batch_in_order(manifest, std::cout, [&folder](json::object const& line) -> BatchRest {
    // Shared, because a std::function must be able to copy what it holds.
    auto arrival = std::make_shared<Result<Arrival> const>(read_arrival(line));
    return [&folder, arrival]() -> Result<json::object> {
      if (!*arrival) return arrival->error();
      return folder.fold(**arrival);
    };
  });
}

}  // namespace

void add_dedup_command(Command app, CommandContext& context) {
  auto command = app.subcommand("dedup", "Tell which articles of a list are copies of earlier ones");
  auto manifest = std::make_shared<std::string>();
  command.option("--batch", *manifest, "JSON Lines of {id, title, text, date?, url?}; - is standard input")
      .required();
  auto why = std::make_shared<bool>(false);
  command.flag("--why", *why, "Also tell how each compares with the articles that it was held against");
  auto options = std::make_shared<dedup::FoldOptions>();
  command.option("--threshold", options->threshold, "Probability from which on two articles are copies")
      .range(0.0, 1.0)
      .show_default();
  command.callback([&context, manifest, why, options] {
    context.exit_code = run_dedup(*manifest, *why ? Detail::why : Detail::verdict, *options);
  });
}

}  // namespace newsfold
