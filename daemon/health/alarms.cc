#include "daemon/health/alarms.h"

#include "feeds/text/url.h"

#include <algorithm>
#include <map>
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

template <class Value>
std::string most_common(std::span<ReadArticle const> articles, Value const& value) {
  std::map<std::string, std::size_t> counts;
  for (auto const& article : articles) ++counts[value(article)];
  auto const more = [](auto const& a, auto const& b) { return a.second < b.second; };
  auto const most = std::max_element(counts.begin(), counts.end(), more);
  return most == counts.end() ? std::string() : most->first;
}

std::uint32_t median(std::span<storage::ArticleHead const> articles) {
  std::vector<std::uint32_t> words;
  for (auto const& article : articles) words.push_back(article.words);
  auto const middle = words.begin() + std::ptrdiff_t(words.size() / 2);
  std::nth_element(words.begin(), middle, words.end());
  return *middle;
}

}  // namespace

std::optional<Silence> silence_of(schedule::PollState const& state, AlarmOptions const& options) {
  bool const paused = state.paused_at != UtcMicros{};
  if (options.silent_gaps <= 0 || state.failures > 0 || state.gone_announced || paused) return std::nullopt;
  auto const heard = state.last_answer;
  if (state.last_new == UtcMicros{} || heard <= state.last_new) return std::nullopt;
  auto const lasting = std::chrono::duration_cast<seconds>(heard - state.last_new);
  if (lasting < options.silent_min) return std::nullopt;
  auto const per_day = state.rate.per_day_before(state.last_new, heard);
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

Readings readings_of(std::span<ReadArticle const> newest_first) {
  auto const newest = newest_first.first(std::min(shrink_newest, newest_first.size()));
  auto const before = newest_first.subspan(newest.size());
  auto const extractor = [](ReadArticle const& one) { return one.extractor; };
  auto const host = [](ReadArticle const& one) { return std::string(text::host_of(one.url)); };
  Readings out;
  out.before = most_common(before, extractor);
  out.newest = most_common(newest, extractor);
  out.host = most_common(newest, host);
  for (auto const& one : newest)
    if (out.wall.empty()) out.wall = one.paywall_evidence;
  auto const lost = [](ReadArticle const& one) { return one.lost_to_template; };
  auto const lost_newest = std::size_t(std::count_if(newest.begin(), newest.end(), lost));
  auto const lost_before = std::size_t(std::count_if(before.begin(), before.end(), lost));
  out.as_template = lost_newest * 2 > newest.size() && lost_before * 2 < before.size();
  return out;
}

namespace {

// What a page says goes to a terminal and into a file: as one line, without controls.
std::string plain(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

std::string quoted(std::string const& text) {
  std::string out = "\"";
  for (char const c : plain(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string list_of(std::vector<std::string> const& values) {
  std::string out;
  for (auto const& value : values) out += (out.empty() ? "" : ", ") + quoted(value);
  return "[" + out + "]";
}

// The feed's own text serves where there is one, until the pages are understood again.
std::string without_pages(std::string const& in_section, FeedRules const& rules) {
  if (rules.fetch_pages == "never") return {};
  return in_section + "fetch_pages = \"never\"  # the feed's own text; was " + quoted(rules.fetch_pages) +
         "\n";
}

std::string site_rule_for(std::string const& host, std::vector<std::string> const& body) {
  auto out =
      "# in a file of the folder that clean.rules_dir names, with the selector under which the text stands "
      "now\n# (`newsfold rules test URL` shows what a selector finds):\n[[site]]\nhosts = [" +
      quoted(host) + "]\nbody = [\"article\"]";
  if (!body.empty()) out += "  # was " + list_of(body);
  return out + "\n";
}

}  // namespace

Remedy remedy_for(Shrinking const& shrinking, Readings const& readings, FeedRules const& rules,
                  std::string const& feed_name) {
  auto const in_section = "# in the section of the feed " + quoted(feed_name) + ":\n";
  auto const host = readings.host.empty() ? std::string("its site") : plain(readings.host);
  if (shrinking.wall)
    return {"the pages of " + host + " are cut at a wall" +
                (readings.wall.empty() ? std::string() : " (" + plain(readings.wall) + ")"),
            in_section + "header_file = " + quoted("/etc/newsfold/credentials/" + feed_name + ".headers") +
                "  # a subscriber's Cookie or token, if you are one\n" + without_pages("# or: ", rules)};
  if (readings.as_template)
    return {"what repeats on the pages of " + host +
                " is taken out as its template, and took paragraphs of most of the newest articles",
            without_pages(in_section, rules)};
  if (readings.newest == "feed" && !rules.summary_selector.empty() && readings.before == "feed")
    return {"summary = " + quoted(rules.summary_selector) + " in the [[page]] " + quoted(feed_name),
            in_section + "summary = \"article p\"  # where the list's texts stand now; was " +
                quoted(rules.summary_selector) + "\n"};
  if (readings.newest == "feed" && readings.before == "feed")
    return {
        "the text of the feed itself (fetch_pages = " + quoted(rules.fetch_pages) + "): it brings less of it",
        rules.fetch_pages == "always"
            ? site_rule_for(readings.host, rules.site_body)
            : in_section + "fetch_pages = \"always\"  # was " + quoted(rules.fetch_pages) + "\n"};
  std::string how;
  if (readings.newest != readings.before && !readings.before.empty())
    how = "; it was read as " + quoted(readings.before) + " and now as " + quoted(readings.newest);
  if (!rules.site_rule.empty() && !rules.site_body.empty())
    return {"the site rule for " + host + " (" + rules.site_rule + ", body = " + list_of(rules.site_body) +
                ")" + how,
            site_rule_for(readings.host, rules.site_body) +
                without_pages("# until then, " + in_section.substr(2), rules)};
  return {"no site rule says where the text stands on " + host +
              ": it is looked for (fetch_pages = " + quoted(rules.fetch_pages) + ")" + how,
          site_rule_for(readings.host, {}) + without_pages("# until then, " + in_section.substr(2), rules)};
}

}  // namespace newsfold::health
