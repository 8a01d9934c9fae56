#include "daemon/api/story_routes.h"

#include "daemon/api/comparison_json.h"
#include "feeds/dedup/explain.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/lineage.h"
#include "feeds/dedup/passages.h"
#include "feeds/dedup/signature.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::api {

namespace json = boost::json;

namespace {

constexpr std::size_t copies_shown_max = 1000;  // of one story
constexpr std::size_t reason_bytes_max = 500;

std::string text_of(ArticleId id) { return std::to_string(number(id)); }
std::string text_of(StoryId id) { return std::to_string(number(id)); }

Reply reply_with(json::value const& value) {
  Reply reply;
  reply.body = json::serialize(value) + "\n";
  return reply;
}

json::object lineage_json(Lineage const& lineage) {
  json::object out{{"match", to_string(lineage.match)}, {"similarity", lineage.similarity}};
  if (number(lineage.matched) != 0) out["matched"] = text_of(lineage.matched);
  if (!lineage.original.empty()) out["original"] = lineage.original;
  return out;
}

// What follows `mark` and a blank in Lineage::original.
std::string_view named_by(std::string_view original, std::string_view mark) noexcept {
  if (!original.starts_with(mark) || original.size() <= mark.size() + 1) return {};
  return original.substr(mark.size() + 1);
}

json::object original_json(std::vector<storage::ArticleHead> const& copies) {
  std::vector<std::string> urls;
  std::vector<std::string> sites;
  for (auto const& copy : copies) {
    auto const named = named_by(copy.lineage.original, "canonical");
    urls.push_back(dedup::identity_url(named.empty() ? std::string_view(copy.url) : named));
    sites.push_back(copy.feed_name + " " + copy.url);
  }
  std::vector<dedup::CopyClues> clues;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    auto const& copy = copies[i];
    auto& clue = clues.emplace_back();
    // An article that names another address as its original has that one as its url.
    bool const names_other = !named_by(copy.lineage.original, "canonical").empty();
    (names_other ? clue.names_canonical : clue.url) = urls[i];
    clue.credits_agency = named_by(copy.lineage.original, "agency");
    clue.site = sites[i];
    clue.published = copy.date_published;
    clue.feed_weight = copy.feed_weight;
    clue.mirror = copy.spam_mirror;
  }
  auto const original = dedup::original_among(clues);
  json::object out{{"article", text_of(copies[original.index].id)}, {"by", to_string(original.sign)}};
  // Who wrote it may be none of those that we read.
  for (auto const& clue : clues) {
    if (!clue.credits_agency.empty()) out["agency"] = clue.credits_agency;
    if (!clue.names_canonical.empty()) out["canonical"] = clue.names_canonical;
  }
  return out;
}

json::object best_json(storage::View const& view, storage::ArticleHead const& best) {
  json::object out{{"article", text_of(best.id)},
                   {"feed", best.feed_name},
                   {"title", best.title},
                   {"url", best.url},
                   {"words", best.words}};
  if (auto const version = view.version(best.id, 0)) out["content_text"] = version->content.content_text;
  return out;
}

// The newest text of an article with what the fold sees in it.
struct Compared {
  storage::ArticleHead head;
  storage::ArticleVersion version;
  dedup::Signature signature;
};

Result<Compared> read_compared(storage::View const& view, ArticleId id) {
  auto head = view.article(id);
  if (!head) return head.error();
  auto version = view.version(id, 0);
  if (!version) return version.error();
  auto const& content = version->content;
  auto signature = dedup::make_signature(content.title, content.content_text, content.language);
  return Compared{std::move(*head), std::move(*version), std::move(signature)};
}

// Everything that a source knows, but for one article: what it was held against had it come now.
class AllBut final : public dedup::CandidateSource {
 public:
  AllBut(dedup::CandidateSource const& all, ArticleId left_out) : all_(all), left_out_(left_out) {}

  std::vector<std::vector<dedup::Posting>> postings(
      std::span<std::uint64_t const> fingerprints) const override {
    auto found = all_.postings(fingerprints);
    for (auto& list : found)
      std::erase_if(list, [&](dedup::Posting const& posting) { return posting.article == left_out_; });
    return found;
  }
  std::vector<std::shared_ptr<dedup::Sketch const>> sketches(
      std::span<ArticleId const> articles) const override {
    return all_.sketches(articles);
  }
  dedup::CensusView census() const override { return all_.census(); }

