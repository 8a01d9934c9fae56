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

// A line of the manifest as the daemon sees an item.
struct Arrival {
  json::value id;
  dedup::ItemTraits traits;
  dedup::Signature signature;
};

// The articles so far by their addresses. The other keys of an item hold within its feed, and of the feed a
// line does not tell.
class KnownByUrl final : public dedup::KnownItems {
 public:
  // An article is known as it was last seen, as in the store.
  void note(dedup::KnownItem const& item) {
    for (auto const key : dedup::identity_keys(item.traits)) {
      if (key.kind != dedup::KeyKind::url) continue;
      auto& known = by_url_[key.hash];
      std::erase_if(known, [&](auto const& other) { return other.article == item.article; });
      known.push_back(item);
    }
  }

  std::vector<dedup::KnownItem> find(FeedId, dedup::IdentityKey key) const override {
    if (key.kind != dedup::KeyKind::url) return {};
    auto const known = by_url_.find(key.hash);
    if (known == by_url_.end()) return {};
    auto const newest = known->second.rbegin();
    return {newest, newest + std::ptrdiff_t(std::min(known->second.size(), found_max))};
  }

 private:
  std::unordered_map<std::uint64_t, std::vector<dedup::KnownItem>> by_url_;
};

enum class Detail { verdict, why };

class Folder {
 public:
  Folder(Detail detail, dedup::FoldOptions const& options)
      : detail_(detail), options_(options), index_(census_) {}

  json::object fold(Arrival const& arrival) {
    auto const article = ArticleId(ids_.size());
    ids_.push_back(arrival.id);
    // Each line is taken for the item of a feed of its own, of which no habits are known.
    FeedId const feed{number(article)};
    dedup::FeedHabits habits;
    auto const identity = dedup::identify(feed, arrival.traits, habits, known_);
    bool const same_item = identity.reason != dedup::IdentityReason::new_item;
    auto const decision =
        same_item ? follow(identity.article, arrival) : dedup::decide(arrival.signature, index_, options_);
    auto const story =
        decision.kind == dedup::MatchKind::new_story ? StoryId(number(article)) : decision.story;
    index_.add(article, story, std::make_shared<dedup::Sketch const>(arrival.signature.sketch),
               dedup::worth_posting(arrival.signature, decision));
    auto const also = merge(decision.merged, story);
    census_.note(arrival.signature.sketch, story);
    stories_.push_back(story);
    known_.note({same_item ? identity.article : article, feed, arrival.traits});
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

  dedup::FoldDecision follow(ArticleId known, Arrival const& arrival) const {
    auto const sketch = index_.sketches(std::span(&known, 1)).front();
    auto const story = index_.story_now(stories_[number(known)]);
    dedup::FoldDecision decision;
    decision.looked_at.push_back(
        {known, story, dedup::compare(arrival.signature.sketch, *sketch, census_, options_)});
    decision.kind = dedup::MatchKind::url;
    decision.article = known;
    decision.story = story;
    decision.similarity = decision.looked_at.front().comparison.similarity;
    return decision;
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
  std::vector<StoryId> stories_;  // by article, as it was placed
  KnownByUrl known_;
};

Result<Arrival> read_arrival(json::object const& line) {
  auto const* id = line.if_contains("id");
  if (!id) return Error{ErrorCode::invalid, "the line has no id"};
  auto const* text = line.if_contains("text");
  if (!text || !text->is_string()) return Error{ErrorCode::invalid, "the line has no text"};
  auto const title = string_at(line, "title");
  dedup::ItemFields fields;
  fields.url = string_at(line, "url");
  fields.title = title;
  fields.published = parse_rfc3339(string_at(line, "date"));
  auto signature = dedup::make_signature(title, text->get_string(), string_at(line, "language"));
  auto const traits = dedup::make_traits(fields, signature);
  return Arrival{*id, traits, std::move(signature)};
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
