#include "feeds/dedup/explain.h"

#include <algorithm>
#include <cmath>

namespace newsfold::dedup {

namespace {

std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }
std::string of(std::uint32_t part, std::uint32_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

std::string verdict(Comparison const& c, FoldOptions const& options) {
  if (c.same_text) return "The texts are the same, word for word.";
  auto const likely =
      "a probability of " + percent(c.probability) + " (the threshold is " + percent(options.threshold) + ")";
  return c.probability >= options.threshold ? "They are copies, with " + likely + "."
                                            : "They are not copies, with " + likely + ".";
}

void add_agreement(char const* what, std::uint32_t shared, std::uint32_t all, std::vector<std::string>& out) {
  if (all > 0) out.push_back(std::string(what) + " that both have: " + of(shared, all) + ".");
}

void add_exchanges(char const* what, std::uint32_t count, std::vector<std::string>& out) {
  if (count > 0)
    out.push_back(std::string(what) +
                  " exchanged inside passages that are otherwise the same: " + std::to_string(count) + ".");
}

}  // namespace

std::vector<std::string> explain(Comparison const& c, FoldOptions const& options) {
  std::vector<std::string> out = {verdict(c, options)};
  if (c.same_text) return out;
  if (std::max(c.covered_here, c.covered_there) < options.covered_words_min) {
    bool const by_boilerplate = c.boilerplate_here >= options.covered_words_min;
    out.push_back(
        "They share fewer than " + std::to_string(options.covered_words_min) +
        (by_boilerplate ? " words beside what stands in many stories" : " words that carry content") +
        ", which never makes a copy.");
  }
  out.push_back("Shared passages cover " + percent(c.cover_here()) + " of the first text and " +
                percent(c.cover_there()) + " of the second; the longest has " +
                std::to_string(c.longest_run) + " words.");
  if (c.boilerplate_here > 0)
    out.push_back("Shared, but not counted, because other stories have it too: " +
                  std::to_string(c.boilerplate_here) + " words.");
  if (c.title_words > 0) add_agreement("Words of the titles", c.title_words_shared, c.title_words, out);
  add_agreement("Names", c.names_shared, c.names, out);
  add_agreement("Numbers", c.numbers_shared, c.numbers, out);
  add_agreement("Weekdays and months", c.dates_shared, c.dates, out);
  add_exchanges("Names", c.names_exchanged, out);
  add_exchanges("Numbers", c.numbers_exchanged, out);
  add_exchanges("Other words", c.words_exchanged, out);
  return out;
}

}  // namespace newsfold::dedup
