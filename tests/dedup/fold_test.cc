#include "feeds/dedup/fold.h"

#include "feeds/dedup/alignment.h"
#include "stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace newsfold::dedup {
namespace {

std::string const title = "Harrow closes its old bridge for repairs";
std::string const lead =
    "The council of Harrow voted on Tuesday to close the old stone bridge over the Wend for eighteen months "
    "of "
    "repairs, the longest closure since it was built in 1791.";
std::string const cracks =
    "Engineers of Dalton and Pryce found cracks in 4 of the 9 arches after the floods in spring, and lorries "
    "of "
    "more than 7 tonnes have been banned since May.";
std::string const shops =
    "Shopkeepers on the east bank fear for their trade. \"Half of my customers walk over from the station,\" "
    "said "
    "Miriam Osei, who sells books beside the bridge, and asked for a ferry while the work goes on.";
std::string const money =
    "The work will cost 3.2 million pounds, of which the county pays 1.9 million. Mayor Colin Reeve said "
    "that a "
    "temporary footbridge had been studied and was found too dear.";
std::string const story = lead + "\n\n" + cracks + "\n\n" + shops + "\n\n" + money;

std::string const other =
    "Growers in the Tarrant valley expect the best apple harvest in twelve years after a mild spring without "
    "late "
    "frost, their association said on Friday.\n\nIts chairman, Peter Lindqvist, put the crop at 48,000 "
    "tonnes, a "
    "third more than last year. Prices at the cider mills of Ashby have fallen already, and pickers are "
    "scarce: "
    "many orchards pay 14 pounds an hour.";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

MatchKind kind_after_story(std::string const& copy_title, std::string const& copy) {
  Stream stream;
  stream.next("Apples", other);
  stream.next(title, story);
  auto const decision = stream.next(copy_title, copy);
  if (decision.kind != MatchKind::new_story) {
    EXPECT_EQ(decision.story, StoryId(2)) << copy;
  }
  return decision.kind;
}

TEST(Fold, TheFirstArticleIsNew) {
  Stream stream;
  auto const decision = stream.next(title, story);
  EXPECT_EQ(decision.kind, MatchKind::new_story);
  EXPECT_TRUE(decision.looked_at.empty());
}

TEST(Fold, TheSameWordsAreAnExactCopy) {
  EXPECT_EQ(kind_after_story(title, story), MatchKind::exact);
  EXPECT_EQ(kind_after_story("Another headline", replaced(story, "\n\n", " ")), MatchKind::exact);
}

TEST(Fold, EditsOfTheTradeAreNearCopies) {
  std::string const agency =
      "\n\n(Reuters) Reporting by Jane Roe; editing by John Doe. Our standards: the trust principles.";
  std::pair<char const*, std::string> const table[] = {
      {"cut", lead + "\n\n" + cracks},
      {"teaser", lead},
      {"without its lead", cracks + "\n\n" + shops + "\n\n" + money},
      {"reordered", money + "\n\n" + cracks + "\n\n" + lead + "\n\n" + shops},
      {"agency tail", story + agency},
      {"local lead",
       "ASHBY, June 3 - Drivers from Ashby will have to take the motorway from next month.\n\n" + story},
      {"advertisements",
       lead + "\n\nADVERTISEMENT\n\n" + cracks + "\n\nRead more: ten walks in the hills\n\n" + shops},
      {"updated numbers",
       replaced(replaced(replaced(story, "3.2", "3.4"), "1.9", "2.1"), "4 of the 9", "5 of the 9")},
      {"foreign keyword for a frequent word", replaced(story, " the ", " บาคาร่า ")},
      {"wall", lead + "\n\nSubscribe to continue reading. Already a subscriber? Log in."},
  };
  for (auto const& [why, copy] : table) EXPECT_EQ(kind_after_story(title, copy), MatchKind::near) << why;
}

TEST(Fold, OtherArticlesAreNotCopies) {
  std::pair<char const*, std::string> const table[] = {
      {"another subject", replaced(other, "apple", "pear").substr(0, 90) + " A road was flooded."},
      {"a quotation in another article",
       "Booksellers met in Leeds on Saturday to talk about rents, parking and the post. \"Half of my "
       "customers walk over "
       "from the station,\" said Miriam Osei. The association wants lower rates for shops in old town "
       "centres, and "
       "Hannah Frey, its secretary, will see the minister next week with a petition of 11,000 names."},
  };
  for (auto const& [why, text] : table)
    EXPECT_EQ(kind_after_story("A title", text), MatchKind::new_story) << why;
}

std::string quake(std::string const& place, std::string const& day, std::string const& size,
                  std::string const& depth) {
  return "A magnitude " + size + " earthquake was reported on " + day + " near " + place +
         ", according to the national survey. It occurred at a depth of " + depth +
         " miles and was felt in " + place + ".\n\nNo damage was reported to the police in " + place +
         ". The information comes from the notification service of the survey and this report was written by "
         "a program.";
}

TEST(Fold, ATemplateWithOtherFactsIsNotACopy) {
  Stream stream;
  int id = 0;
  for (auto const* place : {"Ashby", "Leeds", "Durham", "Perth", "Reno", "Galway"}) {
    ++id;
    auto const text = quake(place, id % 2 ? "Monday" : "Friday",
                            std::to_string(3 + id) + "." + std::to_string(id), std::to_string(10 * id));
    EXPECT_EQ(stream.next(std::string("Earthquake near ") + place, text).kind, MatchKind::new_story) << place;
  }
  // And a copy of one of them is a copy of that one.
  auto const copy = stream.next("Earthquake near Leeds", quake("Leeds", "Friday", "5.2", "20"));
  EXPECT_EQ(copy.kind, MatchKind::exact);
  EXPECT_EQ(copy.story, StoryId(2));
}

TEST(Fold, ARoundUpIsACopyOfNoneOfItsStories) {
  Stream stream;
  stream.next(title, story);
  stream.next("Apples", other);
  std::string const third =
      "Police in Galway are looking for the owner of a parrot that has been greeting travellers by name at "
      "the bus "
      "station since Sunday, a spokesman said.";
  stream.next("Parrot",
              third + "\n\nIt speaks Irish and some Portuguese, and knows the timetable to Sligo by heart.");
  auto const digest = "Here is what you may have missed.\n\n" + lead + "\n\n" +
                      other.substr(0, other.find("\n\n")) + "\n\n" + third;
  EXPECT_EQ(stream.next("Morning round-up", digest).kind, MatchKind::new_story);
}

TEST(Fold, BoilerplateMakesNoCopies) {
  std::string const footer =
      "This release contains forward-looking statements within the meaning of the securities laws. Actual "
      "results "
      "could differ materially from those projected because of a number of factors, including those set out "
      "in the "
      "annual report, and the company undertakes no obligation to update them.";
  Stream stream;
  char const* const facts[] = {"Halcor opens a warehouse in Derby with 40 docks",
                               "Garrod names Tara Duarte as its next treasurer from January",
                               "Mardox sells its paint business to a rival in Ghent",
                               "Rendal recalls 9,000 kettles with a loose handle",
                               "Daltrin moves its head office from Hull to Bath",
                               "Ostrava Glass lights a second furnace in Teplice"};
  for (auto const* fact : facts)
    EXPECT_EQ(stream.next(fact, std::string(fact) + ", it said.\n\n" + footer).kind, MatchKind::new_story)
        << fact;
}

TEST(Fold, TooLittleTextIsNeverACopy) {
  Stream stream;
  stream.next("Photo", "Photo gallery of the day");
  EXPECT_EQ(stream.next("Photo", "Photo gallery of the day").kind, MatchKind::new_story);
}

TEST(Fold, ADecisionSaysWhatItLookedAt) {
  Stream stream;
  stream.next(title, story);
  auto const decision = stream.next(title, lead + "\n\n" + cracks);
  ASSERT_EQ(decision.looked_at.size(), 1);
  auto const& comparison = decision.looked_at.front().comparison;
  EXPECT_EQ(comparison.words_here, comparison.covered_here);
  EXPECT_LT(comparison.covered_there, comparison.words_there);
  EXPECT_EQ(comparison.title_words, comparison.title_words_shared);
  EXPECT_DOUBLE_EQ(decision.similarity, 1.0);
}

Sketch sketch_at_random(std::mt19937& random, int vocabulary) {
  Sketch sketch;
  auto const words = random() % 120;
  for (unsigned i = 0; i < words; ++i)
    sketch.words.emplace_back(std::uint16_t(random() % unsigned(vocabulary)), WordKind(random() % 4));
  for (unsigned i = 0; i < random() % 6; ++i)
    sketch.title.emplace_back(std::uint16_t(random() % 8), WordKind::other);
  return sketch;
}

TEST(Compare, IsSymmetric) {
  ShingleCensus const census(64);
  std::mt19937 random(7);  // the standard fixes its numbers
  for (int round = 0; round < 300; ++round) {
    auto const a = sketch_at_random(random, round % 2 ? 5 : 60);
    auto b = round % 3 ? sketch_at_random(random, round % 2 ? 5 : 60) : a;
    if (!b.words.empty()) b.words[b.words.size() / 2] = SketchWord(9, WordKind::name);
    auto const ab = compare(a, b, census);
    auto const ba = compare(b, a, census);
    EXPECT_EQ(ab.probability, ba.probability);
    EXPECT_EQ(ab.covered_here, ba.covered_there);
    EXPECT_EQ(ab.similarity, ba.similarity);
  }
}

// A text that repeats one phrase must not take quadratic time.
TEST(Compare, RepetitionIsBounded) {
  Sketch sketch;
  for (std::size_t i = 0; i < Sketch::words_max; ++i)
    sketch.words.emplace_back(std::uint16_t(1), WordKind::other);
  ShingleCensus const census(64);
  EXPECT_DOUBLE_EQ(compare(sketch, sketch, census).similarity, 1.0);
}

// `count` different words, numbered from `first` on.
Sketch sketch_of(std::uint16_t first, std::size_t count) {
  Sketch sketch;
  for (std::size_t i = 0; i < count; ++i)
    sketch.words.emplace_back(std::uint16_t(first + i), WordKind::other);
  return sketch;
}

TEST(ShingleSet, PassesOverWhatSharesAPhraseAlone) {
  auto const here = sketch_of(0, 100);
  auto there = sketch_of(1000, 100);
  EXPECT_FALSE(ShingleSet(here).may_cover(8, there));
  std::copy_n(here.words.begin() + 50, 4, there.words.begin() + 20);
  EXPECT_FALSE(ShingleSet(here).may_cover(8, there));
  std::copy_n(here.words.begin() + 70, 5, there.words.begin() + 40);
  EXPECT_TRUE(ShingleSet(here).may_cover(8, there));
}

// A phrase that stands there once and here several times covers all of its places.
TEST(ShingleSet, NeverPassesOverWhatIsCovered) {
  ShingleCensus const census(64);
  std::mt19937 random(11);
  std::size_t passed_over = 0;
  for (int round = 0; round < 3000; ++round) {
    auto const here = sketch_at_random(random, 5 + round % 60);
    auto const there = sketch_at_random(random, 5 + round % 60);
    auto const compared = compare(here, there, census);
    bool const may = ShingleSet(here).may_cover(8, there);
    passed_over += !may;
    if (!may) {
      EXPECT_LT(std::max(compared.covered_here, compared.covered_there), 8u);
    }
  }
  EXPECT_GT(passed_over, 100u);
}

// What the store does: decide on a snapshot, then look only at what came since.
TEST(Fold, DecidingAheadAndCheckingTheRestIsDecidingAtOnce) {
  ShingleCensus const census(64);
  MemoryIndex all(census);
  MemoryIndex snapshot(census);
  MemoryIndex recent(census);
  auto const add = [&](MemoryIndex& part, std::uint64_t id, std::string const& text) {
    auto const signature = make_signature(title, text);
    part.add(ArticleId(id), StoryId(id), signature);
    all.add(ArticleId(id), StoryId(id), signature);
  };
  add(snapshot, 1, other);
  add(snapshot, 2, lead + "\n\n" + replaced(cracks, "Dalton", "Marsh"));
  add(recent, 3, story);
  for (auto const& text : {story, lead, other, cracks + shops}) {
    auto const signature = make_signature(title, text);
    auto const at_once = decide(signature, all);
    auto const in_two = stronger_of(decide(signature, snapshot), decide(signature, recent));
    EXPECT_EQ(in_two.kind, at_once.kind) << text;
    EXPECT_EQ(in_two.article, at_once.article) << text;
  }
}

// Two editors rewrote much of an article, each in another place: too little is the same for one story. Then
// the article comes that both were made from.
TEST(Fold, AnArticleThatIsSurelyACopyOfTwoStoriesMakesThemOne) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  std::uint64_t id = 0;
  auto const add = [&](std::string const& with_title, std::string const& text) {
    auto const signature = make_signature(with_title, text);
    ++id;
    index.add(ArticleId(id), StoryId(id), signature);
    return signature;
  };
  add(title, lead + "\n\n" + cracks);
  add(title, shops + "\n\n" + money);
  auto const decision = decide(make_signature(title, story), index);
  ASSERT_EQ(decision.kind, MatchKind::near);
  ASSERT_EQ(decision.merged.size(), 1u);
  EXPECT_NE(decision.merged.front(), decision.story);
}

