#pragma once
// Who wrote it first? What an article itself says about that: an agency's credit in the byline, in the
// dateline ("LONDON, May 3 (Reuters) -") or at the end ("dpa/bsj", "© AFP"). Pure; any thread.

#include <string_view>

namespace newsfold::dedup {

// The agency's usual name ("Reuters", "dpa", "AFP", "Xinhua"); "" where none is credited. A text that only
// writes about an agency, or quotes it in a sentence, credits none.
std::string_view credited_agency(std::string_view byline, std::string_view text) noexcept;

}  // namespace newsfold::dedup
