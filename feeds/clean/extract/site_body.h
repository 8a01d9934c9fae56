#pragma once
// What a site rule says about the text of an article, as changes of the document that the extractor reads:
// parts are emptied, and it chooses from what is left.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/rules/site_rules.h"

#include <string_view>
#include <vector>

namespace newsfold::clean {

// Empties what the rule strips. A rule that its site outgrew may find half the page: then it finds nothing.
void strip_by_rule(HtmlDocument& page, RuleMatch const& match);

// Empties everything but these elements; they are in document order, none inside another.
void keep_only(HtmlDocument& page, std::vector<NodeIndex> const& elements);

// Whether the text found inside a rule's body may take the place of the one found in the whole page.
bool is_as_good(std::string_view by_rule, std::string_view general);

}  // namespace newsfold::clean
