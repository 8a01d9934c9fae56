#pragma once
// Where in a document something stands, for messages and for programs.

#include "feeds/model/feed.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace newsfold::parse {

// A part of a document, and where it begins there: what is wrong in the part has its place in the whole.
struct Excerpt {
  std::string_view text;    // the part, up to the end
  std::string_view whole;   // UTF-8
  std::size_t skipped = 0;  // bytes of the document before `whole`: a byte order mark

  explicit Excerpt(std::string_view document) : text(document), whole(document) {}
  Excerpt(std::string_view document, std::size_t bytes_skipped)
      : text(document), whole(document), skipped(bytes_skipped) {}

  Excerpt from(std::size_t at) const {
    Excerpt part = *this;
    part.text.remove_prefix(std::min(at, part.text.size()));
    return part;
  }
};

// Gives `problem` its place: `at` counts from the start of the part.
inline void set_place(Problem& problem, Excerpt const& part, std::size_t at) {
  auto const offset = part.whole.size() - part.text.size() + std::min(at, part.text.size());
  auto const before = part.whole.substr(0, offset);
  auto const line_start = before.rfind('\n');
  problem.offset = part.skipped + offset;
  problem.line = 1 + std::uint64_t(std::count(before.begin(), before.end(), '\n'));
  problem.column = 1 + before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1);
}

inline Problem problem_of(std::string code, std::string message, std::string expected,
                          std::string done = {}) {
  Problem problem;
  problem.code = std::move(code);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  problem.done = std::move(done);
  return problem;
}

// "byte 120 (line 3, column 17)"
inline std::string place_of(Problem const& problem) {
  return "byte " + std::to_string(problem.offset.value_or(0)) + " (line " + std::to_string(problem.line) +
         ", column " + std::to_string(problem.column) + ")";
}

// For a person, on one line.
inline std::string describe(Problem const& problem) {
  auto out = problem.message;
  if (problem.offset) out += " at " + place_of(problem);
  if (!problem.done.empty()) out += "; " + problem.done;
  return out;
}

}  // namespace newsfold::parse
