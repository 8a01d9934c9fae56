#pragma once
// Damaged texts to measure their repair with.

#include <string>
#include <vector>

namespace newsfold::bench {

struct DamagedText {
  std::string kind;
  std::string text;
};

// `{"text", "kind"?}` a line. Empty where `path` cannot be read or a line is none.
std::vector<DamagedText> read_damaged(std::string const& path);

// The demo world's stories, each damaged in every one of several ways.
std::vector<DamagedText> make_damaged();

}  // namespace newsfold::bench
