#pragma once
// Finds the intruder in a text of a spam mirror: the run of letters of another script that makes most of what
// is foreign in a Latin text, or a compound such as "casino-online" that stands far too often.

#include <string>
#include <string_view>

namespace newsfold::clean {

// Empty where there is none. Cheap on clean text.
std::string find_keyword(std::string_view text);

// Holds what data/spam_keywords.txt lists.
bool is_spam_keyword(std::string_view keyword);

}  // namespace newsfold::clean
