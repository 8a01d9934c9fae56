#include "daemon/commands/tail_line.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>

namespace newsfold {
namespace {

std::string line_of_copy(std::string const& original) {
  auto const event = boost::json::parse(
      R"({"type":"article.copied","time":"2026-11-25T20:38:13Z","data":{"title":"Sluice opens",
          "_newsfold":{"feed":{"name":"harbour"},"story":13,"similarity":0.934,"original":")" +
      original + R"("}}})");
  auto const line = tail_line(event.as_object(), Colours::off);
  return line.substr(line.find("  ("));
}

TEST(TailLine, OfACopySaysWhatItsNumberDoesNot) {
  EXPECT_EQ(line_of_copy(""), "  (copy of 13, 93 %)");
  EXPECT_EQ(line_of_copy("earlier 13"), "  (copy of 13, 93 %)");
  EXPECT_EQ(line_of_copy("earlier 17"), "  (copy of 13, 93 %, likely after 17)");
  EXPECT_EQ(line_of_copy("agency Northwire"), "  (copy of 13, 93 %, from Northwire)");
  EXPECT_EQ(line_of_copy("canonical https://northwire.example/a"), "  (copy of 13, 93 %)");
}

TEST(TailLine, OfWhatIsNoCopySaysWhatBecameOfItsStory) {
  auto const line = [](std::string const& type, std::string const& ours) {
    auto const event = boost::json::parse("{\"type\":\"" + type +
                                          "\",\"time\":\"2026-11-25T20:38:13Z\",\"data\":{\"title\":\"Sluice "
                                          "opens\",\"_newsfold\":{\"feed\":{\"name\":\"harbour\"}," +
                                          ours + "}}}");
    return tail_line(event.as_object(), Colours::off).substr(10);
  };
  EXPECT_EQ(
      line("article.merged", R"("story":5,"former_story":7,"reason":"article 9 is a copy of both")"),
      "merged       harbour            Sluice opens  (story 7 ended in 5, article 9 is a copy of both)");
  EXPECT_EQ(line("article.copied", R"("story":9,"former_story":5,"reason":"split: by hand")"),
            "split        harbour            Sluice opens  (out of story 5: by hand)");
  EXPECT_EQ(line("article.withdrawn", R"("story":9,"reason":"its page is gone")"),
            "withdrawn    harbour            Sluice opens  (its page is gone)");
}

TEST(TailLine, AHostileTitleCannotSteerATerminal) {
  auto const event = boost::json::parse(
      R"({"type":"article.created","time":"2026-11-25T20:38:13Z","data":{"title":"Sluice\u001b[2J\r\n\u009b31m \u202eopens",
          "_newsfold":{"feed":{"name":"har\u0007bour"}}}})");
  auto const line = tail_line(event.as_object(), Colours::off);
  for (unsigned char const c : line) EXPECT_TRUE(c >= 0x20 && c != 0x7F) << line;
  EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos) << "C1 steers as well";
  EXPECT_EQ(line.find("\xe2\x80\xae"), std::string::npos) << "nor is the direction turned";
  EXPECT_NE(line.find("opens"), std::string::npos);
}

}  // namespace
}  // namespace newsfold
