#include "feeds/dedup/fold.h"

#include "feeds/dedup/alignment.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace newsfold::dedup {

namespace {

double share(std::uint32_t part, std::uint32_t whole) {
  return whole == 0 ? 0 : double(part) / double(whole);
}

double probability(Comparison const& c, FoldOptions const& options) {
  auto const covered = std::max(c.covered_here, c.covered_there);
  if (covered < options.covered_words_min) return 0;
  double const cover_here = share(c.covered_here, c.words_here - c.boilerplate_here);
  double const cover_there = share(c.covered_there, c.words_there - c.boilerplate_there);
  double const facts = c.facts == 0 ? 1 : share(c.facts_shared, c.facts);
  double const z =
      6.1 * std::max(cover_here, cover_there) + 2.5 * std::sqrt(std::min(cover_here, cover_there)) +
      5.5 * facts - 2.4 * std::min(1.0, 8.0 * c.names_exchanged / covered) -
      0.2 * std::min(1.0, 8.0 * c.numbers_exchanged / covered) + 0.24 * std::log1p(c.longest_run) +
      3.2 * std::max(c.long_runs_here, c.long_runs_there) + 0.5 * std::min(c.lead_here, c.lead_there) - 9.8;
  return 1 / (1 + std::exp(-z));
}

struct Lead {
  Posting posting;
  double score = 0;
};

// The articles that share fingerprints, the most telling first: a fingerprint of few stories says more.
std::vector<Lead> leads(std::vector<std::vector<Posting>> const& lists, FoldOptions const& options) {
  std::unordered_map<ArticleId, Lead> found;
  std::vector<StoryId> stories;
  for (auto const& list : lists) {
    stories.clear();
    for (auto const& posting : list) stories.push_back(posting.story);
    std::sort(stories.begin(), stories.end());
    stories.erase(std::unique(stories.begin(), stories.end()), stories.end());
    if (stories.size() > options.list_stories_max) continue;
    for (auto const& posting : list) {
      auto& lead = found[posting.article];
      lead.posting = posting;
      lead.score += 1.0 / (1.0 + double(stories.size()));
    }
  }
  std::vector<Lead> ranked;
  ranked.reserve(found.size());
  for (auto const& [article, lead] : found) ranked.push_back(lead);
  // Of equals the oldest: it is nearest to what the others were made from.
  auto const better = [](Lead const& a, Lead const& b) {
    return a.score != b.score ? a.score > b.score : a.posting.article < b.posting.article;
  };
  auto const keep = std::min(ranked.size(), options.candidates_max);
  std::partial_sort(ranked.begin(), ranked.begin() + std::ptrdiff_t(keep), ranked.end(), better);
  ranked.resize(keep);
  return ranked;
}

bool better_match(Candidate const& a, Candidate const& b) {
  if (a.comparison.probability != b.comparison.probability)
    return a.comparison.probability > b.comparison.probability;
  return a.article < b.article;
}

FoldDecision conclude(std::vector<Candidate> looked_at, FoldOptions const& options) {
  FoldDecision decision;
  decision.looked_at = std::move(looked_at);
  std::sort(decision.looked_at.begin(), decision.looked_at.end(), better_match);
  if (decision.looked_at.size() > options.candidates_max) decision.looked_at.resize(options.candidates_max);
  if (decision.looked_at.empty()) return decision;
  auto const& best = decision.looked_at.front();
  if (best.comparison.probability < options.threshold) return decision;
  decision.kind = best.comparison.same_text ? MatchKind::exact : MatchKind::near;
  decision.article = best.article;
  decision.story = best.story;
  decision.similarity = best.comparison.similarity;
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

Comparison compare(Sketch const& here, Sketch const& there, ShingleCensus const& census,
                   FoldOptions const& options) {
  auto comparison = align(here, there, census);
  comparison.probability = probability(comparison, options);
  return comparison;
}

FoldDecision decide(Signature const& signature, CandidateSource const& source, FoldOptions const& options) {
  auto const found = leads(source.postings(signature.fingerprints), options);
  std::vector<ArticleId> articles;
  for (auto const& lead : found) articles.push_back(lead.posting.article);
  auto const sketches = source.sketches(articles);
  std::vector<Candidate> looked_at;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (sketches[i])
      looked_at.push_back({found[i].posting.article, found[i].posting.story,
                           compare(signature.sketch, *sketches[i], source.census(), options)});
  return conclude(std::move(looked_at), options);
}

FoldDecision stronger_of(FoldDecision ahead, FoldDecision since, FoldOptions const& options) {
  auto looked_at = std::move(ahead.looked_at);
  looked_at.insert(looked_at.end(), since.looked_at.begin(), since.looked_at.end());
  return conclude(std::move(looked_at), options);
}

}  // namespace newsfold::dedup
