#include "feeds/clean/repair/repair.h"

#include "feeds/clean/repair/mend_html.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::clean {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string const harbour =
    "The council voted on Monday to open the old sluice, and the engineers who built the gate said the "
    "others in the "
    "region should follow. Fishermen gathered at the quay together with their families to see the water "
    "rise.\n\n"
    "There was another vote about the cost of the work, which the mayor called fair. The chief engineer, "
    "whose father "
    "had built the first gate, said the weather would decide the rest of the week.\n";

TEST(Repair, CleanTextComesBackByteForByte) {
  for (std::string const& text :
       {harbour, std::string("Ein Café in Köln, “schön” – 5 € … \u00A0ok?  two  blanks \n\n\n"),
        std::string("Действительно? Да. В «СССР» было так.\n"),
        std::string("政府は「早めの対策」が必要だと話した。"), std::string("😀👍🏽 ends.")}) {
    auto const result = repair_text(text);
    EXPECT_EQ(result.text, text);
    EXPECT_TRUE(result.repairs.empty());
  }
}

TEST(Repair, Utf8ReadAsWindows1252IsUndoneOnceAndTwice) {
  EXPECT_EQ(repair_text("Le prÃ©sident a dÃ©clarÃ© que lâ€™Ã©tÃ© fut long.").text,
            "Le président a déclaré que l’été fut long.");
  EXPECT_EQ(repair_text("Le prÃƒÂ©sident a dÃƒÂ©clarÃƒÂ© la guerre.").text,
            "Le président a déclaré la guerre.");
}

TEST(Repair, CyrillicBytesReadAsLatin1AreRussianAgain) {
  EXPECT_EQ(repair_text("Æèòåëè ãîðîäà æàëóþòñÿ íà øóì è ãðÿçíûé âîçäóõ.").text,
            "Жители города жалуются на шум и грязный воздух.");
  EXPECT_EQ(repair_text("öÉÔÅÌÉ ÇÏÒÏÄÁ ÖÁÌÕÀÔÓÑ ÎÁ ÛÕÍ.").text, "Жители города жалуются на шум.");
}

TEST(Repair, OnlyTheBrokenParagraphIsMended) {
  auto const result = repair_text("A café in Köln.\n\nZwei CafÃ©s in MÃ¼nchen schlieÃŸen.\n");
  EXPECT_EQ(result.text, "A café in Köln.\n\nZwei Cafés in München schließen.\n");
  ASSERT_EQ(result.repairs.size(), 1u);
  EXPECT_EQ(result.repairs[0].kind, RepairKind::mojibake);
}

TEST(Repair, GbkPunctuationInEnglishIsPunctuationAgain) {
  EXPECT_EQ(repair_text("China¡¯s ¡°opening up¡± ¨C analysts say ¡ª goes on").text,
            "China’s “opening up” – analysts say — goes on");
}

TEST(Repair, SpanishExclamationsAndNamesInCapitalsAreWhatTheySay) {
  for (std::string const text : {"¡Cómo no! ¡Ánimo, NESTLÉ®!", "ВІКІ is Ukrainian for WIKI", "2012—∞ and √π"})
    EXPECT_EQ(repair_text(text).text, text);
}

TEST(Repair, LostNoBreakSpacesReturnWhereTheTextHasTheHabit) {
  EXPECT_EQ(repair_text("The plan is to?hand out aid.?\n\nIt came from?Brussels.?\n").text,
            "The plan is to hand out aid.\n\nIt came from Brussels.\n");
  EXPECT_EQ(repair_text("Is it so? Really?\n\nSee https://a.example/?q=1 for more.").text,
            "Is it so? Really?\n\nSee https://a.example/?q=1 for more.");
}

TEST(Repair, QuestionsAreQuestionsInQuotesAndInEveryScript) {
  for (std::string const text :
       {"„Geht das?“ fragte er. „Wann denn?“ Keine Antwort.", "„‚Was nun?‘, fragte sie. ‚Und wer?‘“",
        "«Для кого?» То есть это была игра. «Вы видите?» Я сказал: да.",
        "« Pour qui?» Il rit. «Quand?» Rien.", "作用在哪里呢?这些结果又有什么意义呢?这些都是问题。",
        "ไปไหน?ไม่รู้ ทำไม?ไม่บอก", "Have you read \"Emma\"? Or “Ulysses”? No.", "What!? No way!? Yes.",
        "Is it worth more than Apple Inc.? Or than Target Corp.? In the U.S.? Hardly."})
    EXPECT_EQ(repair_text(text).text, text);
  // Beside what is lost for certain, such a one may be lost, too.
  EXPECT_EQ(repair_text("It is owned by Apple Inc.?\n\nThe plan is to?sell. “It is late.”?\n").text,
            "It is owned by Apple Inc.\n\nThe plan is to sell. “It is late.”\n");
}