 private:
  dedup::CandidateSource const& all_;
  ArticleId left_out_;
};

json::array strings(std::vector<std::string> const& values) {
  json::array out;
  for (auto const& value : values) out.emplace_back(value);
  return out;
}

json::object facts_json(dedup::OwnFacts const& facts) {
  return {
      {"names", strings(facts.names)}, {"numbers", strings(facts.numbers)}, {"dates", strings(facts.dates)}};
}

json::object comparison_of(Compared const& here, Compared const& there, dedup::CensusView const& census,
                           dedup::FoldOptions const& options) {
  auto const comparison = dedup::compare(here.signature.sketch, there.signature.sketch, census, options);
  auto const& a = here.version.content;
  auto const& b = there.version.content;
  auto const texts = dedup::side_by_side(a.content_text, a.language, b.content_text, b.language);
  json::array shared;
  for (auto const& passage : texts.shared)
    shared.push_back(json::object{{"words", passage.words}, {"text", passage.text}});
  return {{"article", text_of(there.head.id)},
          {"story", text_of(there.head.story)},
          {"feed", there.head.feed_name},
          {"title", there.head.title},
          {"explanation", strings(dedup::explain(comparison, options))},
          {"shared", std::move(shared)},
          {"only_here", facts_json(texts.only_here)},
          {"only_there", facts_json(texts.only_there)},
          {"figures", to_json(comparison)}};
}

// What the story says of a pair beyond the figures: split by hand, merged, of one story.
std::string relation(storage::View const& view, storage::ArticleHead const& here,
                     storage::ArticleHead const& there) {
  if (here.story == there.story) return "Both are in story " + text_of(here.story) + ".";
  auto const names = [&](StoryId one, StoryId other) {
    auto const story = view.story(one);
    return story && std::find(story->separate_from.begin(), story->separate_from.end(), other) !=
                        story->separate_from.end();
  };
  if (names(here.story, there.story) || names(there.story, here.story))
    return "They are in two stories that were split by hand, and stay apart.";
  return "They are in two stories, " + text_of(here.story) + " and " + text_of(there.story) + ".";
}

// The articles to compare with: the one asked for, or the match and those that share fingerprints.
std::vector<ArticleId> partners(Compared const& here, std::optional<ArticleId> with,
                                dedup::CandidateSource const& others, dedup::FoldOptions const& options) {
  if (with) return {*with};
  std::vector<ArticleId> out;
  if (number(here.head.lineage.matched) != 0) out.push_back(here.head.lineage.matched);
  for (auto const& candidate : dedup::decide(here.signature, others, options).looked_at)
    if (std::find(out.begin(), out.end(), candidate.article) == out.end()) out.push_back(candidate.article);
  return out;
}

std::string summary(Compared const& here, std::size_t compared, storage::FoldSettings const& settings) {
  auto const& lineage = here.head.lineage;
  auto const id = text_of(here.head.id);
  switch (lineage.match) {
    case MatchKind::first: break;
    case MatchKind::by_hand: return "Article " + id + " was put into its story by hand.";
    case MatchKind::url:
    case MatchKind::exact:
    case MatchKind::near:
      return "Article " + id + " joined story " + text_of(here.head.story) + " as a copy of article " +
             text_of(lineage.matched) + ".";
  }
  if (here.signature.fingerprints.empty())
    return "Article " + id + " leads a story of its own: it has too little text to be compared.";
  if (compared > 0)
    return "Article " + id + " came as the first of its story; it was held against those that share words.";
  std::string why = "Article " + id + " leads a story of its own: no other article of the last " +
                    std::to_string(settings.window.count()) + " hours shares a passage with it";
  if (settings.scope == storage::FoldScope::feed) why += " in the same feed (dedup.scope)";
  if (settings.scope == storage::FoldScope::tag) why += " and a tag (dedup.scope)";
  return why + ".";
}

}  // namespace

