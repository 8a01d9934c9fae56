#pragma once
// The elements that the cleaner treats by name, as numbers: a walk over a page compares them a million times.

#include <cstdint>
#include <string_view>

namespace newsfold::clean {

enum class Element : std::uint8_t {
  text,   // a text node
  other,  // any element that is not named here
  a,
  abbr,
  address,
  applet,
  area,
  article,
  aside,
  audio,
  b,
  base,
  basefont,
  bgsound,
  big,
  blockquote,
  body,
  br,
  button,
  canvas,
  caption,
  center,
  cite,
  code,
  col,
  colgroup,
  dd,
  del,
  details,
  dialog,
  dir,
  div,
  dl,
  dt,
  em,
  embed,
  fieldset,
  figcaption,
  figure,
  font,
  footer,
  form,
  frameset,
  h1,
  h2,
  h3,
  h4,
  h5,
  h6,
  head,
  header,
  hr,
  html,
  i,
  iframe,
  img,
  input,
  ins,
  label,
  legend,
  li,
  link,
  listing,
  main,
  mark,
  marquee,
  math,
  menu,
  meta,
  nav,
  nobr,
  noembed,
  noframes,
  noscript,
  object,
  ol,
  optgroup,
  option,
  p,
  param,
  picture,
  plaintext,
  pre,
  q,
  s,
  script,
  section,
  select,
  small,
  source,
  span,
  strike,
  strong,
  style,
  sub,
  summary,
  sup,
  svg,
  table,
  tbody,
  td,
  template_,
  textarea,
  tfoot,
  th,
  thead,
  time,
  title,
  tr,
  track,
  tt,
  u,
  ul,
  video,
  wbr,
  xmp,
};

// The attributes that are read on every element, likewise.
enum class AttributeKind : std::uint8_t {
  other,
  aria_hidden,
  aria_label,
  class_,
  data_component,
  data_name,  // data-name and other attributes that name a part of a page
  data_qa,
  data_testid,
  href,
  id,
  itemprop,
  property,
  pubdate,
  rel,
  role,
  style,
};

// `name` in lower case.
AttributeKind attribute_kind(std::string_view name) noexcept;

// Of an HTML tag, in any case.
Element element_named(std::string_view name) noexcept;
constexpr bool is_heading(Element element) noexcept {
  return element >= Element::h1 && element <= Element::h6;
}

// What an element does to running text: stands in it, begins and ends a line, or holds none that readers
// read.
enum class Flow : std::uint8_t { inline_, block, skipped };
Flow flow_of(Element element) noexcept;

// In lower case; "" for those that have no number.
std::string_view name_of(Element element) noexcept;

}  // namespace newsfold::clean
