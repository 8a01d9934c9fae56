#include "feeds/clean/metadata/wall.h"

#include "tests/clean/metadata/page.h"

namespace newsfold::clean {
namespace {

std::string paragraphs(int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out +=
        "<p>The harbour master said on Monday that the sluice, which had been out of use for forty years, "
        "would "
        "open to ships of every size before the summer, and that the town would pay for it.</p>";
  return out;
}

struct Judged {
  Wall wall;
  HtmlDocument page;
};

Judged judge(std::string const& head, std::string const& body) {
  auto page = document("<html lang=en><head>" + head + "</head><body><h1>Sluice opens at last</h1><article>" +
                       body + "</article></body></html>");
  Article article;
  auto const metadata = read_metadata(page, "https://post.example/a", article);
  auto wall = find_wall(page, metadata.survey, metadata.article, metadata.heading);
  return {std::move(wall), std::move(page)};
}

TEST(Wall, WhatThePublisherDeclaresCounts) {
  auto const paid =
      judge(ld_json(R"({"@type":"NewsArticle","isAccessibleForFree":false})"), paragraphs(5)).wall;
  EXPECT_EQ(paid.kind, Paywall::subscription);
  EXPECT_FALSE(paid.evidence.empty());
  EXPECT_EQ(judge("<meta property=article:content_tier content=metered>", paragraphs(5)).wall.kind,
            Paywall::metered);
  EXPECT_EQ(judge("<meta property=article:content_tier content=locked>", paragraphs(5)).wall.kind,
            Paywall::subscription);
  EXPECT_EQ(judge(ld_json(R"({"@type":"NewsArticle","isAccessibleForFree":true})"),
                  paragraphs(2) + "<div>Subscribe to continue reading</div>")
                .wall.kind,
            Paywall::none);
}

struct Wording {
  char const* text;
  Paywall kind;
};
constexpr Wording wordings[] = {
    {"Subscribe to continue reading", Paywall::subscription},
    {"Register for free to continue", Paywall::registration},
    {"You've reached your limit of free articles. Subscribe to continue reading.", Paywall::metered},
    {"Dieser Artikel ist nur für Abonnenten lesbar", Paywall::subscription},
    {"Cet article est réservé aux abonnés", Paywall::subscription},
    {"Regístrate para seguir leyendo", Paywall::registration},
    {"Conteúdo exclusivo para assinantes", Paywall::subscription},
    {"Contenuto riservato agli abbonati", Paywall::subscription},
    {"Dit artikel is alleen voor abonnees", Paywall::subscription},
    {"Zaloguj się, aby czytać dalej", Paywall::registration},
    {"Материал доступен только подписчикам", Paywall::subscription},
    {"Увійдіть, щоб читати далі", Paywall::registration},
    {"Bu içerik sadece abonelere özeldir", Paywall::subscription},
    {"هذا المحتوى متاح للمشتركين فقط", Paywall::subscription},
    {"הכתבה למנויים בלבד", Paywall::subscription},
    {"आगे पढ़ने के लिए सब्सक्राइब करें", Paywall::subscription},
    {"登录后阅读全文", Paywall::registration},
    {"この記事は有料会員限定です", Paywall::subscription},
    {"계속 읽으려면 구독하세요", Paywall::subscription},
    {"Subscribe to our newsletter", Paywall::none},
    {"The council will subscribe to the plan", Paywall::none},
};

TEST(Wall, ItsWordingIsKnownInManyLanguages) {
  for (auto const& row : wordings) EXPECT_EQ(wall_wording(row.text), row.kind) << row.text;
}

TEST(Wall, ItStandsWhereTheTextBreaksOff) {
  auto const judged = judge(
      "", paragraphs(2) + "<div class=offer><p>Subscribe to continue reading</p><p>1 euro a month</p></div>");
  EXPECT_EQ(judged.wall.kind, Paywall::subscription);
  EXPECT_TRUE(judged.wall.stands);
  ASSERT_EQ(judged.wall.blocks.size(), 1u);
  EXPECT_EQ(judged.page.attribute(judged.wall.blocks[0], "class"), "offer");  // the box goes with its words
}

TEST(Wall, ItsBoxEndsBeforeTheArticlesOwnSentencesHoweverShortTheyAre) {
  auto const judged =
      judge("",
            "<section><p>The sluice opens on Monday, the harbour master said, after forty "
            "years out of use.</p><p>The town pays for it.</p><div class=barrier>"
            "<h3>Subscribe to read the full story</h3><p>9 crowns a month</p></div></section>");
  ASSERT_EQ(judged.wall.blocks.size(), 1u);
  EXPECT_EQ(judged.page.attribute(judged.wall.blocks[0], "class"), "barrier");
}

TEST(Wall, AnOfferInTheMiddleOfTheTextIsNone) {
  auto const wall = judge("", paragraphs(3) + "<p>Subscribe to continue reading</p>" + paragraphs(12)).wall;
  EXPECT_EQ(wall.kind, Paywall::none);
  EXPECT_FALSE(wall.stands);
}

TEST(Wall, AnArticleAboutWallsKeepsItsSentences) {
  auto const wall =
      judge("",
            paragraphs(8) +
                "<p>Readers who meet the words “subscribe to continue reading” leave in nine cases of ten, a "
                "study of forty "
                "sites found in May; those who stay, it says, had come to read one article and nothing else, "
                "and most of them "
                "had a subscription already, somewhere else, which they had forgotten. The publishers who "
                "took part in the study "
                "said that they would change the words, the colours and the prices, in this order, and the "
                "researchers were asked "
                "to come again in a year to measure what it had done to the number of those who stayed.</p>" +
                paragraphs(3))
          .wall;
  EXPECT_EQ(wall.kind, Paywall::none);
  EXPECT_TRUE(wall.blocks.empty());
}

std::string const paid_json = ld_json(
    R"({"@type":"NewsArticle","isAccessibleForFree":false,"hasPart":{"isAccessibleForFree":false,"cssSelector":".paid"}})");

TEST(Wall, ThePaidRestBehindATeaserIsKeptFromAVisitor) {
  auto const wall = judge(paid_json, paragraphs(2) + "<div class=paid>" + paragraphs(6) + "</div>").wall;
  ASSERT_EQ(wall.paid.size(), 1u);
  EXPECT_TRUE(wall.keeps_paid_text_back());
}

TEST(Wall, AMarkAroundTheWholeOpenArticleKeepsNothingBack) {
  EXPECT_FALSE(judge(paid_json, "<div class=paid>" + paragraphs(6) + "</div>").wall.keeps_paid_text_back());
  auto const standing =
      judge(paid_json, "<p>Subscribe to continue reading</p><div class=paid>" + paragraphs(6) + "</div>")
          .wall;
  EXPECT_TRUE(standing.stands);
  EXPECT_TRUE(standing.keeps_paid_text_back());
}

TEST(Wall, AMeterOffersTheTextToAVisitor) {
  auto const wall = judge(paid_json + "<meta property=article:content_tier content=metered>",
                          paragraphs(2) + "<div class=paid>" + paragraphs(6) + "</div>")
                        .wall;
  EXPECT_EQ(wall.kind, Paywall::metered);
  EXPECT_FALSE(wall.keeps_paid_text_back());
}

TEST(Completeness, IsGradedByWhatIsLeft) {
  Wall wall;
  wall.kind = Paywall::subscription;
  wall.stands = true;
  Article article;
  article.content_text = "Two sentences. And no more";
  judge_completeness(wall, nullptr, false, article);
  EXPECT_TRUE(article.truncated);
  EXPECT_EQ(article.completeness, Completeness::teaser);
  for (int i = 0; i < 400; ++i) article.content_text += " word";
  judge_completeness(wall, nullptr, false, article);
  EXPECT_EQ(article.completeness, Completeness::partial);
  wall.stands = false;
  judge_completeness(wall, nullptr, false, article);
  EXPECT_FALSE(article.truncated);
  EXPECT_EQ(article.completeness, Completeness::full);
}

}  // namespace
}  // namespace newsfold::clean
