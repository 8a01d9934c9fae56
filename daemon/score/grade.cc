#include "daemon/score/grade.h"

#include <algorithm>
#include <map>
#include <set>

namespace newsfold::score {

namespace {

constexpr auto slack = std::chrono::seconds(1);

std::string minutes(std::chrono::microseconds time) {
  return std::to_string(std::chrono::floor<std::chrono::minutes>(time).count()) + " min";
}

std::string in_quotes(std::string_view text) {
  return text.empty() ? "nothing" : '"' + std::string(text) + '"';
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

Verdict each(Log const& log, std::function<Verdict(Asked const&)> const& judge) {
  if (log.empty()) return Verdict::untried("nothing was asked");
  for (auto const& request : log)
    if (auto verdict = judge(request); verdict.kind != Verdict::Kind::kept) return verdict;
  return Verdict::kept();
}

// In the first product: the slashes of an address say nothing.
bool names_version(std::string_view agent) {
  agent = agent.substr(0, agent.find_first_of(" ("));
  auto const slash = agent.find('/');
  if (slash == agent.npos) return false;
  auto version = agent.substr(slash + 1);
  if (version.starts_with('v')) version.remove_prefix(1);
  return !version.empty() && version.front() >= '0' && version.front() <= '9';
}

Verdict judge_agent(Asked const& request) {
  auto const agent = request.header("User-Agent");
  if (agent.empty()) return Verdict::broken("no User-Agent");
  if (agent.starts_with("Mozilla/")) return Verdict::broken("dressed as a browser: " + std::string(agent));
  if (agent.starts_with("curl/") || agent.starts_with("Wget/") || agent.starts_with("python-requests") ||
      agent.starts_with("Python-urllib") || agent.starts_with("Go-http-client"))
    return Verdict::broken("a library's default: " + std::string(agent));
  if (!names_version(agent)) return Verdict::broken("no version in " + in_quotes(agent));
  if (!contains(agent, "http://") && !contains(agent, "https://") && !contains(agent, "@"))
    return Verdict::broken("no way to reach the operator in " + in_quotes(agent));
  return Verdict::kept();
}

// What feed readers ask for to show beside a feed.
bool is_beside_the_feed(std::string_view target) {
  return target == "/" || contains(target, "favicon") || contains(target, "apple-touch-icon");
}

Verdict judge_accept(Asked const& request) {
  auto const accept = request.header("Accept");
  if (accept.empty() || accept == "*/*") return Verdict::broken("Accept: " + in_quotes(accept));
  return Verdict::kept();
}

// The same site's requests less than a second apart, or overlapping. Fetchers on a virtual clock are judged
// by it, others by the machine's.
Verdict judge_spacing(Log const& log) {
  auto const requests = of_site(log, "same-host");
  if (requests.size() < 4) return Verdict::untried("the host was asked less than four times");
  for (std::size_t i = 1; i < requests.size(); ++i) {
    auto const virtually = requests[i].at - requests[i - 1].at;
    auto const really = requests[i].really - requests[i - 1].answered;
    if (std::max<std::chrono::nanoseconds>(virtually, really) < std::chrono::milliseconds(900))
      return Verdict::broken(
          "two feeds of one host were asked " +
          std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(really).count()) +
          " ms apart");
  }
  return Verdict::kept();
}

}  // namespace

std::size_t Report::kept() const {
  return static_cast<std::size_t>(
      std::ranges::count(lines, Verdict::Kind::kept, [](Line const& line) { return line.verdict.kind; }));
}
std::size_t Report::broken() const {
  return static_cast<std::size_t>(
      std::ranges::count(lines, Verdict::Kind::broken, [](Line const& line) { return line.verdict.kind; }));
}
std::size_t Report::untried() const { return lines.size() - kept() - broken(); }

Log of_site(Log const& log, std::string_view site) {
  Log out;
  for (auto const& request : log)
    if (request.site == site && request.target != "/robots.txt") out.push_back(request);
  return out;
}

Log of_path(Log const& log, std::string_view site, std::string_view path) {
  Log out;
  for (auto const& request : log)
    if (request.site == site && request.target == path && request.method == "GET") out.push_back(request);
  return out;
}

Verdict sends_validators(Log const& requests, JudgedFrom from) {
  if (requests.size() < 3) return Verdict::untried("asked " + std::to_string(requests.size()) + " times");
  std::size_t first = 1;
  if (from == JudgedFrom::first_conditional) {
    while (first < requests.size() && !requests[first].has("If-None-Match") &&
           !requests[first].has("If-Modified-Since"))
      ++first;
    if (first == requests.size()) return Verdict::broken("no request was conditional");
  }
  std::string etag, last_modified;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto const& request = requests[i];
    if (i >= first) {
      auto const match = request.header("If-None-Match"), since = request.header("If-Modified-Since");
      auto const which = "request " + std::to_string(i + 1);
      if (match != etag)
        return Verdict::broken(which + " sent If-None-Match " + in_quotes(match) + " where " +
                               in_quotes(etag) + " was due");
      if (since != last_modified)
        return Verdict::broken(which + " sent If-Modified-Since " + in_quotes(since) + " where " +
                               in_quotes(last_modified) + " was due");
    }
    if (request.status == 200) {
      etag = request.etag;
      last_modified = request.last_modified;
    } else if (request.status == 304) {
      if (!request.etag.empty()) etag = request.etag;
      if (!request.last_modified.empty()) last_modified = request.last_modified;
    }
  }
  return Verdict::kept();
}

