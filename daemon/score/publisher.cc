#include "daemon/score/publisher.h"

#include "daemon/schedule/poll_sink.h"
#include "daemon/schedule/server_hints.h"
#include "feeds/parse/parse.h"

#include <algorithm>
#include <set>

namespace newsfold::score {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto spacing = 1s;
constexpr std::size_t small_bytes = 1400;  // what fits into a packet gains nothing from compression

fetch::Request request_to(std::string const& url, fetch::Limits const& limits) {
  fetch::Request request;
  request.url = url;
  request.limits = limits;
  return request;
}

std::string how(fetch::Response const& answer) {
  std::string out = std::to_string(answer.status);
  if (answer.status == 200) out += " and " + std::to_string(answer.body.size()) + " bytes";
  return out;
}

Verdict answers_304(PublisherAnswers const& answers, std::size_t which, char const* sent) {
  if (which >= answers.conditional.size()) return Verdict::untried("it gave only one of the two");
  auto const& answer = answers.conditional[which];
  if (answer.status == 304) return Verdict::kept();
  // Something may really have been published in that second.
  if (answer.status == 200 && answer.body != answers.full.body)
    return Verdict::untried("what it serves was another a second later");
  return Verdict::broken(std::string(sent) + " brought " + how(answer));
}

Verdict judge_validators(PublisherAnswers const& answers) {
  auto const& headers = answers.full.headers;
  if (headers.etag.empty() && headers.last_modified.empty())
    return Verdict::broken("every poll will cost it the whole " + std::to_string(answers.full.body.size()) +
                           " bytes, and be made once a day");
  return Verdict::kept();
}

// RFC 9110 15.4.5: a 304 carries the ETag that a 200 would have carried.
Verdict judge_tag_of_304(PublisherAnswers const& answers) {
  if (answers.full.headers.etag.empty()) return Verdict::untried("it gave no ETag");
  for (auto const& answer : answers.conditional) {
    if (answer.status != 304) continue;
    auto const& tag = answer.headers.etag;
    return tag.empty() ? Verdict::broken("the 304 has none: some readers then forget it") : Verdict::kept();
  }
  return Verdict::untried("there was no 304");
}

Verdict judge_compression(fetch::Response const& full) {
  if (full.body.size() < small_bytes) return Verdict::untried("it is too small to gain");
  if (full.wire_bytes < full.body.size()) return Verdict::kept();
  return Verdict::broken(std::to_string(full.body.size()) + " bytes came uncompressed");
}

Verdict judge_redirects(PublisherAnswers const& answers) {
  for (auto const& hop : answers.full.redirects)
    if (!hop.permanent())
      return Verdict::broken(std::to_string(hop.status) + " to " + hop.to +
                             ": each poll takes that way again");
  return Verdict::kept();
}

constexpr auto any_hint = std::chrono::seconds::max();  // too long a one is told, not passed over

Verdict judge_hint(fetch::Response const& full, Result<Feed> const& feed, UtcMicros now) {
  auto hint = schedule::freshness(full.headers, now, any_hint);
  if (feed) hint = std::max(hint, schedule::document_interval(schedule::report_of(*feed), any_hint));
  if (hint > 7 * 24h) return Verdict::broken("more than a week, which nobody believes");
  return hint > 0s
             ? Verdict::kept()
             : Verdict::broken("no max-age, Expires, ttl or sy:updatePeriod: it is asked hourly at most");
}

Verdict judge_items(Result<Feed> const& feed) {
  if (!feed || feed->items.empty()) return Verdict::untried("there are no items");
  std::set<std::string> ids;
  std::size_t undated = 0;
  for (auto const& item : feed->items) {
    if (!ids.insert(item.id).second)
      return Verdict::broken("two items have the id " + item.id.substr(0, 200));
    undated += !item.date_published && !item.date_modified;
  }
  return undated == 0 ? Verdict::kept() : Verdict::broken(std::to_string(undated) + " items have no date");
}

}  // namespace

asio::awaitable<Result<PublisherAnswers>> ask_publisher(fetch::Client& client, SleepingClock& clock,
                                                        std::string url, fetch::Limits limits) {
  PublisherAnswers answers;
  answers.url = url;
  auto first = request_to(url, limits);
  auto full = co_await client.fetch(std::move(first));
  if (!full) co_return full.error();
  if (full->status != 200)
    co_return Error{ErrorCode::unreachable, url + " answered " + std::to_string(full->status)};
  answers.full = std::move(*full);
  auto const& headers = answers.full.headers;
  struct Pair {
    std::string etag, last_modified;
  };
  std::vector<Pair> pairs;
  if (!headers.etag.empty() || !headers.last_modified.empty())
    pairs.push_back({headers.etag, headers.last_modified});
  if (!headers.etag.empty() && !headers.last_modified.empty()) {
    pairs.push_back({headers.etag, {}});
    pairs.push_back({{}, headers.last_modified});
  }
  for (auto const& pair : pairs) {
    auto const next = clock.now() + spacing;
    co_await clock.sleep_until(next);
    auto request = request_to(url, limits);
    request.etag = pair.etag;
    request.last_modified = pair.last_modified;
    request.validators_url = answers.full.final_url;
    auto answer = co_await client.fetch(std::move(request));
    if (!answer) co_return answer.error();
    answers.conditional.push_back(std::move(*answer));
  }
  co_return answers;
}

Report grade_publisher(PublisherAnswers const& answers, UtcMicros now) {
  auto const& full = answers.full;
  auto const feed = parse::parse_feed(full.body, {full.final_url, full.headers.content_type});
  Report report;
  auto const add = [&](char const* group, std::string rule, Verdict verdict) {
    report.lines.push_back({std::move(rule), group, std::move(verdict)});
  };
  add("conditional", "It gives an ETag or Last-Modified", judge_validators(answers));
  if (!answers.conditional.empty()) {
    add("conditional", "What it gave brings 304", answers_304(answers, 0, "a conditional request"));
    add("conditional", "ETag alone brings 304", answers_304(answers, 1, "If-None-Match"));
    add("conditional", "Last-Modified alone brings 304", answers_304(answers, 2, "If-Modified-Since"));
    add("conditional", "A 304 repeats the ETag", judge_tag_of_304(answers));
  }
  add("pace", "It says how often it wants to be asked", judge_hint(full, feed, now));
  add("redirects", "Redirects are permanent, so that they can be saved", judge_redirects(answers));
  add("transfer", "It is compressed where the fetcher can read that", judge_compression(full));
  add("transfer", "It is served over TLS",
      full.final_url.starts_with("https://") ? Verdict::kept() : Verdict::broken(full.final_url));
  add("document", "It is a feed that needs no mending",
      !feed ? Verdict::broken(feed.error().message)
            : (feed->bozo ? Verdict::broken(feed->bozo_reason) : Verdict::kept()));
  add("document", "Items have dates and ids of their own", judge_items(feed));
  return report;
}

}  // namespace newsfold::score
