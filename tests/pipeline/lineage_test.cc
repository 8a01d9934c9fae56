#include "daemon/pipeline/lineage.h"

#include <gtest/gtest.h>

namespace newsfold::pipeline {
namespace {

Article article(std::string text, std::string url = {}, std::string byline = {}) {
  Article out;
  out.content_text = std::move(text);
  out.url = std::move(url);
  out.byline = std::move(byline);
  return out;
}

TEST(Lineage, ACanonicalLinkToAnotherSiteNamesTheOriginal) {
  auto const copy = article("Text", "https://wire.example/a");
  EXPECT_EQ(original_of(copy, "https://www.paper.example/b"), "canonical https://wire.example/a");
}

TEST(Lineage, ASitesOwnHostsAreNoOtherSite) {
  EXPECT_EQ(original_of(article("Text", "https://paper.example/a"), "https://www.paper.example/b"), "");
  EXPECT_EQ(original_of(article("Text", "https://news.paper.example/a"), "https://paper.example/b"), "");
}

TEST(Lineage, AgenciesSignInManyForms) {
  EXPECT_EQ(original_of(article("BERLIN (dpa) - Der Bundestag hat"), ""), "agency dpa");
  EXPECT_EQ(original_of(article("LONDON (Reuters) - Shares rose"), ""), "agency Reuters");
  EXPECT_EQ(original_of(article("Text of the article.\n\n— AFP"), ""), "agency AFP");
  EXPECT_EQ(original_of(article("Text", "", "By Associated Press"), ""), "agency AP");
  EXPECT_EQ(original_of(article("МОСКВА. (ТАСС) Сегодня"), ""), "agency TASS");
}

TEST(Lineage, TextAboutAnAgencyIsNotSignedByIt) {
  EXPECT_EQ(original_of(article("Reuters named a new editor on Monday."), ""), "");
  EXPECT_EQ(original_of(article("The SIDE effects (SIDs) are rare."), ""), "");
}

}  // namespace
}  // namespace newsfold::pipeline
