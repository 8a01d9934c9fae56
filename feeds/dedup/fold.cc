#include "feeds/dedup/fold.h"

#include "feeds/dedup/alignment.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace newsfold::dedup {

namespace {

// What was fitted by bench/dedup/calibrate.py: a logistic regression over pairs that share fingerprints,
// copies and not, cross-validated by story. Few and general figures, so that it holds beyond what it was
// fitted on: how much is shared, whether the facts agree, whether facts stand exchanged in otherwise equal
// sentences.
struct Weights {
  // Fitted: -16.43, with pairs as if no boilerplate were known. In a stream the census knows most of it:
  // there the best trade of misses against false merges lies at 0.4 of the fit, and the threshold of 0.8
  // stands for that point. Fitted before words_per_name was there; a new fit differs by less than the folds
  // of the cross-validation do among themselves.
  double constant = -14.64;
  double cover_max = 1.33;
  double cover_max_facts = 4.04;       // how much is shared counts by how well names, numbers, dates agree
  double cover_min_facts_off = -2.92;  // two whole texts alike but for their facts: a template
  double names = 0.97;                 // that agree, a logarithm: an update changes numbers, a template names
  double dates = 2.22;                 // the parts of a series differ in their dates
  double names_exchanged = -0.75;
  double words_exchanged = 1.40;  // words exchanged while names stay: an editor was at work
  double long_runs = 1.35;
  double covered_words = 1.68;  // a logarithm: more text, more evidence
  double same_title = 3.42;     // squared: a title that is half the same is another one
  double lead = 2.39;           // an agency's first sentences are what is kept
};
constexpr Weights weights;

constexpr std::uint32_t unnamed_exchanges_max = 3;
constexpr std::uint32_t words_per_name = 10;

// Of an exchange for every eighth covered word and more it does not matter how many more.
double per_eight_words(std::uint32_t exchanges, std::uint32_t covered) {
  return std::min(1.0, 8.0 * exchanges / covered);
}

// As if one more fact was there and shared: of no facts, all agree; one of one that differs says less than
// ten.
double agreement(std::uint32_t shared, std::uint32_t facts) { return (shared + 1.0) / (facts + 1.0); }

// 0 up to one half, then rising to 1.
double more_than_half(double share_agreed) { return std::max(0.0, 2 * share_agreed - 1); }

// Copies keep most of a title or none of it; a title of one word is a rubric.
double title_agreement(Comparison const& c) {
  return c.title_words < 2 ? 0 : share(c.title_words_shared, c.title_words);
}

double probability(Comparison const& c, FoldOptions const& options) {
  auto const covered = std::max(c.covered_here, c.covered_there);
  if (c.same_text && c.words_here >= options.covered_words_min) return 1;
  if (covered < options.covered_words_min) return 0;
  double const cover_here = c.cover_here();
  double const cover_there = c.cover_there();
  double const cover_max = std::max(cover_here, cover_there);
  double const cover_min = std::min(cover_here, cover_there);
  // Where names cannot be told from other words, for want of capitals or of names, some of the words are
  // names all the same: of the covered ones they agree, exchanged they do not.
  bool const nameless = c.names == 0;
  auto const exchanged = c.words_exchanged + c.names_exchanged;
  auto const unnamed_shared = nameless ? covered / words_per_name : 0;
  auto const named_shared = c.names_shared + c.dates_shared + unnamed_shared;
  auto const named =
      c.names + c.dates + unnamed_shared + (nameless ? std::min(exchanged, unnamed_exchanges_max) : 0);
  double const facts = agreement(named_shared + c.numbers_shared, named + c.numbers);
  double const z = weights.constant + weights.cover_max * cover_max +
                   weights.cover_max_facts * cover_max * facts +
                   weights.cover_min_facts_off * cover_min * (1 - facts) +
                   weights.names * std::log1p(named_shared) * more_than_half(agreement(named_shared, named)) +
                   weights.dates * agreement(c.dates_shared, c.dates) +
                   weights.names_exchanged * per_eight_words(c.names_exchanged, covered) +
                   weights.words_exchanged * per_eight_words(c.words_exchanged, covered) +
                   weights.long_runs * std::max(c.long_runs_here, c.long_runs_there) +
                   weights.covered_words * std::log1p(covered) +
                   weights.same_title * title_agreement(c) * title_agreement(c) +
                   weights.lead * std::max(c.lead_here, c.lead_there);
  return 1 / (1 + std::exp(-z));
}

struct Lead {
  Posting posting;
  double score = 0;
};

// The best leads, few of one story: a story of many copies would leave no place for another that may be the
// right one, and a round-up could not be told. Of a story with more than these the last place is that of its
// oldest article: the others may all be cut or edited.
std::vector<Lead> several_stories(std::vector<Lead> const& ranked, FoldOptions const& options) {
  std::vector<Lead> kept;
  auto const same_story = [](Lead const& one, Lead const& other) {
    return one.posting.story == other.posting.story;
  };
  for (auto const& lead : ranked) {
    auto const of_story = std::size_t(
        std::count_if(kept.begin(), kept.end(), [&](Lead const& other) { return same_story(other, lead); }));
    if (of_story >= options.candidates_of_story_max) {
      auto const last = std::find_if(kept.rbegin(), kept.rend(),
                                     [&](Lead const& other) { return same_story(other, lead); });
      if (lead.posting.article < last->posting.article) *last = lead;
    } else if (kept.size() < options.candidates_max) {
      kept.push_back(lead);
    }
  }
  return kept;
}

std::size_t count_stories(std::vector<Posting> const& list) {
  if (list.size() < 2) return list.size();
  std::vector<StoryId> stories;
  stories.reserve(list.size());
  for (auto const& posting : list) stories.push_back(posting.story);
  std::sort(stories.begin(), stories.end());
  return std::size_t(std::unique(stories.begin(), stories.end()) - stories.begin());
}

// The articles that share fingerprints, the most telling first: a fingerprint of few stories says more.
// `stories` has the number of each list's.
std::vector<Lead> leads(std::vector<std::vector<Posting>> const& lists,
                        std::vector<std::size_t> const& stories, FoldOptions const& options) {
  std::vector<Lead> all;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (stories[i] > options.list_stories_max) continue;
    for (auto const& posting : lists[i]) all.push_back({posting, 1.0 / (1.0 + double(stories[i]))});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](Lead const& a, Lead const& b) { return a.posting.article < b.posting.article; });
  std::vector<Lead> ranked;
  for (auto const& lead : all) {
    if (ranked.empty() || ranked.back().posting.article != lead.posting.article) {
      ranked.push_back(lead);
    } else {
      ranked.back().posting = lead.posting;
      ranked.back().score += lead.score;
    }
  }
  std::erase_if(ranked, [&](Lead const& lead) { return lead.score < options.lead_score_min; });
  // Of equals the oldest: it is nearest to what the others were made from.
  auto const better = [](Lead const& a, Lead const& b) {
    return a.score != b.score ? a.score > b.score : a.posting.article < b.posting.article;
  };
  std::sort(ranked.begin(), ranked.end(), better);
  return several_stories(ranked, options);
}

