#pragma once
// From what an origin saw to a grade: one line a rule, with the reason where it was broken. Pure.

#include "daemon/score/origin.h"

#include <functional>
#include <string>
#include <vector>

namespace newsfold::score {

struct Verdict {
  enum class Kind : std::uint8_t { kept, broken, untried } kind = Kind::kept;
  std::string why;  // for a person; of `broken` and `untried`

  static Verdict kept() { return {}; }
  static Verdict broken(std::string why) { return {Kind::broken, std::move(why)}; }
  static Verdict untried(std::string why) { return {Kind::untried, std::move(why)}; }
};

struct Line {
  std::string rule;   // "A 429's Retry-After is waited for"
  std::string group;  // "conditional", "pace", "errors", "hygiene", "redirects"
  Verdict verdict;
};

struct Report {
  std::vector<Line> lines;
  std::size_t kept() const;
  std::size_t broken() const;
  std::size_t untried() const;
};

using Log = std::vector<Asked>;

// The requests of one site, robots.txt left out; of one path of it.
Log of_site(Log const& log, std::string_view site);
Log of_path(Log const& log, std::string_view site, std::string_view path);

// Every request sends what the last answers of that path said, byte for byte: from the second on, or from the
// first that sends any, so that one fault at the beginning is counted once and not under every rule.
enum class JudgedFrom : std::uint8_t { second_request, first_conditional };
Verdict sends_validators(Log const& requests, JudgedFrom from = JudgedFrom::second_request);

// No two requests of one path less than `least` apart. A second of slack: clocks are read twice.
Verdict keeps_apart(Log const& requests, std::chrono::seconds least);

// Of answers with `status` one after another: the pace at the end is clearly slower than the one that led to
// the first of them, or slow anyway.
Verdict slows_down(Log const& requests, unsigned status);

// Some requests came at all, and enough of them.
Verdict asked_at_least(Log const& requests, std::size_t times);

// The first that is not kept; else the last.
Verdict all_of(std::vector<Verdict> verdicts);

// Over all requests of all scenarios: what each of them looks like.
std::vector<Line> grade_hygiene(Log const& log);

}  // namespace newsfold::score
