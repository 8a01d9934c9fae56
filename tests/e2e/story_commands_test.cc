// Articles and stories as a person asks for them: the lines of `newsfold tail`, `why` of an article, `split`,
// and the rules for single sites.

#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using origin::OriginRequest;
using origin::OriginResponse;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// Sentences that share no run of words with those of another `seed`.
std::string prose(unsigned seed) {
  constexpr std::array<char const*, 24> words{
      "harbour", "council", "ferry",    "morning", "engineer", "bridge", "price",   "storm",
      "village", "school",  "mountain", "opened",  "repaired", "lost",   "counted", "promised",
      "without", "between", "after",    "quietly", "again",    "seven",  "hundred", "northern"};
  std::string out;
  for (int sentence = 0; sentence < 12; ++sentence) {
    out += "The";
    for (int word = 0; word < 11; ++word) {
      seed = seed * 1'664'525 + 1'013'904'223;
      out += ' ';
      out += words[(seed >> 16) % words.size()];
    }
    out += ". ";
  }
  return out;
}

std::string rss(std::string const& id, std::string const& title, std::string const& text) {
  return "<rss version=\"2.0\"><channel><title>T</title><item><title>" + title + "</title><guid>" + id +
         "</guid><link>http://paper.example/" + id + "</link><description>" + text +
         "</description></item></channel></rss>";
}

std::string const none = "<rss version=\"2.0\"><channel><title>T</title></channel></rss>";

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// Two articles that have nothing in common; then one that holds both.
class StoryCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    auto const give = [](std::string body) {
      OriginResponse response;
      response.headers = {{"Content-Type", "application/rss+xml"}};
      response.body = std::move(body);
      return response;
    };
    auto const feed = [&](std::string const& site, std::function<std::string()> body) {
      origin_.handle(site + ".example", "/feed",
                     [give, body = std::move(body)](OriginRequest const&) { return give(body()); });
    };
    feed("alpha", [] { return rss("1", "Ferry and bridge", prose(1)); });
    feed("beta", [this] { return alpha_is_in_ ? rss("2", "Ferry and bridge", prose(2)) : none; });
    feed("gamma", [this] { return both_are_in_ ? rss("3", "Ferry and bridge", prose(1) + prose(2)) : none; });
    std::string config = "[fetch]\nallow_private = true\nresolve = [";
    for (auto const* site : {"alpha", "beta", "gamma"})
      config += '"' + std::string(site) + ".example:80:127.0.0.1:" + std::to_string(origin_.port()) + "\", ";
    config +=
        "]\n[polling]\nhost_spacing = \"0\"\nrobots_for_feeds = false\n[clean]\nfetch_pages = \"never\"\n";
    for (auto const* site : {"alpha", "beta", "gamma"})
      config += "[[feed]]\nname = \"" + std::string(site) + "\"\nurl = \"http://" + site +
                ".example/feed\"\ninterval = \"1s\"\n";
    installation_ = std::make_unique<Installation>(config);
    daemon_ = installation_->start_daemon();
    ASSERT_EQ(articles(1), 1u) << installation_->log();
    alpha_is_in_ = true;
    ASSERT_EQ(articles(2), 2u) << installation_->log();
    both_are_in_ = true;
    ASSERT_EQ(articles(3), 3u) << installation_->log();
  }
  // Waits for the article of that number.
  std::size_t articles(std::uint64_t number) const {
    auto const events = installation_->events_until(
        [number](SeenEvent const& event) {
          return event.article == number && event.type != "article.merged";
        },
        within(20s));
    return events.empty() ? 0 : events.back().article;
  }
  Installation::Outcome run(std::vector<std::string> arguments) const {
    auto outcome = installation_->run(std::move(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    return outcome;
  }
  // What `newsfold tail` says to a person of all that has happened to articles.
  std::vector<std::string> tail() const {
    return lines_of(run({"tail", "--from", "1", "--once", "--type", "article.*", "--copies", "show"}).output);
  }

  origin::OriginServer origin_;
  std::atomic<bool> alpha_is_in_ = false;
  std::atomic<bool> both_are_in_ = false;
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<Process> daemon_;
};

TEST_F(StoryCommands, TailSaysWhenWhatHappenedWhereAndToWhat) {
  auto const line = [](std::string const& rest) {
    return MatchesRegex("[0-9][0-9]:[0-9][0-9]:[0-9][0-9]  " + rest);
  };
  EXPECT_THAT(
      tail(),
      ElementsAre(
          line("new          alpha              Ferry and bridge"),
          line("new          beta               Ferry and bridge"),
          line("merged       beta               Ferry and bridge  \\(story 2 ended in 1, article 3 is "
               "a copy of both\\)"),
          line("copy         gamma              Ferry and bridge  \\(copy of 1, [0-9]+ %\\)")));
  run({"split", "3", "--reason", "a digest"});
  EXPECT_THAT(tail().back(),
              line("split        gamma              Ferry and bridge  \\(out of story 1: a digest\\)"));
}

TEST_F(StoryCommands, WhyTellsWhatAnArticleWasHeldAgainst) {
  auto const copy = run({"why", "3"}).output;
  EXPECT_THAT(copy, HasSubstr("Ferry and bridge\nArticle 3 joined story "));
  EXPECT_THAT(copy, HasSubstr("against article 1 of alpha: Ferry and bridge\n  Both are in story 1.\n"));
  EXPECT_THAT(copy, HasSubstr("against article 2 of beta: "));
  EXPECT_THAT(copy, HasSubstr("They are copies, with a probability of "));
  EXPECT_THAT(copy, HasSubstr("(the threshold is 80 %)"));
  EXPECT_THAT(copy, HasSubstr(" % of the second; the longest has "));
  EXPECT_THAT(copy, ContainsRegex("shared \\([0-9]+ words\\): \"[a-z ]+"));
  EXPECT_THAT(run({"why", "1"}).output, HasSubstr("Article 1 came as the first of its story"));

  auto const pair = run({"why", "1", "2"}).output;
  EXPECT_THAT(pair, HasSubstr("against article 2 of beta: "));
  EXPECT_THAT(pair, HasSubstr("They are not copies, with a probability of "));
  EXPECT_THAT(pair, Not(HasSubstr("against article 3")));
  for (auto const& nobody : {std::vector<std::string>{"why", "99"}, {"why", "1", "99"}}) {
    auto const refused = installation_->run(nobody);
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(refused.errors, "newsfold why: there is no article 99\n");
  }
}

TEST_F(StoryCommands, SplitTakesAnArticleOutOfItsStoryForGood) {
  EXPECT_EQ(run({"split", "3", "--reason", "a digest"}).output,
            "Article 3 leads a story of its own now and stays apart from the one it left.\n");
  auto const why = run({"why", "3"}).output;
  EXPECT_THAT(why, HasSubstr("Article 3 was put into its story by hand."));
  EXPECT_THAT(why, HasSubstr("They are in two stories that were split by hand, and stay apart."));
  auto const again = installation_->run({"split", "3"});
  EXPECT_EQ(again.status, 1);
  EXPECT_EQ(again.errors, "newsfold split: article 3 is alone in its story\n");
  EXPECT_EQ(installation_->run({"split", "99"}).status, 1);
}

// ---- Rules for single sites ---------------------------------------------------------------------------

struct RulesCommand : ::testing::Test {
  void SetUp() override {
    rules = folder.path() + "/rules";
    std::filesystem::create_directory(rules);
    std::ofstream(rules + "/mine.toml") << "[[site]]\nhosts = [\"paper.example\"]\ntitle = [\"h1.none\", "
                                           "\"h2.head\"]\nbody = [\".story\"]\nstrip = [\".advert\"]\n";
    page = folder.path() + "/page.html";
    std::ofstream(page)
        << "<html><head><title>Paper</title></head><body><h1>Paper</h1><h2 class=head>Ferry runs "
           "again</h2><div class=story><p>"
        << prose(1) << "</p><p class=advert>Buy a boat</p></div></body></html>";
  }
  Installation::Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "rules");
    return installation.run(std::move(arguments));
  }

  TemporaryFolder folder;
  Installation installation;
  std::string rules, page;
};

