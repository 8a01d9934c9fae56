#pragma once
// Is this article a copy of one that we have? The decision as a pure function of the article's signature
// and of what a CandidateSource knows: no I/O of its own, no clock.
//
// How a store uses it. Ahead, on any thread: `ahead = decide(signature, snapshot)`. At commit, in the
// writer: `since = decide(signature, recent)` against a small MemoryIndex of what was committed after the
// snapshot (a few hash look-ups where nothing matches), then `stronger_of(ahead, since)`. The decision names
// articles; which story they belong to *now* the writer looks up itself where stories may have been merged
// meanwhile.

#include "feeds/dedup/census.h"
#include "feeds/dedup/signature.h"
#include "feeds/model/ids.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace newsfold::dedup {

// An article that carries a fingerprint.
struct Posting {
  ArticleId article{};
  StoryId story{};  // as it was when posted, or newer

  bool operator==(Posting const&) const = default;
};

// What is known of the articles so far. Articles outside the fold's window or scope are left out by the
// source. Implemented by MemoryIndex and by the store.
class CandidateSource {
 public:
  // A source reads this many postings of a list and leaves the rest.
  static constexpr std::size_t postings_read_max = 512;

  virtual ~CandidateSource() = default;

  // For each fingerprint, in the same order, the articles that carry it (none: an empty list).
  virtual std::vector<std::vector<Posting>> postings(std::span<std::uint64_t const> fingerprints) const = 0;

  // For each article, in the same order, its sketch; null where it is gone meanwhile.
  virtual std::vector<std::shared_ptr<Sketch const>> sketches(std::span<ArticleId const> articles) const = 0;

  virtual CensusView census() const = 0;
};

struct FoldOptions {
  double threshold = 0.8;              // probability from which on two articles are copies
  std::size_t list_stories_max = 24;   // a fingerprint of more stories than these is boilerplate
  std::size_t list_stories_full = 48;  // and of more than these for good: its list need not grow
  // Leads are scored by the sum of 1 / (1 + stories) over the fingerprints that are shared. One fingerprint
  // that stands in three stories and more is a phrase that many use: alone it leads nowhere, and among a
  // million articles two of three candidates have no more.
  double lead_score_min = 0.3;
  std::size_t candidates_max = 8;  // verified, the best first
  std::size_t candidates_of_story_max = 3;
  std::size_t covered_words_min = 8;  // fewer words in common never make a copy
};

enum class MatchKind : std::uint8_t {
  new_story,  // no copy known
  url,        // the same address (decided by the caller, see identity.h)
  exact,      // word for word
  near,       // cut, edited, framed by other text
};
std::string_view to_string(MatchKind kind) noexcept;  // "new", "url", "exact", "near": printed

constexpr double share(std::uint32_t part, std::uint32_t whole) noexcept {
  return whole == 0 ? 0 : double(part) / double(whole);
}

// How one article compares with another: what `newsfold why` tells. "Here" is the article at hand, "there"
// the known one. Words are content words.
struct Comparison {
  std::uint32_t words_here = 0;
  std::uint32_t words_there = 0;
  std::uint32_t covered_here = 0;  // words inside shared shingles, boilerplate left out
  std::uint32_t covered_there = 0;
  std::uint32_t boilerplate_here = 0;  // words inside shared shingles that other stories have, too
  std::uint32_t boilerplate_there = 0;
  std::uint32_t longest_run = 0;          // shared words in a row
  std::uint32_t longest_run_at_here = 0;  // the number of its first word
  std::uint32_t longest_run_at_there = 0;
  double long_runs_here = 0;  // share of the words here in shared runs of 8 and more
  double long_runs_there = 0;
  double lead_here = 0;  // share of the first 20 words here that is shared
  double lead_there = 0;
  std::uint32_t names = 0;  // distinct ones of the side that has fewer; in the other: names_shared
  std::uint32_t names_shared = 0;
  std::uint32_t numbers = 0;
  std::uint32_t numbers_shared = 0;
  std::uint32_t dates = 0;  // weekdays and months
  std::uint32_t dates_shared = 0;
  std::uint32_t names_exchanged = 0;    // short gaps between shared passages where only names differ ...
  std::uint32_t numbers_exchanged = 0;  // ... only numbers ...
  std::uint32_t words_exchanged = 0;    // ... or other words: a paraphrase, or a template without capitals
  bool same_text = false;
  std::uint32_t title_words = 0;  // of the title that has fewer; in the other: title_words_shared
  std::uint32_t title_words_shared = 0;
  double similarity = 0;   // the larger share covered, 0..1
  double probability = 0;  // that the two are copies

  // Shares of the words that are not boilerplate, 0..1.
  double cover_here() const { return share(covered_here, words_here - boilerplate_here); }
  double cover_there() const { return share(covered_there, words_there - boilerplate_there); }

  bool operator==(Comparison const&) const = default;
};

// Symmetric: compare(a, b).probability == compare(b, a).probability.
Comparison compare(Sketch const& here, Sketch const& there, CensusView const& census,
                   FoldOptions const& options = {});

// A candidate that was looked at.
struct Candidate {
  ArticleId article{};
  StoryId story{};
  Comparison comparison;
};

struct FoldDecision {
  MatchKind kind = MatchKind::new_story;
  ArticleId article{};                 // the best match; without meaning for new_story
  StoryId story{};                     // its story
  double similarity = 0;               // 0 for new_story
  std::vector<StoryId> merged;         // other stories that this article shows to be the same one
  std::vector<Candidate> looked_at;    // best first, at most candidates_max: why it was decided so
  std::vector<std::uint64_t> crowded;  // fingerprints in more stories than list_stories_full
};

FoldDecision decide(Signature const& signature, CandidateSource const& source,
                    FoldOptions const& options = {});

// What copies of the article are to be found by later: its fingerprints, less those that are crowded. Their
// lists would not be read any more; they are added to again once enough of their stories have left the
// window.
std::vector<std::uint64_t> worth_posting(Signature const& signature, FoldDecision const& decision);

// Of two decisions about one article, made against two sources that share no article, the one to follow;
// `merged`, `looked_at` and `crowded` of both are united.
FoldDecision stronger_of(FoldDecision ahead, FoldDecision since, FoldOptions const& options = {});

}  // namespace newsfold::dedup