TEST(Fold, CopiesThatShareAPassageOfAnArticleMakeTheirStoriesOneWhateverTheirTitles) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  index.add(ArticleId(1), StoryId(1),
            make_signature("Harrow bridge shut", lead + "\n\n" + cracks + "\n\n" + shops));
  index.add(ArticleId(2), StoryId(2),
            make_signature("Traders fear closure", cracks + "\n\n" + shops + "\n\n" + money));
  auto const decision = decide(make_signature(title, story), index);
  EXPECT_EQ(decision.merged.size(), 1u);
}

// The text of one story, then the text of another, under a title of its own: two in one, not one.
TEST(Fold, ARoundUpOfTwoStoriesDoesNotMakeThemOne) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  index.add(ArticleId(1), StoryId(1), make_signature(title, story));
  index.add(ArticleId(2), StoryId(2), make_signature("Best apple harvest in twelve years", other));
  EXPECT_TRUE(decide(make_signature("The day in the county", story + "\n\n" + other), index).merged.empty());
  EXPECT_TRUE(decide(make_signature(title, story + "\n\n" + other), index).merged.empty());
}

// What stands in ever more stories finds no copies: its lists stop growing, and an article is posted under
// the rest.
TEST(Fold, AFingerprintOfManyStoriesIsNotPostedAgain) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  auto const signature = make_signature(title, story);
  FoldOptions const options;
  for (std::uint64_t id = 1; id <= options.list_stories_full; ++id)
    index.add(ArticleId(id), StoryId(id), signature);
  EXPECT_EQ(worth_posting(signature, decide(signature, index)), signature.fingerprints);
  auto const first = signature.fingerprints.front();
  index.add(ArticleId(100), StoryId(100), std::make_shared<Sketch const>(signature.sketch),
            std::span(&first, 1));
  auto const decision = decide(signature, index);
  EXPECT_EQ(decision.crowded, std::vector{first});
  auto const posted = worth_posting(signature, decision);
  EXPECT_EQ(posted, std::vector(signature.fingerprints.begin() + 1, signature.fingerprints.end()));
}