TEST_F(RulesCommand, ListNamesHostsAndWhereTheirRuleStands) {
  auto const own = run({"list", "--rules", rules});
  EXPECT_EQ(own.status, 0) << own.errors;
  EXPECT_THAT(own.output, ContainsRegex("paper.example  .*mine.toml"));
  EXPECT_THAT(own.output, HasSubstr("bbc.co.uk  "));
  EXPECT_THAT(run({"list"}).output, Not(HasSubstr("paper.example")));
}

TEST_F(RulesCommand, TestShowsWhatEachSelectorFindsAndWhatComesOfIt) {
  auto const tried = run({"test", page, "--url", "https://www.paper.example/a", "--rules", rules});
  EXPECT_EQ(tried.status, 0) << tried.errors;
  EXPECT_THAT(tried.output, ContainsRegex("paper.example: .*mine.toml"));
  EXPECT_THAT(tried.output, HasSubstr("  title   h1.none: nothing\n"));
  EXPECT_THAT(tried.output,
              HasSubstr("* title   h2.head: 1 element\n      <h2> 16 bytes \"Ferry runs again\"\n"));
  EXPECT_THAT(tried.output, HasSubstr("* strip   .advert: 1 element\n"));
  EXPECT_THAT(tried.output, HasSubstr("title: \"Paper\" becomes \"Ferry runs again\"\n"));
  auto const other = run({"test", page, "--url", "https://other.example/a", "--rules", rules});
  EXPECT_THAT(other.output, HasSubstr("other.example: no site rule\n"));
  EXPECT_EQ(run({"test", page, "--rules", rules}).status, 2) << "a file has no host";
  EXPECT_EQ(run({"test", folder.path() + "/none", "--url", "https://paper.example/"}).status, 1);
  std::ofstream(rules + "/mine.toml") << "[[site]]\nhosts = [\"paper.example\"]\nbody = [\"p[\"]\n";
  EXPECT_EQ(run({"list", "--rules", rules}).status, 2) << "a selector that is none";
}

}  // namespace
}  // namespace newsfold::e2e
