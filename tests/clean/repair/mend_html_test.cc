#include "feeds/clean/repair/mend_html.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

TEST(MendHtml, WhatWentFromTheTextGoesFromTheHtml) {
  auto const done =
      repair_text("The gate is open.\n\nADVERTISEMENT\n\nSign up for our newsletter\n\nIt rained.\n");
  EXPECT_EQ(mend_html("<p>The gate is open.</p><div>ADVERTISEMENT</div><p><a href=\"/n\">Sign up for our "
                      "newsletter</a></p><p>It rained.</p>",
                      done),
            "<p>The gate is open.</p><p>It rained.</p>");
}

TEST(MendHtml, WordsAreMendedBetweenTagsAndAddressesStay) {
  auto const done = repair_text("Le prÃ©sident a dÃ©clarÃ© que lâ€™Ã©tÃ© fut long.\n");
  EXPECT_EQ(
      mend_html("<p>Le <b>prÃ©sident</b> a <a href=\"/Ã©tÃ©\">dÃ©clarÃ©</a> que lâ€™Ã©tÃ© fut long.</p>",
                done),
      "<p>Le <b>président</b> a <a href=\"/Ã©tÃ©\">déclaré</a> que l’été fut long.</p>");
}

TEST(MendHtml, AMirrorsKeywordIsTheWordInHtmlToo) {
  RepairResult done;
  done.repairs.push_back({RepairKind::substitution, "카지노", "the", 2});
  EXPECT_EQ(mend_html("<p>o카지노rs in 카지노 town</p>", done), "<p>others in the town</p>");
}

TEST(MendHtml, HtmlOfWholeTextStaysByteForByte) {
  auto const done = repair_text("The gate is open.\n");
  std::string const html = "<p>The gate &amp; <br>quay</p><p>cafÃ©";
  EXPECT_EQ(mend_html(html, done), html);
}

}  // namespace
}  // namespace newsfold::clean
