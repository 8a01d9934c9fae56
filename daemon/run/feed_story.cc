#include "daemon/run/feed_story.h"

#include "daemon/schedule/pace.h"
#include "feeds/text/join.h"

#include <boost/json/array.hpp>

#include <cmath>
#include <cstdio>
#include <utility>

namespace newsfold::run {
namespace {

using schedule::PollState;

bool known(UtcMicros time) { return time != UtcMicros{}; }

std::string span(std::chrono::seconds length) {
  auto const count = length.count();
  if (count < 120) return std::to_string(count) + " s";
  if (count < 120 * 60) return std::to_string(count / 60) + " min";
  if (count < 48 * 3600) return std::to_string(count / 3600) + " h";
  return std::to_string(count / 86'400) + " days";
}

std::string ago(UtcMicros time, UtcMicros now) {
  return span(std::chrono::duration_cast<std::chrono::seconds>(now - time)) + " ago";
}

std::string one_decimal(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, value < 10 ? "%.1f" : "%.0f", value);
  return buffer;
}

std::string size(std::uint64_t bytes) {
  if (bytes < 10'000) return std::to_string(bytes) + " bytes";
  if (bytes < 10'000'000) return std::to_string(bytes / 1'000) + " kB";
  return std::to_string(bytes / 1'000'000) + " MB";
}

std::string last_answer(PollState const& state, UtcMicros now) {
  if (!known(state.last_request)) return "It was not asked yet.";
  std::string out = "Last asked " + ago(state.last_request, now) + ": ";
  if (!state.last_error.empty()) return out + state.last_error + ".";
  if (state.last_status == 304) return out + "nothing new since the last time (304).";
  return out + "answered with a document of " + text::counted(state.window_items, "item") + " (" +
         std::to_string(state.last_status) + ").";
}

std::string hints(PollState const& state) {
  std::string out;
  if (state.header_hint.count() > 0)
    out += " Its server asks for " + span(state.header_hint) + " between two requests.";
  if (state.document_hint.count() > 0) out += " The document asks for " + span(state.document_hint) + ".";
  return out;
}

// By the answer of last time: a feed that counts as gone may give others since.
std::string why_gone(PollState const& state) {
  switch (state.last_status) {
    case 404: return "nothing was at its address for a month (404)";
    case 410: return "its publisher says that it is gone for good (410)";
    default: return "it counts as gone";
  }
}

std::string after_failures(PollState const& state) {
  auto out = "it failed " + std::to_string(state.failures) +
             (state.failures == 1 ? " time" : " times in a row") + ": ";
  auto const status = state.last_status;
  // After 401, 403 and 410 the wait is the same each time; where no answer came (0), that is so of an address
  // or a robots.txt that forbids, and which of these it was the record does not say. 429 and 503 may name the
  // wait themselves.
  if (status != 0 && status != 401 && status != 403 && status != 410 && status != 429 && status != 503)
    out += "each failure doubles the wait, up to a bound; ";
  if (state.next_due <= state.last_request) return out + "it is asked again as soon as may be";
  return out + "it is asked again " +
         span(std::chrono::floor<std::chrono::seconds>(state.next_due - state.last_request)) +
         " after the last time";
}

constexpr auto punctual = std::chrono::minutes(1);  // a poll that is due begins at once where it may

// Polling is held (the disk is nearly full), or there is no daemon.
bool is_overdue(schedule::FeedStatus const& feed, UtcMicros now) {
  return feed.activity == schedule::FeedStatus::Activity::waiting && known(feed.state.next_due) &&
         !known(feed.state.paused_at) && feed.state.next_due + punctual < now;
}

}  // namespace

std::string reason_of_next_poll(schedule::FeedStatus const& feed, UtcMicros now) {
  auto const& state = feed.state;
  if (known(state.paused_at)) return "paused by hand since " + format_rfc3339(state.paused_at);
  if (feed.activity == schedule::FeedStatus::Activity::polling) return "it is being asked now";
  if (feed.activity == schedule::FeedStatus::Activity::queued)
    return "it is due and waits for its host's turn";
  if (is_overdue(feed, now)) return "it is due, and nothing is polled now: see newsfold status";
  if (state.gone_announced) return why_gone(state) + ": asked now and then only";
  if (state.host_cooled_until > now)
    return "its publisher asked for rest until " + format_rfc3339(state.host_cooled_until);
  if (state.failures > 0) return after_failures(state);
  if (!known(state.last_answer)) return "it was not asked yet";
  if (feed.interval_is_fixed)
    return "the configuration says `interval` = " + span(feed.interval) + "; it brings about " +
           one_decimal(state.rate.per_day(now)) + " items a day";
  auto reason = "it brings about " + one_decimal(state.rate.per_day(now)) + " items a day";
  if (feed.interval.count() > 0) reason += ", so it is asked about every " + span(feed.interval);
  return reason;
}

std::vector<std::string> feed_story(schedule::FeedStatus const& feed, health::FeedHealth const* health,
                                    UtcMicros now) {
  auto const& state = feed.state;
  std::vector<std::string> out;
  out.push_back("Asked at " + feed.url +
                (state.adopted_url.empty() ? "." : ", where " + state.configured_url + " moved for good."));
  out.push_back(last_answer(state, now));
  if (known(state.last_answer)) out.push_back("Last good answer " + ago(state.last_answer, now) + ".");
  out.push_back(known(state.last_new) ? "Last brought something new " + ago(state.last_new, now) + "."
                                      : "It has brought nothing yet.");
  if (known(state.failing_since) && state.failures > 0)
    out.push_back("Failing since " + format_rfc3339(state.failing_since) + ".");
  auto next = std::string("Next poll: ");
  if (known(state.paused_at))
    next += "none, ";
  else if (feed.activity != schedule::FeedStatus::Activity::waiting)
    next += "now, because ";
  else if (known(state.next_due))
    next += format_rfc3339(state.next_due) + (is_overdue(feed, now) ? ", but " : ", because ");
  out.push_back(next + reason_of_next_poll(feed, now) + "." + hints(state));
  if (schedule::never_answers_304(state))
    out.push_back(
        "304 is not to be had from it: it sends its whole document each time, also where nothing changed.");
  else if (state.not_modified > 0)
    out.push_back("It answers conditional requests well (304 so far: " + std::to_string(state.not_modified) +
                  ").");
  if (!health) return out;
  if (health->articles > 0)
    out.push_back(text::counted(health->articles, "article") + (health->articles == 1 ? " is" : " are") +
                  " from it first; " +
                  std::to_string(std::llround(100.0 * double(health->copies) / double(health->articles))) +
                  " % of them were copies of others.");
  if (health->polls > 0)
    out.push_back("Since the daemon's start: " + text::counted(health->polls, "poll") + ", " +
                  size(health->wire_bytes) + ".");
  if (!health->silent.empty()) out.push_back("Alarm: " + health->silent + ".");
  if (!health->shrunk.empty()) out.push_back("Alarm: " + health->shrunk + ".");
  if (!health->suggestion.empty()) out.push_back("What may help:\n" + health->suggestion);
  return out;
}

boost::json::object feed_story_json(schedule::FeedStatus const& feed, health::FeedHealth const* health,
                                    UtcMicros now) {
  boost::json::array why;
  for (auto& sentence : feed_story(feed, health, now)) why.emplace_back(std::move(sentence));
  return {{"name", feed.name}, {"url", feed.url}, {"why", std::move(why)}};
}

}  // namespace newsfold::run
