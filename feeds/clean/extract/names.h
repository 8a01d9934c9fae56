#pragma once
// What publishers call the parts of their pages: the words of class, id and similar attributes, in groups
// that mean one thing each. The words stand in names.cc.

#include <cstdint>
#include <string_view>

namespace newsfold::clean {

enum class Name : std::uint8_t {
  article,
  body,
  comment,
  share,
  related,
  nav,
  ad,
  subscribe,
  author,
  caption,
  dateline,
  tag,
  title,
  lead,
  footer,
  side,
  modal,
  live,
  quote,
  toc,
  header,
  promo,
  list,
  info,
};
inline constexpr std::size_t name_count = std::size_t(Name::info) + 1;

// A set of names, one bit each.
using Names = std::uint32_t;
constexpr Names bit(Name name) noexcept { return Names{1} << unsigned(name); }

// The names that the words of an attribute's value belong to. "articleBody", "article-body" and "articlebody"
// read alike. Looks at the first 256 bytes.
Names names_in(std::string_view class_or_id) noexcept;

}  // namespace newsfold::clean
