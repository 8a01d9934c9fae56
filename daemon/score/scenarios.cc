// A table: a site, its answers, its rule.
#include "daemon/score/scenarios.h"

#include <algorithm>

namespace newsfold::score {

using namespace std::chrono_literals;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using Rule = Verdict (*)(Log const& log);

// The day before the play.
std::string modified(Asked const& request) { return http_date(request.began - 14h - 51min - 53s); }
// No date that a parser would write: whoever sends it back byte for byte has not parsed it.
std::string odd_modified(Asked const& request) {
  auto date = http_date(request.began - 13h - 51min - 53s);
  date.replace(date.find("GMT"), 3, "+0100");
  if (auto const zero = date.find(", 0"); zero != date.npos) date.erase(zero + 2, 1);
  return date;
}

std::string rss(std::string_view site, std::size_t items, std::string_view extra = {}) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>" +
                    std::string(site) + "</title><link>http://" + std::string(site) +
                    ".invalid/</link><description>A scenario</description>" + std::string(extra);
  for (std::size_t i = items; i > 0; --i) {
    auto const n = std::to_string(i);
    out += "<item><title>Item " + n + "</title><guid isPermaLink=\"false\">" + std::string(site) + '-' + n +
           "</guid><description>Text of item " + n + "</description></item>";
  }
  return out + "</channel></rss>\n";
}

// 304 where the validators that came are those of the answer.
Answer conditional(Asked const& request, Answer answer) {
  std::string etag, last_modified;
  for (auto const& [name, value] : answer.headers) {
    if (name == "ETag") etag = value;
    if (name == "Last-Modified") last_modified = value;
  }
  auto const match = request.header("If-None-Match"), since = request.header("If-Modified-Since");
  bool const same =
      !match.empty() ? match == etag && !etag.empty() : !since.empty() && since == last_modified;
  if (same) {
    answer.status = 304;
    answer.body.clear();
  }
  return answer;
}

bool is_conditional(Asked const& request) {
  return request.has("If-None-Match") || request.has("If-Modified-Since");
}

Answer steady(Asked const& request, Headers headers) {
  Answer answer;
  answer.headers = std::move(headers);
  answer.headers.emplace_back("Content-Type", "application/rss+xml");
  answer.body = rss(request.site, 3);
  return conditional(request, std::move(answer));
}

std::string numbered(std::size_t n) { return "\"v" + std::to_string(n) + "\""; }

std::chrono::microseconds since_start(Asked const& request) { return request.at - request.began; }

// ---- the answers ----------------------------------------------------------------------------------

