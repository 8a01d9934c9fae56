#pragma once
// The table of options as text for people. What is printed here cannot disagree with the parser: both
// walk the same table.

#include <string>

namespace newsfold::config {

// docs/configuration.md, and `newsfold config reference`.
std::string reference_markdown();

// A commented config.toml with every option at its default: `newsfold config sample`.
std::string sample_toml();

}  // namespace newsfold::config