TEST(Fold, OneFingerprintOfSeveralStoriesIsNoLead) {
  ShingleCensus const census(64);
  auto const signature = make_signature(title, story);
  auto const candidates_of = [&](std::uint64_t stories, std::size_t fingerprints) {
    MemoryIndex index(census);
    auto const shared = std::span(signature.fingerprints).first(fingerprints);
    for (std::uint64_t id = 1; id <= stories; ++id)
      index.add(ArticleId(id), StoryId(id), std::make_shared<Sketch const>(signature.sketch), shared);
    return decide(signature, index).looked_at.size();
  };
  EXPECT_EQ(candidates_of(1, 1), 1u);
  EXPECT_EQ(candidates_of(2, 1), 2u);
  EXPECT_EQ(candidates_of(3, 1), 0u);
  EXPECT_EQ(candidates_of(3, 2), 3u);
}

TEST(MemoryIndex, APostingMoreThanIsReadDoesNotHideTheNewest) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  std::uint64_t const fingerprint = 7;
  auto const sketch = std::make_shared<Sketch const>();
  auto const added = CandidateSource::postings_read_max + 2;
  for (std::uint64_t id = 1; id <= added; ++id)
    index.add(ArticleId(id), StoryId(id), sketch, std::span(&fingerprint, 1));
  auto const list = index.postings(std::span(&fingerprint, 1)).front();
  ASSERT_EQ(list.size(), CandidateSource::postings_read_max);
  EXPECT_EQ(list.front().article, ArticleId(3)) << "oldest first";
  EXPECT_EQ(list.back().article, ArticleId(added));
}

TEST(MemoryIndex, WhatIsRemovedIsNotFound) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  auto const signature = make_signature(title, story);
  index.add(ArticleId(1), StoryId(1), signature);
  index.remove(ArticleId(1));
  EXPECT_EQ(index.size(), 0);
  EXPECT_EQ(decide(signature, index).kind, MatchKind::new_story);
  for (auto const& list : index.postings(signature.fingerprints)) EXPECT_TRUE(list.empty());
}

TEST(MemoryIndex, MergedStoriesAreFoundAsOne) {
  ShingleCensus const census(64);
  MemoryIndex index(census);
  auto const signature = make_signature(title, story);
  index.add(ArticleId(5), StoryId(5), signature);
  index.merge(StoryId(5), StoryId(3));
  index.merge(StoryId(3), StoryId(1));
  EXPECT_EQ(decide(signature, index).story, StoryId(1));
}

}  // namespace
}  // namespace newsfold::dedup
