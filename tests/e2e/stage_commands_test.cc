// The stages of the pipeline as commands over a list: an answer a line, in the order of the list, whatever is
// in it.

#include "tests/e2e/process.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace newsfold::e2e {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr char const* feed =
    R"(<rss version="2.0"><channel><title>Harbour</title><item><title>Gate opens</title>)"
    R"(<link>/gate</link><guid>1</guid></item></channel></rss>)";
constexpr char const* page =
    R"(<!doctype html><html><head><title>Gate opens</title><link rel="alternate" type="application/rss+xml" )"
    R"(href="/feed.xml"></head><body><article><h1>Gate opens</h1><p>The old sluice gate was opened on Monday morning )"
    R"(while the fishermen watched from the quay and the engineers measured the water.</p><p>The mayor said that the )"
    R"(repair had cost less than the council had feared, and that the ferry would run again from Thursday on.</p>)"
    R"(</article></body></html>)";

class StageCommands : public ::testing::Test {
 protected:
  std::string put(std::string const& name, std::string const& bytes) const {
    auto const path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string line(json::object const& object) { return json::serialize(object) + "\n"; }

  // The answers to a manifest, as JSON; the exit status in status_.
  std::vector<json::object> run(std::string const& stage, std::string const& manifest) {
    auto const path = put("manifest", manifest);
    Process process({{NEWSFOLD_BIN, stage, "--batch", path}, {}, folder_.path() + "/errors"});
    std::istringstream out(process.rest(within(patience)));
    status_ = process.wait(within(patience)).value_or(-1);
    std::vector<json::object> answers;
    for (std::string text; std::getline(out, text);) answers.push_back(json::parse(text).as_object());
    return answers;
  }
  // A good line, one whose file is missing, one that is no JSON, and the good one again.
  std::vector<json::object> run_mixed(std::string const& stage, json::object const& good) {
    return run(stage,
               line(good) + line({{"path", folder_.path() + "/missing"}}) + "this is no JSON\n" + line(good));
  }
  static std::string code(json::object const& answer) {
    return std::string(answer.at("error").at("code").as_string());
  }

  TemporaryFolder folder_;
  int status_ = -1;
};

TEST_F(StageCommands, OfFilesAnswerEveryLineInOrderAndNeverStop) {
  struct Stage {
    std::string name, path, key;
  };
  for (auto const& [name, path, key] :
       {Stage{"parse", put("feed.xml", feed), "feed"}, Stage{"discover", put("page.html", page), "feeds"},
        Stage{"clean", put("page.html", page), "article"},
        Stage{"repair", put("text.txt", "The gate is open.\n"), "text"}}) {
    SCOPED_TRACE(name);
    json::object const good{{"path", path}, {"url", "https://harbour.example/"}};
    auto const answers = run_mixed(name, good);
    EXPECT_EQ(status_, 1);
    ASSERT_EQ(answers.size(), 4u);
    EXPECT_EQ(answers[0].at("path"), json::value(path));
    EXPECT_TRUE(answers[0].contains(key)) << json::serialize(answers[0]);
    EXPECT_EQ(answers[1].at("path"), json::value(folder_.path() + "/missing"));
    EXPECT_EQ(code(answers[1]), "unreadable");
    EXPECT_EQ(code(answers[2]), "malformed");
    EXPECT_EQ(answers[3], answers[0]);
    run(name, line(good));
    EXPECT_EQ(status_, 0);
    EXPECT_EQ(read_text_file(folder_.path() + "/errors"), "");
  }
}

TEST_F(StageCommands, ParseSaysInFieldsWhatIsWrongAndWhere) {
  auto const answers =
      run("parse", line({{"path", put("mended.xml", "<rss><channel>\n<item></itm></channel></rss>")}}) +
                       line({{"path", put("list.xml", "\n <opml version='2.0'/>")}}));
  EXPECT_EQ(status_, 1);
  ASSERT_EQ(answers.size(), 2u);
  auto const& problem = answers[0].at("feed").at("_newsfold").at("problems").at(0);
  EXPECT_EQ(problem.at("code"), json::value("markup"));
  EXPECT_EQ(problem.at("line").to_number<int>(), 2);
  EXPECT_EQ(problem.at("done"), json::value("mended the markup"));
  EXPECT_EQ(code(answers[1]), "not_a_feed");
  auto const& error = answers[1].at("error");
  EXPECT_EQ(error.at("offset").to_number<int>(), 2);
  EXPECT_EQ(error.at("line").to_number<int>(), 2);
  EXPECT_EQ(error.at("column").to_number<int>(), 2);
  EXPECT_TRUE(error.as_object().contains("expected"));
}

TEST_F(StageCommands, SayWhatTheStageMadeOfIt) {
  auto const parsed =
      run("parse", line({{"path", put("feed.xml", feed)}, {"url", "https://harbour.example/"}}));
  auto const& item = parsed.at(0).at("feed").at("items").at(0);
  EXPECT_EQ(item.at("url"), json::value("https://harbour.example/gate"));
  EXPECT_EQ(parsed.at(0).at("feed").at("_newsfold").at("format"), json::value("rss2.0"));

  auto const page_line = line({{"path", put("page.html", page)}, {"url", "https://harbour.example/a"}});
  EXPECT_EQ(run("discover", page_line).at(0).at("feeds").at(0).at("url"),
            json::value("https://harbour.example/feed.xml"));
  auto const article = run("clean", page_line).at(0).at("article");
  EXPECT_EQ(article.at("title"), json::value("Gate opens"));
  EXPECT_THAT(std::string(article.at("content_text").as_string()), HasSubstr("\n\nThe mayor said"));
  EXPECT_EQ(code(run("parse", page_line).at(0)), "not_a_feed");

  auto const repaired = run("repair", line({{"text", "Zwei CafÃ©s schlieÃŸen.\n\nADVERTISEMENT\n"}}));
  EXPECT_EQ(repaired.at(0).at("text"), json::value("Zwei Cafés schließen.\n"));
  EXPECT_EQ(repaired.at(0).at("repairs").at(0).at("kind"), json::value("mojibake"));
  EXPECT_EQ(repaired.at(0).at("removed").at(0).at("kind"), json::value("ad"));
}

TEST_F(StageCommands, DedupNamesTheFirstCopyByItsIdUsingOnlyLinesBefore) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += "Engineer" + std::to_string(i) + " measured gate" + std::to_string(i * 7) + ". ";
  auto const answers =
      run("dedup", line({{"id", "a"}, {"title", "Gate"}, {"text", text}}) +
                       line({{"id", 7}, {"title", "Comet"}, {"text", "A comet broke apart tonight."}}) +
                       line({{"id", "c"}, {"title", "Gate"}, {"text", text}}) +
                       line({{"id", "d"}, {"title", "No text"}}));
  EXPECT_EQ(status_, 1);
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0].at("story"), json::value("a"));
  EXPECT_EQ(answers[0].at("match"), json::value("new"));
  EXPECT_EQ(answers[1].at("id"), json::value(7));
  EXPECT_EQ(answers[1].at("story"), json::value(7));
  EXPECT_EQ(answers[2].at("story"), json::value("a"));
  EXPECT_EQ(answers[2].at("match"), json::value("exact"));
  EXPECT_EQ(answers[2].at("similarity"), json::value(1.0));
  EXPECT_EQ(answers[3].at("id"), json::value("d"));
  EXPECT_EQ(code(answers[3]), "invalid");
}

