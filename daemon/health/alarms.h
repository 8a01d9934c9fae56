#pragma once
// What an operator wants to be woken for although every poll goes well: a feed that fell silent, and a feed
// whose articles suddenly lost most of their text. Pure.

#include "daemon/schedule/poll_state.h"
#include "feeds/model/time.h"
#include "storage/records.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace newsfold::health {

struct AlarmOptions {
  double silent_gaps = 10;                     // times the usual gap; 0: no such alarm
  std::chrono::seconds silent_min{48 * 3600};  // weekends are no alarm
  double shrink_share = 0.33;                  // of the usual length; 0: no such alarm
};

inline constexpr std::size_t shrink_newest = 8;       // articles that are looked at for the new length ...
inline constexpr std::size_t shrink_before_min = 16;  // ... against at least so many before them
inline constexpr std::size_t shrink_looked_at = 56;
inline constexpr std::uint32_t shrink_usual_words_min = 80;  // briefs have no length to lose

struct Silence {
  std::chrono::seconds lasting{};
  std::chrono::seconds usual_gap{};  // as it was when the silence began
};
// Nothing for a feed that fails or is paused (that is told elsewhere), and for one that was never seen to
// bring news. It lasts up to the last good answer: what a feed did while nobody asked it (a full disk, a
// daemon that was away) is not known.
std::optional<Silence> silence_of(schedule::PollState const& state, AlarmOptions const& options);
std::string describe(Silence const& silence);

struct Shrinking {
  std::uint32_t usual_words = 0;  // the median before
  std::uint32_t words = 0;        // the median of the newest
  bool wall = false;              // most of the newest end at a paywall: else the page's layout is another
};
// `newest_first`: a feed's articles. Those that were withdrawn count, too.
std::optional<Shrinking> shrinking_of(std::span<storage::ArticleHead const> newest_first,
                                      AlarmOptions const& options);
std::string describe(Shrinking const& shrinking);

// How the articles that a shrinking is about came by their text, as they themselves tell it.
struct Readings {
  std::string before, newest;  // Article::extractor, of most
  std::string host;            // where most of the newest stand
  std::string wall;            // what on the pages says that they are paid, of the newest that tells it
  bool as_template = false;    // most of the newest lost paragraphs to what repeats on the site; few before
};
// `newest_first` as in shrinking_of(), with the version of each.
struct ReadArticle {
  std::string url;
  std::string extractor;
  std::string paywall_evidence;
  bool lost_to_template = false;
};
Readings readings_of(std::span<ReadArticle const> newest_first);

// What the configuration says about the texts of a feed.
struct FeedRules {
  std::string fetch_pages = "auto";    // "auto", "always" or "never"
  std::string summary_selector;        // of a [[page]] whose items bring their text
  std::string site_rule;               // file and line of the rule for the host; empty: there is none
  std::vector<std::string> site_body;  // its selectors of the text; empty: it says nothing of it
};

// The rule by which the articles were read when they shrank, in words, and what could be written into the
// configuration, as TOML.
struct Remedy {
  std::string rule;
  std::string toml;
};
Remedy remedy_for(Shrinking const& shrinking, Readings const& readings, FeedRules const& rules,
                  std::string const& feed_name);

}  // namespace newsfold::health
