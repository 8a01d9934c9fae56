#include "feeds/parse/opml.h"

#include "feeds/text/utf8.h"

#include <gtest/gtest.h>

namespace newsfold::parse {
namespace {

TEST(Opml, ListsFeedsWithTheirFolders) {
  auto const list = parse_opml(
      "<?xml version='1.0'?><opml version='2.0'><head><title>x</title></head><body>"
      "<outline text='News'><outline text='Local'>"
      "<outline type='rss' text='A &amp; B' xmlUrl='https://a.example/feed?x=1&amp;y=2' "
      "htmlUrl='https://a.example/'/></outline>"
      "<outline title='C' xmlUrl='https://c.example/rss'/></outline>"
      "<outline text='D' xmlUrl='https://d.example/'/><outline text='no feed' htmlUrl='https://e.example/'/>"
      "<outline text='bad' xmlUrl='javascript:x'/></body></opml>");
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->size(), 4u);
  EXPECT_EQ((*list)[3].feed_url, "javascript:x");  // whoever imports the list says that it was left out
  EXPECT_EQ((*list)[0].title, "A & B");
  EXPECT_EQ((*list)[0].feed_url, "https://a.example/feed?x=1&y=2");
  EXPECT_EQ((*list)[0].page_url, "https://a.example/");
  EXPECT_EQ((*list)[0].folders, (std::vector<std::string>{"News", "Local"}));
  EXPECT_EQ((*list)[1].folders, (std::vector<std::string>{"News"}));
  EXPECT_TRUE((*list)[2].folders.empty());
}

TEST(Opml, ReadsCategoriesWithoutTheirSlashes) {
  auto const list = parse_opml(
      "<opml><body><outline text='a' xmlUrl='https://a.example/f' category='/Boston/Weather, Politics,,/ '/>"
      "</body></opml>");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->at(0).categories, (std::vector<std::string>{"Boston/Weather", "Politics"}));
}

TEST(Opml, AddressesWithTheSchemeOfFeedReadersAreReadAsWebAddresses) {
  auto const list = parse_opml(
      "<opml><body><outline xmlUrl='feed://a.example/f'/><outline xmlUrl='feed:https://b.example/f'/>"
      "<outline xmlUrl='FEED:http://c.example/f'/>"
      "<outline xmlUrl='feed://https://d.example/f'/><outline xmlUrl=''/></body></opml>");
  ASSERT_TRUE(list) << list.error().message;
  std::vector<std::string> urls;
  for (auto const& one : *list) urls.push_back(one.feed_url);
  EXPECT_EQ(urls, (std::vector<std::string>{"http://a.example/f", "https://b.example/f", "http://c.example/f",
                                            "https://d.example/f"}));
}

TEST(Opml, ReadsListsThatAreBroken) {
  auto const list = parse_opml(
      "<opml><body><outline text=a xmlUrl=https://a.example/f><outline text='b' "
      "xmlUrl='https://b.example/f'>");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->size(), 2u);
}

TEST(Opml, RefusesOtherDocuments) {
  EXPECT_EQ(parse_opml("<rss/>").error().code, ErrorCode::not_a_feed);
  EXPECT_EQ(parse_opml("").error().code, ErrorCode::not_a_feed);
}

TEST(Opml, SurvivesDepth) {
  std::string deep = "<opml><body>";
  for (int i = 0; i < 50'000; ++i) deep += "<outline text='x'>";
  EXPECT_TRUE(parse_opml(deep));
}

// Every feed has a copy of the names of its folders.
TEST(Opml, CutsNamesThatAreNoNames) {
  std::string endless;
  while (endless.size() < 10'000) endless += "мир ";
  auto const list =
      parse_opml("<opml><body><outline text='" + endless + "'><outline text='" + endless + "' category='" +
                 endless + "' xmlUrl='https://a.example/f'/></outline></body></opml>");
  ASSERT_TRUE(list) << list.error().message;
  auto const& one = list->at(0);
  ASSERT_EQ(one.folders.size(), 1u);
  ASSERT_EQ(one.categories.size(), 1u);
  for (auto const& name : {one.title, one.folders[0], one.categories[0]}) {
    EXPECT_TRUE(name.starts_with("мир мир"));
    EXPECT_LE(name.size(), 200u);
    EXPECT_TRUE(text::is_valid_utf8(name)) << name;
  }
}

TEST(Opml, CountsWhatItPassesOver) {
  std::string document =
      "<opml><body><outline type='link' url='https://a.example/'/>"
      "<outline type='include' url='https://a.example/list'/>"
      "<outline text='a' xmlUrl='https://a.example/f'/>";
  for (int i = 0; i < 40; ++i) document += "<outline text='x'>";
  document += "<outline text='b' xmlUrl='https://b.example/f'/>";
  std::size_t passed_over = 0;
  auto const list = parse_opml(document, {}, {}, &passed_over);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->size(), 1u);
  EXPECT_EQ(passed_over, 3u);
}

TEST(Opml, TheCharsetOfTheHeaderHolds) {
  auto const list = parse_opml("<opml><body><outline text='\xcc\xe8\xf0' xmlUrl='https://a.example/f'/>",
                               "text/xml; charset=windows-1251");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->at(0).title, "Мир");
}

}  // namespace
}  // namespace newsfold::parse