// As the daemon takes an item that two feeds of a site show for one article.
TEST_F(StageCommands, DedupTakesWhatHasAnAddressAndAnythingElseInCommonForOneItem) {
  auto const text_of = [](std::string const& subject) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += subject + std::to_string(i) + " was measured. ";
    return text;
  };
  auto const item = [&](int id, char const* url, char const* title, std::string const& subject,
                        char const* date) {
    return line({{"id", id}, {"url", url}, {"title", title}, {"text", text_of(subject)}, {"date", date}});
  };
  auto const answers = run(
      "dedup",
      item(0, "https://www.harbour.example/gate?utm_source=x", "Gate opens", "gate", "2026-11-01T08:00:00Z") +
          item(1, "http://m.harbour.example/gate", "Gate opens", "pier", "2026-11-01T09:00:00Z") +
          item(2, "https://harbour.example/gate", "The sluice is open", "quay", "2026-11-01T09:00:00Z") +
          item(3, "https://harbour.example/gate", "Tides today", "tide", "2026-11-02T08:00:00Z") +
          item(4, "https://harbour.example/", "Gate opens", "mole", "2026-11-01T08:00:00Z"));
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers[1].at("match"), json::value("url")) << "the same title";
  EXPECT_EQ(answers[1].at("story"), json::value(0));
  EXPECT_EQ(answers[2].at("match"), json::value("url")) << "the date at which it was last seen";
  EXPECT_EQ(answers[2].at("story"), json::value(0));
  EXPECT_EQ(answers[3].at("match"), json::value("new")) << "only the address: a page whose content changes";
  EXPECT_EQ(answers[4].at("match"), json::value("new")) << "a front page names no article";
}

TEST_F(StageCommands, BadUsageIsNoFailedInput) {
  for (auto const* stage : {"parse", "discover", "clean", "repair", "dedup"}) {
    Process process(
        {{NEWSFOLD_BIN, stage, "--batch", folder_.path() + "/none"}, {}, folder_.path() + "/errors"});
    EXPECT_EQ(process.rest(within(patience)), "") << stage;
    EXPECT_EQ(process.wait(within(patience)), 2) << stage;
  }
  EXPECT_THAT(read_text_file(folder_.path() + "/errors"), HasSubstr("cannot read manifest"));
}

}  // namespace
}  // namespace newsfold::e2e
