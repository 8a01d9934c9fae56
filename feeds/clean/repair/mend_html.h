#pragma once
// What was mended in and removed from an article's text, done to its HTML: readers of either see the same
// words. Markup stays as it is.

#include "feeds/clean/repair/repair.h"

#include <string>
#include <string_view>

namespace newsfold::clean {

// `html` is as sanitize_html() makes it; `done` is what repair_text() said of the same article's text. Copies
// the HTML where there was nothing to do.
std::string mend_html(std::string_view html, RepairResult const& done, RepairOptions const& options = {});

}  // namespace newsfold::clean