// What took a quarter of a minute for each: a mark looked through its whole word, a reference moved all
// behind it.
TEST(Repair, AMegabyteOfMarksOrReferencesTakesOneLookEach) {
  std::string marks;
  std::string references;
  for (int i = 0; i < 500'000; ++i) marks += "a?";
  for (int i = 0; i < 100'000; ++i) references += "&amp;quot;";
  EXPECT_EQ(repair_text(marks + " www.a.example/?b").text.size(), marks.size() + 17);
  RepairResult done;
  done.repairs.push_back({RepairKind::entity, "character reference", "", 2});
  EXPECT_EQ(mend_html(references, done).size(), 600'000u);
}

TEST(Repair, AMirrorsKeywordIsTheWordAgainInsideWordsToo) {
  auto const damaged = replace_all(harbour, "the", "온라인카지노");
  auto const result = repair_text(damaged);
  EXPECT_EQ(result.text, harbour);
  EXPECT_TRUE(result.spam_mirror);
  ASSERT_FALSE(result.repairs.empty());
  EXPECT_EQ(result.repairs[0].kind, RepairKind::substitution);
  EXPECT_EQ(result.repairs[0].to, "the");
}

TEST(Repair, ALineIsMendedByWhatWasFoundInItsText) {
  auto const found = repair_text(replace_all(harbour, "the", "온라인카지노")).repairs;
  EXPECT_EQ(repair_line("Council opens 온라인카지노 old sluice", found), "Council opens the old sluice");
  EXPECT_EQ(repair_line("Council opens 온라인카지노 old sluice"), "Council opens 온라인카지노 old sluice");
  EXPECT_EQ(repair_line("Zwei CafÃ©s schlieÃŸen", found), "Zwei Cafés schließen");
}

TEST(Repair, AForeignWordThatAnArticleIsAboutStays) {
  std::string const text =
      "The word 内卷 means involution, and young people in the city use 内卷 of a race that nobody wins. The "
      "term 内卷 "
      "is one of the many that came from the study of the economy.";
  auto const result = repair_text(text);
  EXPECT_EQ(result.text, text);
  EXPECT_FALSE(result.spam_mirror);
}

TEST(Repair, FragmentLinesGoAndAreListed) {
  auto const result = repair_text("First paragraph here.\n\nADVERTISEMENT\n\nSecond paragraph here.\n");
  EXPECT_EQ(result.text, "First paragraph here.\n\nSecond paragraph here.\n");
  ASSERT_EQ(result.removed.size(), 1u);
  EXPECT_EQ(result.removed[0].kind, FragmentKind::ad);
}

TEST(Repair, EastAsianAndOtherBytesReadAsLatin1AreTextAgain) {
  EXPECT_EQ(repair_text("ÖÐ¹úÕþ¸®Ðû²¼ÁËÐÂµÄ¸ßµÈ½ÌÓýÕ½ÂÔ¡£").text, "中国政府宣布了新的高等教育战略。");  // GBK
  EXPECT_EQ(repair_text("Àü¹®°¡µéÀº ¹°°¡ »ó½ÂÀÌ °è¼ÓµÉ °ÍÀ¸·Î Àü¸ÁÇß´Ù.").text,
            "전문가들은 물가 상승이 계속될 것으로 전망했다.");  // EUC-KR
  EXPECT_EQ(repair_text("Ç êõâÝñíçóç áíáêïßíùóå íÝá ìÝôñá ãéá ôçí ïéêïíïìßá.").text,
            "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία.");  // windows-1253
}

TEST(Repair, TheRarerMixUpsAreUndone) {
  struct Mixed {
    char const *how, *damaged, *meant;
  };
  Mixed const table[] = {
      {"UTF-8 read as Mac Roman", "Le pr√©sident a d√©clar√© que l‚Äô√©t√© fut tr√®s long.",
       "Le président a déclaré que l’été fut très long."},
      {"UTF-8 read as CP437", "Le pr├⌐sident a d├⌐clar├⌐ que la for├¬t ├⌐tait tr├¿s belle.",
       "Le président a déclaré que la forêt était très belle."},
      {"Big5 as Latin-1", "¤¤¥¡¬F©²«Å§G·sªº±Ð¨|¬Fµ¦¡A¾Ç®Õ±N¦b¤E¤ë¶}©l¡C",
       "中央政府宣佈新的教育政策，學校將在九月開始。"},
      {"Shift-JIS read as Latin-1",
       "\xC2"
       "\x90"
       "­\xC2"
       "\x95"
       "{\xC2"
       "\x82"
       "Í\xC2"
       "\x90"
       "V\xC2"
       "\x82"
       "µ\xC2"
       "\x82"
       "¢\xC2"
       "\x8B"
       "³\xC2"
       "\x88"
       "ç\xC2"
       "\x90"
       "­\xC2"
       "\x8D"
       "ô\xC2"
       "\x82"
       "ð\xC2"
       "\x94"
       "­\xC2"
       "\x95"
       "\x5C"
       "\xC2"
       "\x82"
       "µ\xC2"
       "\x82"
       "½\xC2"
       "\x81"
       "B\xC2"
       "\x8A"
       "w\xC2"
       "\x8D"
       "Z\xC2"
       "\x82"
       "Í\xC2"
       "\x8B"
       "ã\xC2"
       "\x8C"
       "\xC2"
       "\x8E"
       "\xC2"
       "\x82"
       "É\xC2"
       "\x8E"
       "n\xC2"
       "\x82"
       "Ü\xC2"
       "\x82"
       "é\xC2"
       "\x81"
       "B",
       "政府は新しい教育政策を発表した。学校は九月に始まる。"},
  };
  for (auto const& row : table) EXPECT_EQ(repair_text(row.damaged).text, row.meant) << row.how;
}

// Controls and undefined bytes of the tables are in them, as browsers make them.
TEST(Repair, MixUpsAreUndoneThroughTheTableThatMadeThem) {
  struct Mixed {
    char const *how, *damaged, *meant;
  };
  Mixed const table[] = {
      {"UTF-8 as Latin-1",
       "Die BÃ¼rger prÃ¼fen â"
       "\xC2\x80\xC2\x9E"
       "groÃ"
       "\xC2\x9F"
       "eâ"
       "\xC2\x80\xC2\x9C"
       " PlÃ¤ne fÃ¼r die StraÃ"
       "\xC2\x9F"
       "e.",
       "Die Bürger prüfen „große“ Pläne für die Straße."},
      {"UTF-8 as windows-1251", "Le prГ©sident a dГ©clarГ© que lвЂ™Г©tГ© fut trГЁs long.",
       "Le président a déclaré que l’été fut très long."},
      {"Russian as windows-1251", "Р–РёС‚РµР»Рё РіРѕСЂРѕРґР° Р¶Р°Р»СѓСЋС‚СЃСЏ РЅР° С€СѓРј.",
       "Жители города жалуются на шум."},
      {"UTF-8 as windows-1250",
       "Wczoraj w Ĺ"
       "\xC2\x81"
       "odzi odbyĹ‚o siÄ™ waĹĽne spotkanie.",
       "Wczoraj w Łodzi odbyło się ważne spotkanie."},
      {"UTF-8 as ISO 8859-2",
       "Wczoraj w Ĺ"
       "\xC2\x81"
       "odzi odbyĹ"
       "\xC2\x82"
       "o siÄ"
       "\xC2\x99"
       " waĹźne spotkanie.",
       "Wczoraj w Łodzi odbyło się ważne spotkanie."},
      {"German as ISO 8859-2",
       "Die BĂźrger prĂźfen â"
       "\xC2\x80\xC2\x9E"
       "groĂ"
       "\xC2\x9F"
       "eâ"
       "\xC2\x80\xC2\x9C"
       " PlĂ¤ne fĂźr die StraĂ"
       "\xC2\x9F"
       "e.",
       "Die Bürger prüfen „große“ Pläne für die Straße."},
      {"twice as windows-1252", "Le prÃƒÂ©sident a dÃƒÂ©clarÃƒÂ© que lÃ¢â‚¬â„¢ÃƒÂ©tÃƒÂ© fut trÃƒÂ¨s long.",
       "Le président a déclaré que l’été fut très long."},
      {"twice as Mac Roman", "Le pr‚àö¬©sident a d‚àö¬©clar‚àö¬© que l‚Äö√Ñ√¥‚àö¬©t‚àö¬© fut tr‚àö¬Æs long.",
       "Le président a déclaré que l’été fut très long."},
      {"twice as CP437", "Le prΓö£ΓîÉsident a dΓö£ΓîÉclarΓö£ΓîÉ que l╬ô├ç├ûΓö£ΓîÉtΓö£ΓîÉ fut trΓö£┬┐s long.",
       "Le président a déclaré que l’été fut très long."},
      {"twice as windows-1251", "Le prР“В©sident a dР“В©clarР“В© que lРІР‚в„ўР“В©tР“В© fut trР“РЃs long.",
       "Le président a déclaré que l’été fut très long."},
      {"EUC-JP as Latin-1", "À¯ÉÜ¤Ï¿·¤·¤¤¶µ°éÀ¯ºö¤òÈ¯É½¤·¤¿¡£", "政府は新しい教育政策を発表した。"},
      {"GBK as windows-1252", "ÖÐ¹úÕþ¸®Ðû²¼ÁËÐÂµÄ¸ßµÈ½ÌÓýÕ½ÂÔ£¬¹ÄÀø¹ú¼ÊºÏ×÷¡£",
       "中国政府宣布了新的高等教育战略，鼓励国际合作。"},
  };
  for (auto const& row : table) {
    EXPECT_EQ(repair_text(row.damaged).text, row.meant) << row.how;
    auto const in_part = "A café in Köln.\n\n" + std::string(row.damaged) + "\n\nThe end.\n";
    EXPECT_EQ(repair_text(in_part).text, "A café in Köln.\n\n" + std::string(row.meant) + "\n\nThe end.\n")
        << row.how;
  }
}

TEST(Repair, StrayControlCharactersGo) {
  auto const result = repair_text("The\x01 gate\x02 is\x03 open.");
  EXPECT_EQ(result.text, "The gate is open.");
  ASSERT_EQ(result.repairs.size(), 1u);
  EXPECT_EQ(result.repairs[0].kind, RepairKind::control);
}

TEST(Repair, ALongBrokenPartOfALineIsMendedByItself) {
  EXPECT_EQ(repair_text("Reuters reports from Beijing: ÖÐ¹úÕþ¸®Ðû²¼ÁËÐÂµÄ¸ßµÈ½ÌÓýÕ½ÂÔ¡£").text,
            "Reuters reports from Beijing: 中国政府宣布了新的高等教育战略。");
  EXPECT_EQ(repair_text("A liga > III DivisÃ£o - SÃ©rie F > Classificação").text,
            "A liga > III Divisão - Série F > Classificação");
}

TEST(Repair, OnePairInDoubtIsBelievedWhereAnotherLineWasBrokenTheSameWay) {
  std::string const doubtful = "Kapitel – DrÃ¥ber";
  EXPECT_EQ(repair_text(doubtful).text, doubtful);
  EXPECT_EQ(repair_text("BÃ¸rn og unge pÃ¥ skolen lÃ¦ser.\n\n" + doubtful).text,
            "Børn og unge på skolen læser.\n\nKapitel – Dråber");
}

TEST(Repair, PicturesSurrogatesAndByteOrderMarksComeOutOfTheirBytes) {
  EXPECT_EQ(repair_text("Justinâ\u009D¤ is here").text, "Justin❤ is here");
  EXPECT_EQ(repair_text("Hi í\u00A0½í¸\u008D").text, "Hi 😍");
  EXPECT_EQ(repair_text("ï»¿The vote").text, "The vote");
}

TEST(Repair, WhatLanguagesWriteThemselvesStays) {
  for (std::string const text :
       {"Brontë…” she said", "Рівне і Світ", "irmã” disse", "lá´´ e ´´cá", "Kde Ã’s come from", "ôaſaſaſa",
        "il a dit…à peine", "NESTLÉ® and CITROËN™", "¿Qué? ¡Sí!", "Å være eller ikke",
        "AT&amp;T and caf&#233;", "Write &quot; in HTML, and &#39; too."})
    EXPECT_EQ(repair_text(text).text, text);
}

TEST(Repair, ReferencesThatWereEscapedTwiceAreCharactersAgain) {
  EXPECT_EQ(repair_text("&amp;quot;It&amp;#39;s late&amp;quot;, said the mayor of D&amp;uuml;ren.").text,
            "\"It's late\", said the mayor of Düren.");
}

TEST(Repair, LineSeparatorsAndPlaceholdersAreNoText) {
  auto const result = repair_text("One line.\u2028Another\uFFFC line.\uFEFF");
  EXPECT_EQ(result.text, "One line.\nAnother line.");
  EXPECT_EQ(result.repairs.front().kind, RepairKind::space);
}

TEST(Repair, PictureCreditsStayByOption) {
  std::string const text =
      "First paragraph here.\n\nThe quay at dusk\nPhoto: A. Person\n\nSecond paragraph here.\n";
  EXPECT_EQ(repair_text(text).text, "First paragraph here.\n\nSecond paragraph here.\n");
  EXPECT_EQ(repair_text(text, {Fragments::remove, Credits::keep}).text, text);
}

TEST(Repair, MegabytesOfNoiseTakeNoTime) {
  std::string noise;
  for (int i = 0; i < 200'000; ++i) noise += char(0x20 + (i * 7919) % 95);
  noise += replace_all(harbour, "e", "Ã©");
  EXPECT_FALSE(repair_text(noise).text.empty());
}

}  // namespace
}  // namespace newsfold::clean
