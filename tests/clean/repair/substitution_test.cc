#include "feeds/clean/repair/substitution.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::clean {
namespace {

struct Mirror {
  std::string word, keyword, text;
};

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// As a mirror does it to words that stand alone.
std::string replace_words(std::string text, std::string_view word, std::string_view keyword) {
  return replace_all(std::move(text), " " + std::string(word) + " ", " " + std::string(keyword) + " ");
}

std::string const english =
    "Engineers in the harbour town spent most of the week at the old sluice, which keeps the sea out of the "
    "lower "
    "streets. The gate of the sluice dates from the end of the last century, and parts of the frame have "
    "rusted. A "
    "report of the county says that the cost of the repair could rise to a tenth of the budget. The mayor "
    "spoke of "
    "a race against the tide, while the owner of the largest of the boats asked for a copy of the plans.";

TEST(Substitution, OfIsToldFromToByTheWordsBesideIt) {
  for (auto const* word : {"of", "the", "to"}) {
    auto const damaged = replace_words(english, word, "바카라사이트");
    auto const undone = undo_substitution(damaged);
    if (std::string_view(word) == "to") continue;  // stands once only
    ASSERT_TRUE(undone) << word;
    EXPECT_EQ(undone->word, word);
    EXPECT_EQ(undone->text, english);
  }
}

TEST(Substitution, ALatinKeywordIsFoundByItsHyphen) {
  auto const undone = undo_substitution(replace_words(english, "the", "casino-online"));
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->keyword, "casino-online");
  EXPECT_EQ(undone->text, english);
}

TEST(Substitution, OtherLanguagesHaveTheirOwnWords) {
  Mirror const mirrors[] = {
      {"und", "카지노사이트",
       "Der Bürgermeister und die Ingenieure trafen sich am Montag und am Dienstag im Rathaus. Die Schleuse "
       "ist alt "
       "und rostig, und das Geld für eine neue fehlt der Stadt seit Jahren. Fischer und Händler warten auf "
       "eine "
       "Entscheidung, und die Zeitung berichtet jeden Tag über den Streit zwischen Stadt und Land."},
      {"les", "казино онлайн",
       "Depuis lundi, les ingénieurs de la ville examinent les portes de l’écluse, et les pêcheurs attendent "
       "sur le "
       "quai. Dans les rues basses, les habitants craignent la marée. Selon le maire, les travaux coûteront "
       "plus que "
       "prévu, mais les banques sont prêtes à aider la commune et les commerçants."},
      {"los", "百家乐",
       "El alcalde se reunió ayer con los ingenieros y los pescadores del puerto para hablar de la esclusa. "
       "En las "
       "calles bajas, los vecinos temen la marea, y los comerciantes piden que se abra la puerta. Según el "
       "informe, "
       "los trabajos costarán más de lo previsto, pero los bancos están dispuestos a ayudar."},
  };
  for (auto const& mirror : mirrors) {
    auto const undone = undo_substitution(replace_words(mirror.text, mirror.word, mirror.keyword));
    ASSERT_TRUE(undone) << mirror.word;
    EXPECT_EQ(undone->word, mirror.word);
    EXPECT_EQ(undone->text, mirror.text);
  }
}

TEST(Substitution, ForeignTermsNamesAndCompoundsAreNoIntruders) {
  for (std::string const text :
       {"The word 김치 is known far beyond Seoul. A cook in the town makes 김치 (fermented cabbage) each "
        "winter, and "
        "her shop sells “김치” by the jar; visitors from the coast ask for 김치.",
        "The film studios went to court over file-sharing again. File-sharing networks grew last year, and "
        "file-sharers say that file-sharing is how they find new music, though file-sharing costs the "
        "labels.",
        "Analysts call it long-term debt: long-term rates rose, long-term plans were dropped, and the bank's "
        "long-term view of long-term lending is bleak."}) {
    auto const undone = undo_substitution(text);
    EXPECT_FALSE(undone) << (undone ? undone->keyword + " -> " + undone->word : "");
  }
}

// "one" for the compound makes a word of "neo-banks", too.
TEST(Substitution, ACompoundThatIsInflectedIsATextsTopic) {
  std::string const banks =
      "Neo-banks have no branches. These neo-banks promise to free their customers from fees, and a "
      "neo-bank often sells itself as a friend of the young. No neo-bank can erase a loan, though, and "
      "the neo-banks know it. Banks are old and slow, the neo-banks say; they have offices, forms and "
      "clerks, and they take a fee for each of them. A neo-bank has an app. What it earns, it earns "
      "from the shops where its cards are used, and most neo-banks still lose money on every customer. "
      "Bigger technology companies may buy a neo-bank or two, or start neo-banks of their own. At some "
      "point the neo-banks will have to lend, as all banks do. ";
  for (auto const& text : {banks, replace_all(banks, "neo-bank", "hot-swap")}) {
    auto const undone = undo_substitution(text);
    EXPECT_FALSE(undone) << (undone ? undone->keyword + " -> " + undone->word : "");
  }
}

TEST(Substitution, AbbreviationsBeginNoSentence) {
  auto const text = "The board of Ceram Inc. of South Lake met the heads of the trust. " + english;
  auto const undone = undo_substitution(replace_words(text, "of", "바카라사이트"));
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->text, text);
}

}  // namespace
}  // namespace newsfold::clean
