#include "feeds/clean/repair/mend_html.h"

#include "feeds/clean/sanitize/sanitize.h"

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

TEST(MendHtml, TextAndHtmlSayTheSameAfterEachKindOfRepair) {
  struct Damaged {
    std::string html, text;
  };
  for (auto const& [html, text] : {
           Damaged{"<p>The plan is to?hand out <b>aid</b> soon.?</p><p>It came from?Brussels.?</p>",
                   "The plan is to hand out aid soon.\n\nIt came from Brussels."},
           Damaged{"<p>He said &amp;quot;yes&amp;quot; and it&amp;amp;#39;s <i>so &amp;lt; true</i>.</p>",
                   "He said \"yes\" and it's so &lt; true."},
           Damaged{"<p>A\x01 gate\x02 is\x03 open.</p>", "A gate is open."},
           Damaged{"<p>A \xEF\xBB\xBFgate is open.</p>", "A gate is open."},
       }) {
    auto const done = repair_text(html_to_text(html));
    EXPECT_EQ(done.text, text);
    EXPECT_EQ(html_to_text(mend_html(html, done)), text) << html;
  }
}

TEST(MendHtml, HtmlOfWholeTextStaysByteForByte) {
  auto const done = repair_text("The gate is open.\n");
  std::string const html = "<p>The gate &amp; <br>quay</p><p>cafÃ©";
  EXPECT_EQ(mend_html(html, done), html);
}

}  // namespace
}  // namespace newsfold::clean