Answer plain(Asked const& request, std::size_t) {
  return steady(request, {{"ETag", "W/\"5f3-a,b--gzip\""}, {"Last-Modified", modified(request)}});
}
Answer only_odd_date(Asked const& request, std::size_t) {
  return steady(request, {{"Last-Modified", odd_modified(request)}});
}
Answer new_etag(Asked const& request, std::size_t nth) {
  Answer answer{
      200, {{"ETag", numbered(nth)}, {"Last-Modified", modified(request)}}, rss(request.site, nth + 1)};
  return answer;
}
Answer touched(Asked const& request, std::size_t nth) {
  auto const date = http_date(request.began + std::chrono::minutes(nth));
  return Answer{200, {{"ETag", numbered(nth)}, {"Last-Modified", date}}, rss(request.site, 3)};
}
Answer cleared(Asked const& request, std::size_t nth) {
  Answer answer{200, {{"Cache-Control", "max-age=3600"}}, rss(request.site, nth + 1)};
  if (nth == 0) answer.headers.emplace_back("ETag", numbered(0));
  return answer;
}
Answer renewed_by_304(Asked const& request, std::size_t nth) {
  if (!is_conditional(request))
    return Answer{200, {{"ETag", numbered(nth)}, {"Last-Modified", modified(request)}}, rss(request.site, 3)};
  return Answer{304, {{"ETag", numbered(nth)}}, {}};
}
Answer with_max_age(Asked const& request, std::size_t) {
  return steady(request, {{"ETag", "\"m\""}, {"Cache-Control", "public, max-age=10800"}});
}
Answer with_expires(Asked const& request, std::size_t) {
  return steady(request, {{"ETag", "\"e\""}, {"Expires", http_date(request.at + 3h)}});
}
Answer with_ttl(Asked const& request, std::size_t) {
  Answer answer{200, {{"ETag", "\"t\""}}, rss(request.site, 3, "<ttl>180</ttl>")};
  return conditional(request, std::move(answer));
}
Answer with_skip_hours(Asked const& request, std::size_t) {
  std::string hours = "<skipHours>";
  for (int hour = 1; hour < 7; ++hour) hours += "<hour>" + std::to_string(hour) + "</hour>";
  Answer answer{200, {{"ETag", "\"s\""}}, rss(request.site, 3, hours + "</skipHours>")};
  return conditional(request, std::move(answer));
}
Answer bad_hints(Asked const& request, std::size_t) {
  return steady(request, {{"ETag", "\"b\""},
                          {"Expires", "0"},
                          {"Cache-Control", "max-age=99999999999"},
                          {"Retry-After", "soon"}});
}
Answer busy_seconds(Asked const& request, std::size_t nth) {
  if (nth == 2) return Answer{429, {{"Retry-After", "21600"}}, {}};
  return steady(request, {{"ETag", "\"r\""}});
}
Answer busy_date(Asked const& request, std::size_t nth) {
  if (nth == 2) return Answer{503, {{"Retry-After", http_date(request.at + 6h)}}, {}};
  return steady(request, {{"ETag", "\"d\""}});
}
Answer storm(Asked const& request, std::size_t nth) {
  if (nth >= 2 && since_start(request) < std::chrono::days(3)) return Answer{429, {}, {}};
  return steady(request, {{"ETag", "\"x\""}});
}
Answer dropped(Asked const& request, std::size_t nth) {
  if (nth >= 1 && nth <= 3) return Answer{0, {}, {}};
  return steady(request, {{"ETag", "\"c\""}});
}
Answer broken_server(Asked const& request, std::size_t nth) {
  if (nth >= 1 && since_start(request) < std::chrono::days(4)) return Answer{500, {}, "oops"};
  return steady(request, {{"ETag", "\"5\""}});
}
Answer missing(Asked const&, std::size_t) { return Answer{404, {}, "nothing here"}; }
Answer gone(Asked const& request, std::size_t nth) {
  return nth == 0 ? steady(request, {{"ETag", "\"g\""}}) : Answer{410, {}, "gone"};
}
Answer frozen(Asked const& request, std::size_t nth) {
  if (request.header("If-None-Match") == "\"f\"") return Answer{304, {{"ETag", "\"f\""}}, {}};
  return Answer{200, {{"ETag", "\"f\""}}, rss(request.site, nth + 3)};
}
Answer moved(Asked const&, std::size_t) { return Answer{301, {{"Location", "/new"}}, {}}; }
Answer lent(Asked const&, std::size_t) { return Answer{302, {{"Location", "/new"}}, {}}; }
Answer with_cookie(Asked const& request, std::size_t) {
  return steady(request, {{"ETag", "\"k\""}, {"Set-Cookie", "id=1; Path=/; Max-Age=999999"}});
}

// ---- the rules ------------------------------------------------------------------------------------

Log feed_of(Log const& log, std::string_view site) { return of_path(log, site, "/feed?x=1&y=%20z"); }

Verdict validators_of(Log const& log, std::string_view site,
                      JudgedFrom from = JudgedFrom::first_conditional) {
  auto const requests = feed_of(log, site);
  return all_of({asked_at_least(requests, 3), sends_validators(requests, from)});
}