bool better_match(Candidate const& a, Candidate const& b) {
  if (a.comparison.probability != b.comparison.probability)
    return a.comparison.probability > b.comparison.probability;
  return a.article < b.article;
}

// A round-up holds the leads of several stories and is a copy of none of them: it is much longer than what it
// shares with each, and it shares other passages with other stories.
constexpr std::size_t round_up_other_stories = 2;
constexpr double round_up_share_max = 0.4;
constexpr double round_up_lead_min = 0.5;
constexpr double whole_share_min = 0.9;
constexpr std::uint32_t round_up_words_min = 15;

bool is_round_up(std::vector<Candidate> const& looked_at, Candidate const& best) {
  auto const& c = best.comparison;
  if (c.cover_here() > round_up_share_max) return false;
  std::vector<StoryId> stories = {best.story};
  std::vector<std::uint32_t> passages = {c.longest_run_at_here};
  auto const has = [](auto const& all, auto one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (auto const& [article, story, other] : looked_at) {
    // What it shares with the other is the other's beginning: a lead, not a quotation or a standing
    // paragraph.
    if (has(stories, story) || other.covered_here < round_up_words_min ||
        other.lead_there < round_up_lead_min)
      continue;
    // One paragraph that stands in several stories is no sign of a round-up.
    if (has(passages, other.longest_run_at_here)) continue;
    stories.push_back(story);
    passages.push_back(other.longest_run_at_here);
  }
  // What holds a teaser whole, under a title of its own, holds it as it holds the lead of another story: one
  // is enough.
  bool const holds_whole = c.covered_there + c.boilerplate_there >= whole_share_min * c.words_there;
  auto const enough = holds_whole && title_agreement(c) < 0.5 ? std::size_t(1) : round_up_other_stories;
  return stories.size() > enough;
}

// Two stories are one where an article is surely a copy of both and the two share passages of it, or where it
// has the title of both (the halves of a text). What has the text of one and, apart from that, the text of
// another, under a title of its own, is a round-up of two.
constexpr double merge_probability_min = 0.95;
constexpr double merge_overlap_min = 0.25;  // of what the smaller of the two copies has of the article

bool shows_one_story(Comparison const& one, Comparison const& other, FoldOptions const& options) {
  auto const probability_min = std::max(merge_probability_min, options.threshold);
  if (std::min(one.probability, other.probability) < probability_min) return false;
  if (one.same_text || other.same_text) return true;
  if (title_agreement(one) >= 1 && title_agreement(other) >= 1) return true;
  // Where the passages stand is not known any more, but two that do not fit into the article side by side
  // must overlap.
  auto const words = one.words_here - std::min(one.boilerplate_here, other.boilerplate_here);
  auto const both = one.covered_here + other.covered_here;
  auto const overlap = both > words ? both - words : 0;
  return overlap >= merge_overlap_min * std::min(one.covered_here, other.covered_here);
}

std::vector<StoryId> shown_to_be_one(std::vector<Candidate> const& looked_at, FoldOptions const& options) {
  std::vector<StoryId> also;
  auto const& best = looked_at.front();
  for (auto const& [article, story, comparison] : looked_at) {
    if (story == best.story || std::find(also.begin(), also.end(), story) != also.end()) continue;
    if (shows_one_story(best.comparison, comparison, options)) also.push_back(story);
  }
  return also;
}

FoldDecision conclude(std::vector<Candidate> looked_at, FoldOptions const& options) {
  FoldDecision decision;
  decision.looked_at = std::move(looked_at);
  std::sort(decision.looked_at.begin(), decision.looked_at.end(), better_match);
  if (decision.looked_at.size() > options.candidates_max) decision.looked_at.resize(options.candidates_max);
  if (decision.looked_at.empty()) return decision;
  auto const& best = decision.looked_at.front();
  if (best.comparison.probability < options.threshold) return decision;
  if (is_round_up(decision.looked_at, best)) return decision;
  decision.kind = best.comparison.same_text ? MatchKind::exact : MatchKind::near;
  decision.article = best.article;
  decision.story = best.story;
  decision.similarity = best.comparison.similarity;
  decision.merged = shown_to_be_one(decision.looked_at, options);
  return decision;
}

}  // namespace

