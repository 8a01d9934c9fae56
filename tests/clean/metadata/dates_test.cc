#include "feeds/clean/metadata/dates.h"

#include "feeds/clean/metadata/printed_date.h"
#include "tests/clean/metadata/page.h"

namespace newsfold::clean {
namespace {

std::string const h1 = "<h1>Sluice opens at last</h1>";

TEST(Dates, TheClockOfThePublisherIsKept) {
  EXPECT_EQ(
      date(metadata_of(ld_json(R"({"@type":"Article","datePublished":"2026-03-01T00:30:00+02:00"})"), h1)),
      "2026-03-01T00:30:00+02:00");
}

TEST(Dates, WhatIsPrintedTellsTheZoneOfAnInstantInUtc) {
  EXPECT_EQ(date(metadata_of("<meta property=article:published_time content='2026-03-02T02:18:00Z'>",
                             h1 + "<p>March 1, 2026 at 9:18 pm</p>")),
            "2026-03-01T21:18:00-05:00");
  EXPECT_EQ(date(metadata_of("<meta property=article:published_time content='2026-03-02T02:18:00Z'>",
                             h1 + "<p>March 1, 2026</p>")),
            "2026-03-01T23:18:00-03:00");
}

// A publisher whose country or language has one clock dates by it.
TEST(Dates, AClockThatThePageLeavesOpenIsThatOfItsCountry) {
  auto const dated = [](std::string const& when, std::string const& url, std::string const& shown = "") {
    return date(
        metadata_of("<meta property=article:published_time content='" + when + "'>", h1 + shown, url));
  };
  EXPECT_EQ(dated("2026-03-03", "https://post.de/sluice"), "2026-03-03T00:00:00+01:00");
  EXPECT_EQ(dated("2026-07-03T09:30:00", "https://post.de/sluice"), "2026-07-03T09:30:00+02:00");
  EXPECT_EQ(dated("2026-01-03", "https://post.com.au/sluice"), "2026-01-03T00:00:00+11:00");
  EXPECT_EQ(dated("2026-03-03T16:30:00Z", "https://post.jp/sluice"), "2026-03-04T01:30:00+09:00");
  EXPECT_EQ(dated("2026-03-03T16:30:00Z", "https://post.jp/sluice", "<p>2026-03-03</p>"),
            "2026-03-03T16:30:00Z");
  EXPECT_EQ(dated("2026-03-03", "https://post.com/sluice"), "2026-03-03T00:00:00Z");
}

TEST(Dates, TwoVoicesThatAgreeGoBeforeOne) {
  EXPECT_EQ(date(metadata_of("<meta name=date content='2026-05-20'>", h1 + "<p>Published March 1, 2026</p>",
                             "https://post.example/2026/03/01/sluice")),
            "2026-03-01T00:00:00Z");
}

TEST(Dates, TheDayOfAChangeIsNotTheDayOfPublication) {
  auto const article = metadata_of(
      "<meta property=article:published_time content='2024-03-01T10:00:00Z'>"
      "<meta property=article:modified_time content='2026-03-05T10:00:00Z'>",
      h1 + "<time datetime='2026-03-05'>March 5, 2026</time>");
  EXPECT_EQ(date(article), "2024-03-01T10:00:00Z");
  EXPECT_EQ(article.date_modified, parse_rfc3339("2026-03-05T10:00:00Z"));
  EXPECT_EQ(date(metadata_of("", h1 + "<p>Updated March 5, 2026</p><p>Published March 1, 2026</p>")),
            "2026-03-01T00:00:00Z");
}

TEST(Dates, TheFirstPublicationGoesBeforeALaterOne) {
  EXPECT_EQ(
      date(metadata_of(ld_json(R"({"@type":"Article","datePublished":"2026-03-05"})"),
                       h1 + "<p>This was originally published on March 1, 2024 and updated since.</p>")),
      "2024-03-01T00:00:00Z");
}

TEST(Dates, AMonthInTheAddressSpeaksAgainstOtherMonths) {
  std::string const book =
      h1 +
      "<p>A novel from the harbour.</p><p>Publication date: March 1, 2024</p>"
      "<div class=post-footer><abbr itemprop=datePublished title='2026-03-09'>3:10</abbr></div>";
  EXPECT_EQ(date(metadata_of("", book, "https://post.example/2026/03/a-novel.html")), "2026-03-09T00:00:00Z");
}

TEST(Dates, DayAndMonthAreSwappedWhereAnotherVoiceSaysSo) {
  EXPECT_EQ(date(metadata_of(ld_json(R"({"@type":"Article","datePublished":"2026-09-10"})"),
                             h1 + "<p>10/09/2026</p>")),
            "2026-09-10T00:00:00Z");
}

TEST(Dates, OfOtherArticlesAndOfReadersAreNotAsked) {
  EXPECT_EQ(
      date(metadata_of("", h1 + "<div class=related-articles><time datetime='2026-01-01'>x</time></div>")),
      "");
}

TEST(Dates, AnArchivesCaptureIsNoPublication) {
  EXPECT_EQ(
      date(metadata_of("", h1, "https://web.archive.org/web/20110306052317/http://post.example/sluice")), "");
}

TEST(Dates, StateOfScriptsIsTheLastResort) {
  EXPECT_EQ(date(metadata_of("<script>x = {\"publishedAt\":\"2026-03-01T10:00:00Z\"}</script>", h1)),
            "2026-03-01T10:00:00Z");
  EXPECT_EQ(date(metadata_of("<script>track({firstPublicationDate: \"20260301\"})</script>", h1)),
            "2026-03-01T00:00:00Z");
  EXPECT_EQ(date(metadata_of("", h1 + "<div data-page='{\"title\":\"" + std::string(200, 'x') +
                                     "\",\"published_at\":\"2026-03-01\"}'></div>")),
            "2026-03-01T00:00:00Z");
}

TEST(Dates, TheFirstOfManyPostsIsThePage) {
  EXPECT_EQ(date(metadata_of("", "<p>" + std::string(2500, 'x') +
                                     "</p><p>Posted: March 1, 2026</p><p>Posted: March 2, 2026</p>"
                                     "<p>Posted: March 2, 2026</p>")),
            "2026-03-01T00:00:00Z");
}

TEST(Dates, TheBylinesOwnDateIsHeard) {
  EXPECT_EQ(date(metadata_of("", h1 + "<p>" + std::string(2500, 'x') +
                                     "</p><div class=author>Author: Bo at 1 March 2026</div>")),
            "2026-03-01T00:00:00Z");
}

TEST(Dates, ADayInTheMiddleOfASentenceSaysLittle) {
  std::string const sentence =
      "<p>The law that the council passed on the evening of 9 January 2026 has changed what "
      "skippers have to tell the harbour master before they come in at night.</p>";
  EXPECT_EQ(date(metadata_of("", h1 + sentence + "<p>" + std::string(800, 'x') +
                                     "</p><time datetime='2026-03-01'>1 March 2026</time>")),
            "2026-03-01T00:00:00Z");
}

TEST(Dates, WhatThePageSaysOfItselfMayHoldTheDay) {
  EXPECT_EQ(date(metadata_of("<meta name=description content='The sluice opens (1 March 2026)'>", h1)),
            "2026-03-01T00:00:00Z");
}

TEST(PrintedDate, LabelsTellWhatADateMeans) {
  auto const label = [](std::string_view line) {
    std::vector<PrintedDate> out;
    dates_of_line(line, text::NumericOrder::day_first, out);
    return out.empty() ? DateLabel::none : out.front().label;
  };
  EXPECT_EQ(label("Published: March 1, 2026"), DateLabel::published);
  EXPECT_EQ(label("Last updated on March 1, 2026"), DateLabel::modified);
  EXPECT_EQ(label("Zuletzt aktualisiert: 1. März 2026"), DateLabel::modified);
  EXPECT_EQ(label("Дата публикации: 1 марта 2026"), DateLabel::published);
  EXPECT_EQ(label("更新日：2026年3月1日"), DateLabel::modified);
  EXPECT_EQ(label("© Harbour Post, 1 March 2026"), DateLabel::foreign);
  EXPECT_EQ(label("1 March 2026"), DateLabel::none);
  EXPECT_EQ(label("Originally published on 1 March 2026"), DateLabel::first);
  EXPECT_EQ(label("Am 1. März 2026 um 10:15 Uhr gepostet"), DateLabel::published);
  EXPECT_EQ(label("1. März 2026, aktualisiert 5. März 2026"), DateLabel::none);
  EXPECT_EQ(label("1. März 2026 aktualisiert: 5. März 2026"), DateLabel::none);
}

}  // namespace
}  // namespace newsfold::clean
