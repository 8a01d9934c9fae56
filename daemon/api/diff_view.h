#pragma once
// What changed between two versions of an article, for people: an HTML page with <ins> and <del>, or text
// with the colours of a terminal. The JSON form stands in docs/API.md. Pure.

#include "feeds/dedup/version.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::api {

struct DiffHead {
  std::string_view title;  // of the newer version
  std::uint64_t article = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

// A whole document that loads and runs nothing.
std::string diff_html(DiffHead const& head, dedup::Edit const& edit);
// Control characters of the text are left out: an article must not steer the terminal.
std::string diff_ansi(DiffHead const& head, dedup::Edit const& edit);

// "correction: 3 words added, 1 removed"
std::string diff_summary(dedup::Edit const& edit);

}  // namespace newsfold::api