std::string_view to_string(MatchKind kind) noexcept {
  switch (kind) {
    case MatchKind::new_story: return "new";
    case MatchKind::url: return "url";
    case MatchKind::exact: return "exact";
    case MatchKind::near: return "near";
  }
  return "unknown";
}

Comparison compare(Sketch const& here, Sketch const& there, CensusView const& census,
                   FoldOptions const& options) {
  auto comparison = align(here, there, census);
  comparison.probability = probability(comparison, options);
  return comparison;
}

FoldDecision decide(Signature const& signature, CandidateSource const& source, FoldOptions const& options) {
  auto const lists = source.postings(signature.fingerprints);
  std::vector<std::size_t> stories;
  stories.reserve(lists.size());
  for (auto const& list : lists) stories.push_back(count_stories(list));
  auto const found = leads(lists, stories, options);
  std::vector<ArticleId> articles;
  articles.reserve(found.size());
  for (auto const& lead : found) articles.push_back(lead.posting.article);
  auto const sketches = source.sketches(articles);
  auto const census = source.census();
  std::vector<Candidate> looked_at;
  std::optional<ShingleSet> here;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!sketches[i]) continue;
    if (!here) here.emplace(signature.sketch);
    bool const same_text = sketches[i]->text_hash == signature.sketch.text_hash;
    if (same_text || here->may_cover(options.covered_words_min, *sketches[i]))
      looked_at.push_back({found[i].posting.article, found[i].posting.story,
                           compare(signature.sketch, *sketches[i], census, options)});
  }
  auto decision = conclude(std::move(looked_at), options);
  for (std::size_t i = 0; i < stories.size(); ++i)
    if (stories[i] > options.list_stories_full) decision.crowded.push_back(signature.fingerprints[i]);
  return decision;
}

std::vector<std::uint64_t> worth_posting(Signature const& signature, FoldDecision const& decision) {
  auto posted = signature.fingerprints;
  std::erase_if(posted, [&](std::uint64_t fingerprint) {
    return std::find(decision.crowded.begin(), decision.crowded.end(), fingerprint) != decision.crowded.end();
  });
  return posted;
}

FoldDecision stronger_of(FoldDecision ahead, FoldDecision since, FoldOptions const& options) {
  auto looked_at = std::move(ahead.looked_at);
  looked_at.insert(looked_at.end(), since.looked_at.begin(), since.looked_at.end());
  auto decision = conclude(std::move(looked_at), options);
  decision.crowded = std::move(ahead.crowded);
  decision.crowded.insert(decision.crowded.end(), since.crowded.begin(), since.crowded.end());
  return decision;
}

}  // namespace newsfold::dedup