Verdict only_first_unconditional(Log const& log) {
  return validators_of(log, "plain", JudgedFrom::second_request);
}
Verdict odd_date_unparsed(Log const& log) { return validators_of(log, "odd-date"); }
Verdict etag_replaced(Log const& log) { return validators_of(log, "new-etag"); }
Verdict touch_kept(Log const& log) { return validators_of(log, "touched"); }
// Who never sent any here had nothing to clear (newsboat keeps those of the second answer, which has none).
Verdict cleared_kept(Log const& log) {
  if (std::ranges::none_of(feed_of(log, "cleared"), is_conditional))
    return Verdict::untried("no request was conditional");
  return validators_of(log, "cleared");
}
Verdict renewed_kept(Log const& log) { return validators_of(log, "renewed-by-304"); }

Verdict hourly(Log const& log) {
  auto const requests = feed_of(log, "hourly");
  return all_of({asked_at_least(requests, 8), keeps_apart(requests, 1h)});
}
Verdict max_age_kept(Log const& log) { return keeps_apart(feed_of(log, "max-age"), 3h); }
Verdict expires_kept(Log const& log) { return keeps_apart(feed_of(log, "expires"), 3h); }
Verdict ttl_kept(Log const& log) { return keeps_apart(feed_of(log, "ttl"), 3h); }
Verdict skip_hours_kept(Log const& log) {
  auto const requests = feed_of(log, "skip-hours");
  if (requests.size() < 3) return Verdict::untried("asked " + std::to_string(requests.size()) + " times");
  for (std::size_t i = 1; i < requests.size(); ++i) {
    auto const t = requests[i].at;
    auto const hour =
        std::chrono::floor<std::chrono::hours>(t - std::chrono::floor<std::chrono::days>(t)).count();
    if (hour >= 1 && hour < 7) return Verdict::broken("asked at " + std::to_string(hour) + " o'clock GMT");
  }
  return Verdict::kept();
}
Verdict bad_hints_ignored(Log const& log) {
  auto const requests = feed_of(log, "bad-hints");
  return all_of({asked_at_least(requests, 8), keeps_apart(requests, 1h)});
}

// After the answer with `status`, nothing for so long; then the feed is asked again.
Verdict rests(Log const& requests, unsigned status, std::chrono::seconds least) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].status != status) continue;
    if (i + 1 == requests.size()) return Verdict::broken("never asked again after " + std::to_string(status));
    return keeps_apart({requests[i], requests[i + 1]}, least);
  }
  return Verdict::untried("asked " + std::to_string(requests.size()) + " times");
}
Verdict retry_seconds(Log const& log) { return rests(feed_of(log, "busy-seconds"), 429, 6h); }
Verdict retry_date(Log const& log) { return rests(feed_of(log, "busy-date"), 503, 6h); }
Verdict storm_outlived(Log const& log) {
  auto const requests = feed_of(log, "storm");
  Log during;
  for (auto const& request : requests)
    if (request.status == 429) during.push_back(request);
  if (during.size() < 2) return Verdict::untried("met " + std::to_string(during.size()) + " answers of 429");
  if (requests.back().status == 429) return Verdict::broken("never asked again after the storm");
  return all_of({keeps_apart(during, 1h), slows_down(requests, 429)});
}
Verdict host_rests(Log const& log) {
  auto const all = of_site(log, "same-host");
  auto const busy = std::ranges::find(all, 429u, &Asked::status);
  if (busy == all.end()) return Verdict::untried("the host was never busy");
  for (auto next = busy + 1; next != all.end(); ++next)
    if (next->at - busy->at < 4h)
      return Verdict::broken(
          "another feed of the host was asked " +
          std::to_string(std::chrono::floor<std::chrono::minutes>(next->at - busy->at).count()) +
          " min after 429 with Retry-After of 240 min");
  return busy + 1 == all.end() ? Verdict::broken("the host was never asked again") : Verdict::kept();
}

