#include "feeds/clean/repair/fragments.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

TEST(Fragments, LabelsAreKnownInManyLanguagesWhateverTheirCaseAndMarks) {
  for (auto const* line : {"ADVERTISEMENT", "- Advertisement -", "Anzeige", "Publicité", "PUBLICIDAD",
                           "Реклама", "広告", "광고", "广告", "إعلان", "פרסומת", "विज्ञापन"})
    EXPECT_EQ(classify_line(line), FragmentKind::ad) << line;
}

TEST(Fragments, ALinkToAnotherArticleIsRelatedNotText) {
  EXPECT_EQ(classify_line("Read more: Harbour sluice opens at last"), FragmentKind::related);
  EXPECT_EQ(classify_line("Lesen Sie auch: Die Schleuse öffnet"), FragmentKind::related);
  EXPECT_EQ(classify_line("関連記事"), FragmentKind::related);
}

TEST(Fragments, WallsAndPitchesAreTold) {
  EXPECT_EQ(classify_line("Subscribe to continue reading"), FragmentKind::paywall);
  EXPECT_EQ(classify_line("Melden Sie sich an, um weiterzulesen"), FragmentKind::paywall);
  EXPECT_EQ(classify_line("Sign up for our newsletter"), FragmentKind::newsletter);
  EXPECT_EQ(classify_line("We use cookies to improve your experience"), FragmentKind::cookie);
  EXPECT_EQ(classify_line("quay@post.example"), FragmentKind::contact);
}

TEST(Fragments, SentencesAboutSuchThingsAreSentences) {
  for (auto const* line :
       {"“Sign up for our newsletter” boxes convert poorly, a study of forty sites found in May.",
        "The council will subscribe to continue the lease, said its lawyer, who had read more than one draft "
        "of it. "
        "The vote is in May.",
        "Advertisement spending fell by four per cent in the second quarter.",
        "He shared the article with her.", ""})
    EXPECT_EQ(classify_line(line), std::nullopt) << line;
}

}  // namespace
}  // namespace newsfold::clean