json::object head_json(storage::ArticleHead const& head) {
  json::object out{{"id", text_of(head.id)}, {"title", head.title}, {"url", head.url}};
  if (!head.byline.empty()) out["byline"] = head.byline;
  if (!head.language.empty()) out["language"] = head.language;
  if (!head.image.empty()) out["image"] = head.image;
  if (head.date_published) out["date_published"] = format_rfc3339(*head.date_published);
  json::array tags;
  for (auto const& tag : head.tags) tags.emplace_back(tag);
  if (!tags.empty()) out["tags"] = std::move(tags);
  json::object ours{{"feed", head.feed_name},
                    {"story", text_of(head.story)},
                    {"version", head.version},
                    {"stored_at", format_rfc3339(head.stored_at)},
                    {"changed_at", format_rfc3339(head.changed_at)},
                    {"words", head.words},
                    {"paywall", to_string(head.paywall)},
                    {"truncated", head.truncated},
                    {"lineage", lineage_json(head.lineage)}};
  if (head.withdrawn_at) {
    ours["withdrawn_at"] = format_rfc3339(*head.withdrawn_at);
    ours["withdrawn_reason"] = head.withdrawn_reason;
  }
  out["_newsfold"] = std::move(ours);
  return out;
}

storage::ArticleHead const* best_text(std::span<storage::ArticleHead const> copies) noexcept {
  storage::ArticleHead const* best = nullptr;
  for (auto const& copy : copies) {
    if (copy.truncated || copy.paywall != Paywall::none || copy.withdrawn_at || copy.spam_mirror) continue;
    if (!best || copy.words > best->words) best = &copy;
  }
  return best;
}

Result<Reply> answer_story(storage::View const& view, StoryId id) {
  auto const found = view.story(id);
  if (!found) return found.error();
  std::vector<storage::ArticleHead> heads;
  for (auto const& copy : found->copies) {
    if (heads.size() == copies_shown_max) break;
    if (auto head = view.article(copy.article)) heads.push_back(std::move(*head));
  }
  json::array copies;
  for (auto const& head : heads) copies.push_back(head_json(head));
  json::object out{{"id", text_of(id)}, {"copies", std::move(copies)}};
  if (!heads.empty()) out["original"] = original_json(heads);
  if (auto const* best = best_text(heads)) out["best"] = best_json(view, *best);
  if (found->copies.size() > copies_shown_max) out["copies_total"] = found->copies.size();
  if (found->merged_into) out["merged_into"] = text_of(*found->merged_into);
  json::array apart;
  for (auto const other : found->separate_from) apart.emplace_back(text_of(other));
  if (!apart.empty()) out["separate_from"] = std::move(apart);
  return reply_with(out);
}

Result<Reply> answer_why(storage::Store const& store, ArticleId id, std::optional<ArticleId> with) {
  auto const view = store.view();
  auto const& settings = store.fold_settings();
  auto const here = read_compared(view, id);
  if (!here) return here.error();
  auto const stored = view.candidates(here->head.feed, here->head.tags);
  AllBut const others(*stored, id);
  json::array compared;
  for (auto const partner : partners(*here, with, others, settings.options)) {
    auto const there = read_compared(view, partner);
    if (!there) {
      if (with) return there.error();
      continue;  // removed by retention
    }
    auto one = comparison_of(*here, *there, stored->census(), settings.options);
    one["relation"] = relation(view, here->head, there->head);
    compared.push_back(std::move(one));
  }
  json::object out{{"article", text_of(id)},
                   {"title", here->head.title},
                   {"feed", here->head.feed_name},
                   {"story", text_of(here->head.story)},
                   {"threshold", settings.options.threshold},
                   {"lineage", lineage_json(here->head.lineage)},
                   {"summary", summary(*here, compared.size(), settings)},
                   {"compared", std::move(compared)}};
  return reply_with(out);
}

boost::asio::awaitable<Reply> split_article(StoryEditor& editor, ArticleId id, Request const& request) {
  std::string reason;
  if (!request.body.empty()) {
    boost::system::error_code failure;
    auto const body = json::parse(request.body, failure);
    auto const* given = !failure && body.is_object() ? body.get_object().if_contains("reason") : nullptr;
    if (failure || !body.is_object() || (given && !given->is_string())) {
      Error const error{ErrorCode::invalid, "the body is {\"reason\": \"...\"} or empty"};
      co_return error_reply(error);
    }
    if (given) reason = std::string(given->get_string());
  }
  if (reason.size() > reason_bytes_max) {
    Error const error{ErrorCode::too_large,
                      "a reason has at most " + std::to_string(reason_bytes_max) + " bytes"};
    co_return error_reply(error);
  }
  auto const report = co_await editor.split(id, std::move(reason));
  if (!report) co_return error_reply(report.error());
  co_return reply_with(json::object{{"split", text_of(id)}, {"event", format_sequence(report->first)}});
}

}  // namespace newsfold::api
