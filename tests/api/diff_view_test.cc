#include "daemon/api/diff_view.h"

#include <gtest/gtest.h>

namespace newsfold::api {
namespace {

dedup::Edit edit_of(std::string const& before, std::string const& after) {
  return dedup::compare_versions({"Old <b>title</b>", before}, {"New title", after});
}

DiffHead const head{"New title", 16, 1, 2};

TEST(DiffView, HtmlMarksWhatWasAddedAndRemoved) {
  auto const html = diff_html(head, edit_of("The gate costs five million crowns, the mayor said.",
                                            "The gate costs nine million crowns, the mayor said."));
  EXPECT_NE(html.find("<del>five</del>"), std::string::npos) << html;
  EXPECT_NE(html.find("<ins>nine</ins>"), std::string::npos) << html;
  EXPECT_NE(html.find("article 16, version 1 to 2"), std::string::npos);
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
}

TEST(DiffView, HtmlCarriesNoMarkupOfThePublisher) {
  auto const html = diff_html(head, edit_of("He said so.", "He said <script>alert('x')</script> so & more."));
  EXPECT_EQ(html.find("<script"), std::string::npos) << html;
  EXPECT_EQ(html.find("<b>"), std::string::npos) << html;
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos) << html;
}

TEST(DiffView, AnsiColoursAndDoesNotLetTheTextSteerTheTerminal) {
  auto const text = diff_ansi(head, edit_of("He said so.",
                                            "He said \x1b]0;owned\x07 \xC2\x9B"
                                            "2J so."));
  EXPECT_NE(text.find("\x1b[32m"), std::string::npos);
  EXPECT_EQ(text.find("\x1b]"), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_EQ(text.find("\xC2\x9B"), std::string::npos);
}

TEST(DiffView, SaysWhatKindOfEditItWas) {
  auto const edit = dedup::compare_versions({"T", "The council met at noon."},
                                            {"T", "The council met at noon. It will meet again on Friday."});
  EXPECT_EQ(diff_summary(edit), "addition: 6 words added, 0 removed");
}

}  // namespace
}  // namespace newsfold::api