Verdict no_instant_retry(Log const& log) {
  auto const requests = feed_of(log, "dropped");
  for (std::size_t i = 0; i + 1 < requests.size(); ++i)
    if (requests[i].status == 0)
      if (auto verdict = keeps_apart({requests[i], requests[i + 1]}, 25min);
          verdict.kind != Verdict::Kind::kept)
        return verdict;
  return asked_at_least(requests, 5);
}
Verdict errors_back_off(Log const& log) {
  auto const requests = feed_of(log, "broken-server");
  Log late;
  for (auto const& request : requests)
    if (request.status == 500 && since_start(request) > std::chrono::days(2)) late.push_back(request);
  if (requests.empty()) return Verdict::untried("never asked");
  if (requests.back().status == 500) return Verdict::broken("never asked again after four days of errors");
  return late.size() < 2 ? Verdict::kept() : keeps_apart(late, 4h);
}
Verdict missing_backs_off(Log const& log) {
  Log late;
  for (auto const& request : of_path(log, "missing", "/missing"))
    if (since_start(request) > std::chrono::days(3)) late.push_back(request);
  if (late.empty()) return Verdict::broken("given up within three days");
  return late.size() < 2 ? Verdict::kept() : keeps_apart(late, 4h);
}
Verdict gone_stops(Log const& log) {
  auto const requests = feed_of(log, "gone");
  if (requests.size() < 2) return Verdict::untried("asked " + std::to_string(requests.size()) + " times");
  Log after(requests.begin() + 1, requests.end());
  return after.size() < 2 ? Verdict::kept() : keeps_apart(after, 20h);
}

// How many there are before the first conditional request is another rule's business.
Verdict frozen_asked_rarely(Log const& log) {
  Log full;
  bool conditional = false;
  auto const requests = feed_of(log, "frozen");
  for (auto const& request : requests) {
    conditional = conditional || request.status == 304;
    if (request.status != 200) continue;
    if (!conditional) full.clear();
    full.push_back(request);
  }
  if (requests.size() < 3) return Verdict::untried("asked " + std::to_string(requests.size()) + " times");
  if (!conditional) return Verdict::broken("no request was conditional");
  return full.size() < 2 ? Verdict::kept() : keeps_apart(full, std::chrono::days(7));
}

Verdict target_is_conditional(Log const& log) {
  return sends_validators(of_path(log, "moved", "/new"), JudgedFrom::first_conditional);
}
Verdict move_adopted_late(Log const& log) {
  auto const old = feed_of(log, "moved");
  auto const target = of_path(log, "moved", "/new");
  if (target.empty()) return Verdict::broken("the redirect was not followed");
  if (old.size() < 3) return Verdict::broken("taken over after " + std::to_string(old.size()) + " sightings");
  auto const last = since_start(old.back());
  if (last < std::chrono::days(6)) return Verdict::broken("taken over within a week");
  if (last > std::chrono::days(9)) return Verdict::broken("never taken over");
  return Verdict::kept();
}
Verdict loan_not_adopted(Log const& log) {
  auto const old = feed_of(log, "lent");
  auto const target = of_path(log, "lent", "/new");
  if (target.empty()) return Verdict::broken("the redirect was not followed");
  if (target.size() > old.size() + 1)
    return Verdict::broken("the target was asked without the address that lends it");
  return Verdict::kept();
}
Verdict over_ipv6(Log const& log) { return asked_at_least(feed_of(log, "ipv6"), 2); }

struct Scenario {
  char const* site;
  Handler handler;
  char const* group;
  char const* rule;
  Rule judge;
  Origin::Family family = Origin::Family::v4;
  char const* path = "/feed?x=1&y=%20z";
};

