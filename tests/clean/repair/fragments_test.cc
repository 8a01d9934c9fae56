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

TEST(Fragments, TheKindsAreKnownInEachLanguage) {
  struct Case {
    char const* line;
    FragmentKind kind;
  };
  Case const cases[] = {
      {"Hinterlasse einen Kommentar", FragmentKind::comments},
      {"12 Kommentare", FragmentKind::comments},
      {"Gérer les cookies", FragmentKind::cookie},
      {"Síguenos en Facebook", FragmentKind::social},
      {"Continua após a publicidade", FragmentKind::ad},
      {"Riproduzione riservata", FragmentKind::copyright},
      {"Tekst gaat verder onder de advertentie", FragmentKind::ad},
      {"Zobacz również: Śluza otwarta", FragmentKind::related},
      {"Подписывайтесь на наш канал в Telegram", FragmentKind::social},
      {"Читайте також: Шлюз відкрито", FragmentKind::related},
      {"Uygulamayı indirin", FragmentKind::app},
      {"تابعونا على فيسبوك", FragmentKind::social},
      {"לקריאת הכתבה המלאה", FragmentKind::paywall},
      {"इसे भी पढ़ें: बंदरगाह खुला", FragmentKind::related},
      {"責任編集", FragmentKind::other},
      {"未经授权不得转载", FragmentKind::copyright},
      {"この記事をシェア", FragmentKind::social},
      {"▶ 관련기사: 수문 개방", FragmentKind::related},
      {"Click here to read more", FragmentKind::nav},
      {"When you purchase through links on our site, we may earn money", FragmentKind::ad},
  };
  for (auto const& one : cases) {
    if (one.kind == FragmentKind::other)
      EXPECT_EQ(classify_line(one.line), std::nullopt) << one.line;
    else
      EXPECT_EQ(classify_line(one.line), one.kind) << one.line;
  }
}

TEST(Fragments, SentencesAboutSuchThingsAreSentences) {
  for (auto const* line :
       {"“Sign up for our newsletter” boxes convert poorly, a study of forty sites found in May.",
        "The council will subscribe to continue the lease, said its lawyer, who had read more than one draft "
        "of it. "
        "The vote is in May.",
        "Advertisement spending fell by four per cent in the second quarter.",
        "He shared the article with her.", "Share of associated companies 146 mln vs 164 mln",
        "Follow the river north and the quay appears",
        "More than 40 ships waited outside the harbour on Monday, the coast guard said.",
        "Newsletters are back, and publishers earn more from them than from display advertising.",
        "Die Anzeige gegen den Bürgermeister wurde am Montag zurückgezogen.",
        "La publicité en ligne a reculé de 4 % au deuxième trimestre.",
        "Читайте книги вслух, советуют учителя начальных классов, и дети полюбят чтение сами, без всякого "
        "принуждения.",
        ""})
    EXPECT_EQ(classify_line(line), std::nullopt) << line;
}

}  // namespace
}  // namespace newsfold::clean
