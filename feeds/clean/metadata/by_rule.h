#pragma once
// What a site rule found, taken into an article: it goes before what was read from the page in general, and
// where it found nothing, or nothing that could be read, that stays. So do people that the publisher declares
// for machines: selectors of by-lines find the by-lines of teasers, too. Pure.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/rules/site_rules.h"
#include "feeds/model/article.h"

#include <string_view>

namespace newsfold::clean {

// `authors_source` is the witness that gave the article's authors; see MetadataSources.
void apply_rule(HtmlDocument const& page, RuleMatch const& match, std::string_view page_url,
                std::string_view authors_source, Article& article);

}  // namespace newsfold::clean
