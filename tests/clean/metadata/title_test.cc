#include "feeds/clean/metadata/title.h"

#include "tests/clean/metadata/page.h"

namespace newsfold::clean {
namespace {

std::string cut(std::string_view title) {
  return without_site(title, {"Harbour Post", "harbour-post.example"});
}

TEST(Title, TheSiteIsCutOffEitherEnd) {
  EXPECT_EQ(cut("Sluice opens at last - Harbour Post"), "Sluice opens at last");
  EXPECT_EQ(cut("Sluice opens at last | News | The Harbour Post"), "Sluice opens at last");
  EXPECT_EQ(cut("Harbour Post: Sluice opens"), "Harbour Post: Sluice opens");
  EXPECT_EQ(cut("Harbour Post | Sluice opens at last"), "Sluice opens at last");
  EXPECT_EQ(cut("Harbour Post » Blog Archive » Sluice opens"), "Sluice opens");
}

TEST(Title, AHeadlinesOwnDashStays) {
  EXPECT_EQ(cut("Rain, wind - and then the sluice"), "Rain, wind - and then the sluice");
  EXPECT_EQ(cut("Sluice opens – what comes next for us"), "Sluice opens – what comes next for us");
}

TEST(Title, TheHeadingThatTheDeclaredTitleConfirmsIsTaken) {
  EXPECT_EQ(metadata_of("<title>Sluice opens at last - The Example Times</title>",
                        "<h1>The Example Times</h1><h1>Sluice opens at last</h1>")
                .title,
            "Sluice opens at last");
}

TEST(Title, WhatReadersSeeGoesBeforeWhatIsWrittenForSearchEngines) {
  EXPECT_EQ(metadata_of("<title>Sluice 2026: all you need to know</title><meta property=og:title "
                        "content='Sluice 2026: all you need to know'>",
                        "<h1>The gate that took forty years</h1>")
                .title,
            "The gate that took forty years");
}

TEST(Title, ALogoAndAKickerAreNoPartOfIt) {
  EXPECT_EQ(metadata_of("<title>Sluice opens at last</title>",
                        "<h1><a href='/'>Paper</a></h1><h2>Sluice opens at last</h2>")
                .title,
            "Sluice opens at last");
  EXPECT_EQ(metadata_of("<title>x</title>",
                        "<h1><span class='article__kicker'>Harbour</span> Sluice opens at last</h1>")
                .title,
            "Sluice opens at last");
  EXPECT_EQ(metadata_of("<title>x</title>",
                        "<h1><span class='article__kicker'>Harbour</span>: Sluice opens at last</h1>")
                .title,
            "Sluice opens at last");
  EXPECT_EQ(metadata_of("<meta property=og:title content='Sluice opens at last'>",
                        "<h1>Harbour news Sluice opens at last</h1>")
                .title,
            "Sluice opens at last");
}

// Its place tells where to look for date and by-line.
TEST(Title, WhereNoHeadingShowsItAnyElementMay) {
  auto const article = metadata_of("<meta property=og:title content='Sluice opens at last'>",
                                   "<table><tr><td><font size=5>Sluice opens at last</font></td></tr></table>"
                                   "<p>" +
                                       std::string(2500, 'x') + "</p><p>Old news of January 1, 2020</p>",
                                   "");
  EXPECT_EQ(article.title, "Sluice opens at last");
  EXPECT_FALSE(article.date_published);
  // The way to the page and a list of news say it, too.
  auto const twice = metadata_of("<meta property=og:title content='Sluice opens at last'>",
                                 "<div>Sluice opens at last</div><p>" + std::string(2500, 'x') +
                                     "</p><b>Sluice opens at last</b><i>March 1, 2026</i><p>" +
                                     std::string(3000, 'x') + "</p><div>Sluice opens at last</div>",
                                 "");
  EXPECT_EQ(date(twice), "2026-03-01T00:00:00Z");
}

TEST(Title, ReferencesEscapedTwiceAreDecoded) {
  EXPECT_EQ(metadata_of("<meta property=og:title content='Quay &amp;amp; Pier open again'>", "").title,
            "Quay & Pier open again");
}

}  // namespace
}  // namespace newsfold::clean
