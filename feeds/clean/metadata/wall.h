#pragma once
// Is there a wall before the article, which, and what says so. The publisher's own declarations count first
// (JSON-LD isAccessibleForFree, article:content_tier), then a wall that stands in the page where the text
// breaks off. The wording of walls is data (data/wall_words.inc). Nothing here gets around a wall: what it
// finds is left out of the article. Pure.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/model/article.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct Wall {
  Paywall kind = Paywall::none;
  std::string evidence;           // for a person
  bool stands = false;            // the page shows it: what a visitor may read ends here
  std::vector<NodeIndex> blocks;  // elements that hold the wall's own text
  std::vector<NodeIndex> paid;    // elements that the page marks as paid, none inside another
  bool paid_is_hidden = false;    // the page shows a visitor none of them
  double paid_share = 0;          // of the running text behind the headline, how much is marked

  // Whether paid text that the page holds is kept from a visitor. A meter offers it to him. Where nearly the
  // whole article is marked and no wall stands, the mark does not say where a visitor would be stopped: the
  // page as it was served is what he was offered.
  bool keeps_paid_text_back() const noexcept;
};

Wall find_wall(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
               NodeIndex heading);

// What a wall says in a short text; none for anything else.
Paywall wall_wording(std::string_view text);

// How much of the article we have, once its text is known. `left_out`: paid text was taken out of it.
// Sets paywall, paywall_evidence, truncated and completeness.
void judge_completeness(Wall const& wall, LdArticle const* declared, bool left_out, Article& article);

// The same for the text that a feed gives, which ended in `last_line` before it was cleaned.
void judge_feed_text(std::string_view last_line, Article& article);
// The same for a feed's text that serves in the place of its page's: the page's word on the wall holds.
void judge_by_page(Article const& page, Article& article);

}  // namespace newsfold::clean