std::vector<Scenario> const& table() {
  static std::vector<Scenario> const all{
      {"plain", plain, "conditional",
       "Only the first request is unconditional; both validators go back byte for byte",
       only_first_unconditional},
      {"odd-date", only_odd_date, "conditional", "Last-Modified goes back unparsed", odd_date_unparsed},
      {"new-etag", new_etag, "conditional",
       "A new ETag beside an old Last-Modified is stored, never an older pair sent", etag_replaced},
      {"touched", touched, "conditional", "New validators of the same bytes are stored", touch_kept},
      {"cleared", cleared, "conditional", "A 200 without validators clears them", cleared_kept},
      {"renewed-by-304", renewed_by_304, "conditional", "A 304 may bring a new ETag", renewed_kept},
      {"frozen", frozen, "conditional", "No regular unconditional requests, also where 304 comes for ever",
       frozen_asked_rarely},
      {"hourly", plain, "pace", "At most once an hour where the server says nothing, also after restarts",
       hourly},
      {"max-age", with_max_age, "pace", "max-age is waited for", max_age_kept},
      {"expires", with_expires, "pace", "Expires is waited for", expires_kept},
      {"ttl", with_ttl, "pace", "ttl is waited for", ttl_kept},
      {"skip-hours", with_skip_hours, "pace", "skipHours are skipped", skip_hours_kept},
      {"bad-hints", bad_hints, "pace", "Hints that make no sense are ignored", bad_hints_ignored},
      {"busy-seconds", busy_seconds, "throttling",
       "429 with Retry-After in seconds is waited for, then asked again", retry_seconds},
      {"busy-date", busy_date, "throttling", "503 with Retry-After as a date is waited for, then asked again",
       retry_date},
      {"storm", storm, "throttling", "429 for days without a word: slower, and never given up",
       storm_outlived},
      {"dropped", dropped, "errors", "A broken connection is not retried at once", no_instant_retry},
      {"broken-server", broken_server, "errors", "500 for days: less and less often, then again",
       errors_back_off},
      {"missing", missing, "errors", "404 backs off and is no death", missing_backs_off, Origin::Family::v4,
       "/missing"},
      {"gone", gone, "errors", "410 stops the polling, or nearly", gone_stops},
      {"moved", moved, "redirects", "A permanent redirect is taken over with care, and is",
       move_adopted_late},
      {"lent", lent, "redirects", "A temporary redirect is followed and never taken over", loan_not_adopted},
      {"cookie", with_cookie, "", "", nullptr},
      {"ipv6", plain, "hygiene", "IPv6 works", over_ipv6, Origin::Family::v6},
  };
  return all;
}

}  // namespace

UtcMicros play_start() { return UtcMicros{std::chrono::sys_days(std::chrono::year(2026) / 11 / 2)}; }

Result<Scenarios> Scenarios::set_up(Origin& origin, UtcMicros start) {
  Scenarios scenarios;
  origin.begin(start);
  for (auto const& scenario : table()) {
    auto base = origin.add_site(scenario.site, scenario.family);
    if (!base && scenario.family == Origin::Family::v6) {
      scenarios.no_site_.push_back(scenario.site);
      continue;
    }
    if (!base) return base.error();
    origin.handle(scenario.site, scenario.path, scenario.handler);
    scenarios.urls_.push_back(*base + scenario.path);
  }
  for (auto const* site : {"moved", "lent"}) origin.handle(site, "/new", plain);
  auto base = origin.add_site("same-host");
  if (!base) return base.error();
  for (int i = 1; i <= 4; ++i) {
    auto const path = "/" + std::to_string(i);
    origin.handle("same-host", path, [path](Asked const& request, std::size_t nth) {
      if (path == "/1" && nth == 3) return Answer{429, {{"Retry-After", "14400"}}, {}};
      return steady(request, {{"ETag", '"' + path.substr(1) + '"'}});
    });
    scenarios.urls_.push_back(*base + path);
  }
  return scenarios;
}

Report Scenarios::grade(Log const& log) const {
  Report report;
  for (auto const& scenario : table()) {
    if (!scenario.judge) continue;
    bool const absent = std::ranges::find(no_site_, scenario.site) != no_site_.end();
    report.lines.push_back({scenario.rule, scenario.group,
                            absent ? Verdict::untried("this machine has none") : scenario.judge(log)});
  }
  report.lines.push_back({"Conditional requests go to the URL that gave the validators", "redirects",
                          target_is_conditional(log)});
  report.lines.push_back({"429 of one feed rests the whole host", "throttling", host_rests(log)});
  for (auto& line : grade_hygiene(log)) report.lines.push_back(std::move(line));
  static constexpr std::string_view order[] = {"conditional", "pace",      "throttling",
                                               "errors",      "redirects", "hygiene"};
  std::ranges::stable_sort(report.lines, {}, [](Line const& line) {
    return std::ranges::find(order, line.group) - std::begin(order);
  });
  return report;
}

}  // namespace newsfold::score
