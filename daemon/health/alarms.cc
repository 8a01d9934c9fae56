#include "daemon/health/alarms.h"

#include <algorithm>
#include <vector>

namespace newsfold::health {
namespace {

using std::chrono::seconds;
constexpr double seconds_a_day = 86'400;

std::string in_words(seconds span) {
  auto const count = span.count();
  if (count < 2 * 60) return std::to_string(count) + " seconds";
  if (count < 2 * 3600) return std::to_string(count / 60) + " minutes";
  if (count < 48 * 3600) return std::to_string(count / 3600) + " hours";
  return std::to_string(count / 86'400) + " days";
}

std::uint32_t median(std::span<storage::ArticleHead const> articles) {
  std::vector<std::uint32_t> words;
  for (auto const& article : articles) words.push_back(article.words);
  auto const middle = words.begin() + std::ptrdiff_t(words.size() / 2);
  std::nth_element(words.begin(), middle, words.end());
  return *middle;
}

}  // namespace

std::optional<Silence> silence_of(schedule::PollState const& state, AlarmOptions const& options,
                                  UtcMicros now) {
  if (options.silent_gaps <= 0 || state.failures > 0 || state.gone_announced) return std::nullopt;
  if (state.last_new == UtcMicros{} || now <= state.last_new) return std::nullopt;
  auto const lasting = std::chrono::duration_cast<seconds>(now - state.last_new);
  if (lasting < options.silent_min) return std::nullopt;
  auto const per_day = state.rate.per_day_before(state.last_new, now);
  if (per_day <= 0) return std::nullopt;
  seconds const gap(std::int64_t(seconds_a_day / per_day));
  if (double(lasting.count()) < options.silent_gaps * double(gap.count())) return std::nullopt;
  return Silence{lasting, gap};
}

std::string describe(Silence const& silence) {
  return "silent for " + in_words(silence.lasting) + "; it used to bring something every " +
         in_words(silence.usual_gap);
}

std::optional<Shrinking> shrinking_of(std::span<storage::ArticleHead const> newest_first,
                                      AlarmOptions const& options) {
  if (options.shrink_share <= 0 || newest_first.size() < shrink_newest + shrink_before_min)
    return std::nullopt;
  auto const newest = newest_first.first(shrink_newest);
  Shrinking found;
  found.usual_words = median(newest_first.subspan(shrink_newest));
  found.words = median(newest);
  if (found.usual_words < shrink_usual_words_min) return std::nullopt;
  if (double(found.words) >= options.shrink_share * double(found.usual_words)) return std::nullopt;
  auto const walled = std::count_if(newest.begin(), newest.end(), [](auto const& article) {
    return article.truncated || article.paywall != Paywall::none;
  });
  found.wall = std::size_t(walled) * 2 > newest.size();
  return found;
}

std::string describe(Shrinking const& shrinking) {
  return "its newest articles have " + std::to_string(shrinking.words) + " words where they used to have " +
         std::to_string(shrinking.usual_words) +
         (shrinking.wall ? ": they end at a paywall" : ": the pages' layout may have changed");
}

std::string suggested_toml(Shrinking const& shrinking, std::string const& feed_name) {
  auto const head = "# in the section of the feed \"" + feed_name + "\":\n";
  if (shrinking.wall)
    return head + "header_file = \"/etc/newsfold/credentials/" + feed_name +
           ".headers\"  # a subscriber's Cookie or token, if you are one\n"
           "# or: fetch_pages = \"never\"  # the feed's own text instead of the walled page\n";
  return head + "fetch_pages = \"never\"  # the feed's own text, until the pages are understood again\n";
}

}  // namespace newsfold::health
