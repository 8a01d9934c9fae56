#include "feeds/clean/html/element.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace newsfold::clean {
namespace {

// In the order of the enumeration, behind `other`.
constexpr auto names = std::to_array<std::string_view>(
    {"a",        "abbr",   "address",  "applet",     "area",     "article",    "aside",    "audio",
     "b",        "base",   "basefont", "bgsound",    "big",      "blockquote", "body",     "br",
     "button",   "canvas", "caption",  "center",     "cite",     "code",       "col",      "colgroup",
     "dd",       "del",    "details",  "dialog",     "dir",      "div",        "dl",       "dt",
     "em",       "embed",  "fieldset", "figcaption", "figure",   "font",       "footer",   "form",
     "frameset", "h1",     "h2",       "h3",         "h4",       "h5",         "h6",       "head",
     "header",   "hr",     "html",     "i",          "iframe",   "img",        "input",    "ins",
     "label",    "legend", "li",       "link",       "listing",  "main",       "mark",     "marquee",
     "math",     "menu",   "meta",     "nav",        "nobr",     "noembed",    "noframes", "noscript",
     "object",   "ol",     "optgroup", "option",     "p",        "param",      "picture",  "plaintext",
     "pre",      "q",      "s",        "script",     "section",  "select",     "small",    "source",
     "span",     "strike", "strong",   "style",      "sub",      "summary",    "sup",      "svg",
     "table",    "tbody",  "td",       "template",   "textarea", "tfoot",      "th",       "thead",
     "time",     "title",  "tr",       "track",      "tt",       "u",          "ul",       "video",
     "wbr",      "xmp"});
static_assert(std::is_sorted(names.begin(), names.end()));
static_assert(names.size() == std::size_t(Element::xmp) - std::size_t(Element::other));

constexpr std::size_t slots = 512;
constexpr std::size_t name_bytes_max = 10;  // of the names above

constexpr std::size_t slot_of(std::string_view name) {
  std::uint32_t hash = 0;
  for (char const c : name) hash = (hash ^ (static_cast<unsigned char>(c) | 0x20u)) * 0x9E3779B1u;
  return hash >> 23;
}

// Every tag of a page is looked up: a table of hashes, the next free slot where two meet.
constexpr std::array<Element, slots> table = [] {
  std::array<Element, slots> out{};
  for (auto& it : out) it = Element::other;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto slot = slot_of(names[i]);
    while (out[slot] != Element::other) slot = (slot + 1) % slots;
    out[slot] = Element(std::size_t(Element::other) + 1 + i);
  }
  return out;
}();

}  // namespace

Element element_named(std::string_view name) noexcept {
  if (name.size() > name_bytes_max) return Element::other;
  for (auto slot = slot_of(name); table[slot] != Element::other; slot = (slot + 1) % slots)
    if (text::equals_ignoring_case(names[std::size_t(table[slot]) - std::size_t(Element::other) - 1], name))
      return table[slot];
  return Element::other;
}

AttributeKind attribute_kind(std::string_view name) noexcept {
  struct Named {
    std::string_view name;
    AttributeKind kind;
  };
  static constexpr auto known = std::to_array<Named>({
      {"class", AttributeKind::class_},
      {"href", AttributeKind::href},
      {"id", AttributeKind::id},
      {"style", AttributeKind::style},
      {"rel", AttributeKind::rel},
      {"role", AttributeKind::role},
      {"itemprop", AttributeKind::itemprop},
      {"property", AttributeKind::property},
      {"pubdate", AttributeKind::pubdate},
      {"aria-label", AttributeKind::aria_label},
      {"aria-hidden", AttributeKind::aria_hidden},
      {"data-testid", AttributeKind::data_testid},
      {"data-component", AttributeKind::data_component},
      {"data-qa", AttributeKind::data_qa},
      {"data-type", AttributeKind::data_name},
      {"data-module", AttributeKind::data_name},
      {"data-block", AttributeKind::data_name},
      {"data-component-name", AttributeKind::data_name},
      {"data-test-id", AttributeKind::data_name},
      {"data-name", AttributeKind::data_name},
  });
  for (auto const& it : known)
    if (it.name.size() == name.size() && it.name.front() == name.front() && it.name == name) return it.kind;
  return AttributeKind::other;
}

Flow flow_of(Element element) noexcept {
  switch (element) {
    case Element::audio:
    case Element::button:
    case Element::canvas:
    case Element::embed:
    case Element::head:
    case Element::iframe:
    case Element::input:
    case Element::math:
    case Element::meta:
    case Element::link:
    case Element::noscript:
    case Element::object:
    case Element::option:
    case Element::optgroup:
    case Element::script:
    case Element::select:
    case Element::style:
    case Element::svg:
    case Element::template_:
    case Element::textarea:
    case Element::title:
    case Element::video: return Flow::skipped;
    case Element::address:
    case Element::article:
    case Element::aside:
    case Element::blockquote:
    case Element::body:
    case Element::caption:
    case Element::center:
    case Element::dd:
    case Element::details:
    case Element::dialog:
    case Element::dir:
    case Element::div:
    case Element::dl:
    case Element::dt:
    case Element::fieldset:
    case Element::figcaption:
    case Element::figure:
    case Element::footer:
    case Element::form:
    case Element::h1:
    case Element::h2:
    case Element::h3:
    case Element::h4:
    case Element::h5:
    case Element::h6:
    case Element::header:
    case Element::hr:
    case Element::html:
    case Element::legend:
    case Element::li:
    case Element::listing:
    case Element::main:
    case Element::menu:
    case Element::nav:
    case Element::ol:
    case Element::p:
    case Element::pre:
    case Element::section:
    case Element::summary:
    case Element::table:
    case Element::tbody:
    case Element::td:
    case Element::tfoot:
    case Element::th:
    case Element::thead:
    case Element::tr:
    case Element::ul: return Flow::block;
    default: return Flow::inline_;
  }
}

std::string_view name_of(Element element) noexcept {
  if (element <= Element::other) return {};
  return names[std::size_t(element) - std::size_t(Element::other) - 1];
}

}  // namespace newsfold::clean
