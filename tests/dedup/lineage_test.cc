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
      {"【北京共同】市議会は決議を採択した。", ""},
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
}

TEST(Lineage, WritingAboutAnAgencyIsNoCredit) {
  EXPECT_EQ(credited_agency("", "The minister told Reuters that AP was wrong."), "");
  EXPECT_EQ(credited_agency("", std::string(1000, 'x') + " (Reuters) " + std::string(1000, 'x')), "");
}

}  // namespace
}  // namespace newsfold::dedup