Verdict keeps_apart(Log const& requests, std::chrono::seconds least) {
  if (requests.size() < 2) return Verdict::untried("asked " + std::to_string(requests.size()) + " times");
  for (std::size_t i = 1; i < requests.size(); ++i) {
    auto const gap = requests[i].at - requests[i - 1].at;
    if (gap + slack < least)
      return Verdict::broken("asked again after " + minutes(gap) + " where " + minutes(least) + " was due");
  }
  return Verdict::kept();
}

Verdict slows_down(Log const& requests, unsigned status) {
  constexpr double clearly = 1.5;
  constexpr auto slow_anyway = std::chrono::hours(12);
  auto const is_it = [&](Asked const& request) { return request.status == status; };
  auto const first = std::ranges::find_if(requests, is_it);
  if (first == requests.begin() || std::ranges::count_if(requests, is_it) < 2)
    return Verdict::untried("met " + std::to_string(std::ranges::count_if(requests, is_it)) + " answers of " +
                            std::to_string(status));
  auto const before = first->at - (first - 1)->at;
  auto last = first + 1;
  for (auto next = last; next != requests.end() && is_it(*(next - 1)); ++next) last = next;
  auto const after = last->at - (last - 1)->at;
  if (after >= slow_anyway || after > before * clearly) return Verdict::kept();
  return Verdict::broken("asked every " + minutes(before) + " before the first " + std::to_string(status) +
                         ", and still after " + minutes(after) + " at the last");
}

Verdict asked_at_least(Log const& requests, std::size_t times) {
  if (requests.size() >= times) return Verdict::kept();
  return Verdict::broken("asked only " + std::to_string(requests.size()) + " times in all");
}

Verdict all_of(std::vector<Verdict> verdicts) {
  for (auto& verdict : verdicts)
    if (verdict.kind != Verdict::Kind::kept) return std::move(verdict);
  return Verdict::kept();
}

std::vector<Line> grade_hygiene(Log const& log) {
  std::vector<Line> lines;
  auto const add = [&](std::string rule, Verdict verdict) {
    lines.push_back({std::move(rule), "hygiene", std::move(verdict)});
  };
  add("No cookies", each(log, [](Asked const& request) {
        return request.has("Cookie") ? Verdict::broken("sent Cookie " + in_quotes(request.header("Cookie")))
                                     : Verdict::kept();
      }));
  add("No Referer", each(log, [](Asked const& request) {
        return request.has("Referer")
                   ? Verdict::broken("sent Referer " + in_quotes(request.header("Referer")))
                   : Verdict::kept();
      }));
  add("The URL goes out as it was given", each(log, [](Asked const& request) {
        return request.status == 404 && request.target != "/robots.txt" && request.target != "/missing" &&
                       !is_beside_the_feed(request.target)
                   ? Verdict::broken("asked for " + request.target)
                   : Verdict::kept();
      }));
  add("One GET a poll: no HEAD, no favicon, no page", each(log, [](Asked const& request) {
        if (request.method != "GET") return Verdict::broken("sent " + request.method);
        return is_beside_the_feed(request.target) ? Verdict::broken("asked for " + request.target)
                                                  : Verdict::kept();
      }));
  add("The User-Agent names program, version and a way to reach the operator", each(log, judge_agent));
  add("Accept says what is wanted", each(log, judge_accept));
  add("Compression is accepted", each(log, [](Asked const& request) {
        return contains(request.header("Accept-Encoding"), "gzip")
                   ? Verdict::kept()
                   : Verdict::broken("Accept-Encoding: " + in_quotes(request.header("Accept-Encoding")));
      }));
  add("Feeds of one host are asked one after another, a second apart", judge_spacing(log));
  return lines;
}

}  // namespace newsfold::score
