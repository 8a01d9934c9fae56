#include "feeds/dedup/lineage.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::dedup {
namespace {

TEST(Lineage, ACreditIsRead) {
  std::pair<char const*, char const*> const table[] = {
      {"LONDON, May 3 (Reuters) - The bank raised its rate.", "Reuters"},
      {"Berlin (dpa/bb) - Der Senat hat beschlossen.", "dpa"},
      {"Der Senat hat beschlossen.\n\ndpa/bsj", "dpa"},
      {"Le conseil a voté.\n\n© AFP", "AFP"},
      {"Madrid, 3 may (EFE).- El consejo aprobó la ley.", "EFE"},
      {"МОСКВА, 3 мая. (ТАСС) Совет принял закон.", "TASS"},
      {"（新华社）市议会通过了决议。", "Xinhua"},
      {"【北京共同】市議会は決議を採択した。", "Kyodo"},
      {"（美联社）市议会通过了决议。", "AP"},
      {"ISTANBUL, May 3 (AA) - The council voted.", "Anadolu"},
      {"Der Senat hat beschlossen. (APA)", "APA"},
      {"(서울=연합뉴스) 시의회가 결의안을 통과시켰다.", "Yonhap"},
      {"لندن (رويترز) - رفع البنك سعر الفائدة.", "Reuters"},
      {"نई दिल्ली (पीटीआई) परिषद ने फैसला किया।", "PTI"},
  };
  for (auto const& [text, agency] : table) EXPECT_EQ(credited_agency("", text), agency) << text;
}

TEST(Lineage, ABylineNamesTheAgency) {
  EXPECT_EQ(credited_agency("By JANE ROE, Associated Press", "Text."), "AP");
  EXPECT_EQ(credited_agency("mit Material von dpa", "Text."), "dpa");
  EXPECT_EQ(credited_agency("Jane Apple", "Text."), "");
  EXPECT_EQ(credited_agency("AA Gill", "Text."), "");
  EXPECT_EQ(credited_agency("Jane Roe, AA", "Text."), "Anadolu");
}

TEST(Lineage, WritingAboutAnAgencyIsNoCredit) {
  EXPECT_EQ(credited_agency("", "The minister told Reuters that AP was wrong."), "");
  EXPECT_EQ(credited_agency("", "The Automobile Association (AA) and the Press Association (PA), it said."),
            "");
  EXPECT_EQ(credited_agency("", std::string(1000, 'x') + " (Reuters) " + std::string(1000, 'x')), "");
}

TEST(Original, IsTheCopyWhoseAddressTheOthersName) {
  std::vector<CopyClues> copies(3);
  copies[0].names_canonical = "paper.example/story/1";
  copies[1].url = "valley.example/9";
  copies[2].url = "paper.example/story/1";
  EXPECT_EQ(original_among(copies), (Original{2, OriginalSign::canonical}));
}

TEST(Original, IsTheAgencysOwnArticle) {
  std::vector<CopyClues> copies(2);
  copies[0].credits_agency = "Reuters";
  copies[0].site = "daily-post https://daily.example/a";
  copies[1].site = "wire https://www.reuters.com/world/a";
  EXPECT_EQ(original_among(copies), (Original{1, OriginalSign::agency}));
  copies[1].site = "daily-reutersen https://reutersen.example/a";
  EXPECT_EQ(original_among(copies).sign, OriginalSign::arrival);
}

TEST(Original, IsTheOnePublishedFirstByMoreThanClocksDiffer) {
  std::vector<CopyClues> copies(3);
  UtcMicros const noon{std::chrono::hours(12)};
  copies[0].published = noon + std::chrono::minutes(30);
  copies[1].published = noon;
  EXPECT_EQ(original_among(copies), (Original{1, OriginalSign::time}));
  copies[2].published = noon + std::chrono::seconds(20);
  EXPECT_EQ(original_among(copies), (Original{0, OriginalSign::arrival}));
}

TEST(Original, IsThatOfTheHeaviestFeedWhereNothingElseTells) {
  std::vector<CopyClues> copies(3);
  copies[2].feed_weight = 5;
  EXPECT_EQ(original_among(copies), (Original{2, OriginalSign::weight}));
  copies[2].mirror = true;
  EXPECT_EQ(original_among(copies), (Original{0, OriginalSign::arrival}));
}

TEST(Original, IsNeverAMirror) {
  std::vector<CopyClues> copies(2);
  copies[0].mirror = true;
  copies[0].url = "paper.example/1";
  copies[1].names_canonical = "paper.example/1";
  EXPECT_EQ(original_among(copies), (Original{1, OriginalSign::arrival}));
}

}  // namespace
}  // namespace newsfold::dedup
