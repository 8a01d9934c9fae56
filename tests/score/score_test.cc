#include "daemon/score/player.h"
#include "daemon/score/scenarios.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace newsfold::score {
namespace {

using namespace std::chrono_literals;

std::string complaints(Report const& report) {
  std::string out;
  for (auto const& line : report.lines)
    if (line.verdict.kind != Verdict::Kind::kept) out += line.rule + ": " + line.verdict.why + '\n';
  return out;
}

Verdict::Kind verdict_on(Report const& report, std::string_view rule) {
  for (auto const& line : report.lines)
    if (line.rule.starts_with(rule)) return line.verdict.kind;
  ADD_FAILURE() << "no rule begins with " << rule;
  return Verdict::Kind::untried;
}

TEST(Score, NewsfoldKeepsEveryRule) {
  auto const origin = Origin::create().value();
  auto const scenarios = Scenarios::set_up(*origin).value();
  ASSERT_TRUE(play_own(*origin, scenarios.urls(), "Newsfold/0 (+https://operator.example/)"));
  auto const report = scenarios.grade(origin->asked());
  EXPECT_GE(report.lines.size(), 30u);
  EXPECT_EQ(report.broken(), 0u) << complaints(report);
  EXPECT_LE(report.untried(), 1u) << complaints(report);  // IPv6, where the machine has none
}

TEST(Score, APlayThatBeginsAtAnotherTimeAsksForTheSame) {
  auto const origin = Origin::create().value();
  auto const start = parse_rfc3339("2031-01-09T21:40:17.25Z").value();
  auto const scenarios = Scenarios::set_up(*origin, start).value();
  ASSERT_TRUE(play_own(*origin, scenarios.urls(), "Newsfold/0 (+https://operator.example/)"));
  auto const log = origin->asked();
  EXPECT_GE(log.front().at, start);
  EXPECT_GT(log.back().at, start + play_time * 9 / 10);
  auto const dated = of_site(log, "odd-date");
  ASSERT_FALSE(dated.empty());
  EXPECT_EQ(dated.front().last_modified, "Thu, 9 Jan 2031 07:48:24 +0100");
  auto const report = scenarios.grade(log);
  EXPECT_EQ(report.broken(), 0u) << complaints(report);
  EXPECT_LE(report.untried(), 1u) << complaints(report);
}

// A fetcher as people write it in a minute: everything, each hour, unconditionally, from many at once.
TEST(Score, ANaiveScriptIsFoundOut) {
  auto const origin = Origin::create().value();
  auto const scenarios = Scenarios::set_up(*origin).value();
  CommandPlay play;
  play.directory = std::filesystem::path(testing::TempDir()) / "newsfold-score-test";
  play.every = 12h;
  // bash's own sockets: no other program is needed.
  play.command = R"(bash -c 'while read -r url; do
      rest=${url#http://}; authority=${rest%%/*}; host=${authority%:*}; port=${authority##*:}
      host=${host#[}; host=${host%]}
      exec 3<>/dev/tcp/$host/$port || continue
      printf "GET /%s HTTP/1.1\r\nHost: %s\r\nReferer: http://x.example/\r\n\r\n" "${rest#*/}" "$authority" >&3
      cat <&3 >/dev/null; exec 3>&-
    done < "$SCORE_URLS"')";
  ASSERT_TRUE(play_command(*origin, scenarios.urls(), play));
  std::filesystem::remove_all(play.directory);
  auto const report = scenarios.grade(origin->asked());
  EXPECT_EQ(verdict_on(report, "Only the first request is unconditional"), Verdict::Kind::broken);
  EXPECT_EQ(verdict_on(report, "No Referer"), Verdict::Kind::broken);
  EXPECT_EQ(verdict_on(report, "The User-Agent"), Verdict::Kind::broken);
  EXPECT_EQ(verdict_on(report, "Compression"), Verdict::Kind::broken);
  EXPECT_EQ(verdict_on(report, "429 of one feed rests"), Verdict::Kind::broken);
  EXPECT_EQ(verdict_on(report, "A temporary redirect"), Verdict::Kind::broken);
  EXPECT_EQ(verdict_on(report, "No cookies"), Verdict::Kind::kept);
  EXPECT_EQ(verdict_on(report, "The URL goes out"), Verdict::Kind::kept);
}

Asked request(UtcMicros at, std::string match, unsigned status, std::string etag) {
  Asked out;
  out.at = at;
  if (!match.empty()) out.headers.emplace_back("if-none-match", match);
  out.status = status;
  out.etag = std::move(etag);
  return out;
}

TEST(Grade, AnIconOrAPageIsMoreThanOneGet) {
  for (auto const* target : {"/favicon.ico", "/apple-touch-icon.png", "/"}) {
    auto asked = request(play_start(), "", 404, "");
    asked.method = "GET";
    asked.target = target;
    Report const report{grade_hygiene({asked})};
    EXPECT_EQ(verdict_on(report, "One GET a poll"), Verdict::Kind::broken) << target;
    EXPECT_EQ(verdict_on(report, "The URL goes out"), Verdict::Kind::kept) << target;
  }
}

TEST(Grade, ValidatorsAreHeldAgainstTheLastAnswer) {
  auto const t = play_start();
  EXPECT_EQ(sends_validators({request(t, "", 200, "1"), request(t, "1", 304, ""), request(t, "1", 200, "2"),
                              request(t, "2", 304, "3"), request(t, "3", 304, "")})
                .kind,
            Verdict::Kind::kept);
  EXPECT_EQ(
      sends_validators({request(t, "", 200, "1"), request(t, "1", 200, "2"), request(t, "1", 304, "")}).kind,
      Verdict::Kind::broken);
  EXPECT_EQ(
      sends_validators({request(t, "", 200, "1"), request(t, "", 200, "1"), request(t, "1", 304, "")}).kind,
      Verdict::Kind::broken);
  EXPECT_EQ(sends_validators({request(t, "", 200, "1")}).kind, Verdict::Kind::untried);
}

TEST(Grade, AFaultAtTheBeginningIsNotCountedUnderEveryRule) {
  auto const t = play_start();
  Log const late{request(t, "", 200, "1"), request(t, "", 200, "1"), request(t, "1", 200, "2"),
                 request(t, "2", 304, "")};
  EXPECT_EQ(sends_validators(late, JudgedFrom::second_request).kind, Verdict::Kind::broken);
  EXPECT_EQ(sends_validators(late, JudgedFrom::first_conditional).kind, Verdict::Kind::kept);
  Log const never{request(t, "", 200, "1"), request(t, "", 200, "1"), request(t, "", 200, "2")};
  EXPECT_EQ(sends_validators(never, JudgedFrom::first_conditional).kind, Verdict::Kind::broken);
  Log const stale{request(t, "", 200, "1"), request(t, "1", 200, "2"), request(t, "1", 200, "3")};
  EXPECT_EQ(sends_validators(stale, JudgedFrom::first_conditional).kind, Verdict::Kind::broken);
}

// Two polls, then 429 at each of `hours`, then 200.
Log storm(std::vector<int> const& hours) {
  auto const t = play_start();
  Log out{request(t, "", 200, ""), request(t + 1h, "", 200, "")};
  for (int const hour : hours) out.push_back(request(t + std::chrono::hours(hour), "", 429, ""));
  out.back().status = 200;
  return out;
}

TEST(Grade, AFetcherThatKeepsItsPaceThroughA429IsNoSlower) {
  EXPECT_EQ(slows_down(storm({2, 3, 4, 5, 6}), 429).kind, Verdict::Kind::broken);
  EXPECT_EQ(slows_down(storm({2, 6, 7, 8, 9}), 429).kind, Verdict::Kind::broken);
  EXPECT_EQ(slows_down(storm({2, 4, 8, 16}), 429).kind, Verdict::Kind::kept);
  EXPECT_EQ(slows_down(storm({24, 48, 72}), 429).kind, Verdict::Kind::kept);  // once a day is slow
  EXPECT_EQ(slows_down(storm({2, 3}), 429).kind, Verdict::Kind::untried);
}

TEST(Grade, AVersionStandsBehindTheNameAndNotInAnAddress) {
  auto const agent = [](std::string text) {
    auto asked = request(play_start(), "", 200, "");
    asked.headers.emplace_back("user-agent", std::move(text));
    for (auto const& line : grade_hygiene({asked}))
      if (line.rule.starts_with("The User-Agent")) return line.verdict.kind;
    return Verdict::Kind::untried;
  };
  EXPECT_EQ(agent("Bot/1.2 (+https://x.example)"), Verdict::Kind::kept);
  EXPECT_EQ(agent("Bot/v2 https://x.example/bot"), Verdict::Kind::kept);
  EXPECT_EQ(agent("Bot (+https://x.example)"), Verdict::Kind::broken);
  EXPECT_EQ(agent("Bot/ (+https://x.example/2)"), Verdict::Kind::broken);
  EXPECT_EQ(agent("Bot (libfetch/2; bot@x.example)"), Verdict::Kind::broken);
}

TEST(Grade, AMinuteTooSoonIsTooSoon) {
  auto const t = play_start();
  EXPECT_EQ(keeps_apart({request(t, "", 200, ""), request(t + 1h, "", 200, "")}, 1h).kind,
            Verdict::Kind::kept);
  EXPECT_EQ(keeps_apart({request(t, "", 200, ""), request(t + 59min, "", 200, "")}, 1h).kind,
            Verdict::Kind::broken);
}

}  // namespace
}  // namespace newsfold::score
