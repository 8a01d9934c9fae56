#include "feeds/model/event_json.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <string>

namespace newsfold {
namespace {

std::string json_string(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

struct Sample {
  Event event;
  Article article;
  ItemExtras extras;
  Lineage lineage;
};

Sample sample() {
  Sample made;
  made.event.sequence = Sequence{7};
  made.event.type = EventType::article_created;
  made.event.time = *parse_rfc3339("2026-11-02T10:00:00Z");
  made.event.feed = FeedId{0xabc};
  made.event.feed_name = "Harbour \"News\"";
  made.event.article = ArticleId{42};
  made.event.version = 1;
  made.event.story = StoryId{42};
  made.article.title = "Bridge \"reopens\"";
  made.article.url = "https://harbour.example/bridge";
  made.article.content_text = "First.\n\nSecond.";
  made.article.content_html = "<p>First.</p><p>Second.</p>";
  made.extras.tags = {"local", "traffic"};
  made.extras.guid = "tag:harbour.example,2026:1";
  return made;
}

RenderedEvent render(Sample const& from) {
  ArticleEventData data;
  data.article = &from.article;
  data.extras = &from.extras;
  data.lineage = &from.lineage;
  return render_event(Epoch{0x12}, from.event, data);
}

boost::json::object finished(RenderedEvent rendered, Sequence prev) {
  append_event_end(rendered.open_json, prev);
  return boost::json::parse(rendered.open_json).as_object();
}

TEST(EventJson, IsACloudEventWithAJsonFeedItemInside) {
  auto const json = finished(render(sample()), Sequence{5});
  EXPECT_EQ(json.at("specversion"), "1.0");
  EXPECT_EQ(json.at("id"), "00000000000000000007");
  EXPECT_EQ(json.at("source"), "/newsfold/0000000000000012");
  EXPECT_EQ(json.at("type"), "article.created");
  EXPECT_EQ(json.at("time"), "2026-11-02T10:00:00Z");
  EXPECT_EQ(json.at("prev"), "00000000000000000005");
  auto const& item = json.at("data").as_object();
  EXPECT_EQ(item.at("id"), "42");
  EXPECT_EQ(item.at("title"), "Bridge \"reopens\"");
  EXPECT_EQ(item.at("content_text"), "First.\n\nSecond.");
  EXPECT_EQ(item.at("tags").as_array().size(), 2u);
  auto const& extension = item.at("_newsfold").as_object();
  EXPECT_EQ(extension.at("story"), 42);
  EXPECT_EQ(extension.at("feed").as_object().at("name"), "Harbour \"News\"");
  EXPECT_EQ(extension.at("match"), "new");
}

TEST(EventJson, SaysWhereTitleAndTextStand) {
  auto const rendered = render(sample());
  EXPECT_EQ(rendered.open_json.substr(rendered.title.offset, rendered.title.size), "Bridge \\\"reopens\\\"");
  EXPECT_EQ(rendered.open_json.substr(rendered.text.offset, rendered.text.size), "First.\\n\\nSecond.");
}

TEST(EventJson, OfAFeedTellsWhatHappened) {
  Event event;
  event.sequence = Sequence{9};
  event.type = EventType::feed_failing;
  event.feed = FeedId{1};
  event.feed_name = "dead";
  FeedEventData data;
  data.message = "500 five times";
  data.since = *parse_rfc3339("2026-11-02T10:00:00Z");
  auto const json = finished(render_event(Epoch{1}, event, data), Sequence{0});
  EXPECT_EQ(json.at("type"), "feed.failing");
  EXPECT_EQ(json.at("data").as_object().at("message"), "500 five times");
  EXPECT_EQ(json.at("data").as_object().at("since"), "2026-11-02T10:00:00Z");
  EXPECT_EQ(json.at("prev"), "00000000000000000000");
}

TEST(EventJson, OfAnArticleWithoutTextStillHasTheFieldThatJsonFeedRequires) {
  auto bare = sample();
  bare.article.content_html.clear();
  bare.article.content_text.clear();
  auto const json = finished(render(bare), Sequence{0});
  EXPECT_EQ(json.at("data").as_object().at("content_text"), "");
}

TEST(JsonString, EscapesWhatJsonMust) {
  EXPECT_EQ(json_string("a\"b\\c\n\t\r\x01"), R"("a\"b\\c\n\t\r\u0001")");
  EXPECT_EQ(json_string(""), R"("")");
  EXPECT_EQ(json_string("Zürich 東京 🙂"), "\"Zürich 東京 🙂\"");
}

TEST(JsonString, ReplacesBytesThatAreNotUtf8) {
  std::string const mark = "\xEF\xBF\xBD";
  EXPECT_EQ(json_string("a\xFF"
                        "b"),
            "\"a" + mark + "b\"");
  EXPECT_EQ(json_string("\xC3"), "\"" + mark + "\"");                        // cut in the middle
  EXPECT_EQ(json_string("\xC0\x80"), "\"" + mark + mark + "\"");             // overlong NUL
  EXPECT_EQ(json_string("\xED\xA0\x80"), "\"" + mark + mark + mark + "\"");  // a surrogate
}

TEST(JsonString, IsReadBackByAJsonReaderForEveryByte) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  EXPECT_EQ(boost::json::parse(json_string(all)).as_string(), std::string_view(all));
}

}  // namespace
}  // namespace newsfold
