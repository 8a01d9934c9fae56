#include "feeds/clean/html/element.h"

#include <algorithm>
#include <array>

namespace newsfold::clean {
namespace {

// In the order of the enumeration, behind `other`; sorted, since it is searched.
constexpr auto names = std::to_array<std::string_view>(
    {"a",        "abbr",     "address",    "article",  "aside",   "audio",  "b",       "blockquote",
     "body",     "br",       "button",     "canvas",   "caption", "center", "cite",    "code",
     "dd",       "del",      "details",    "dialog",   "div",     "dl",     "dt",      "em",
     "embed",    "fieldset", "figcaption", "figure",   "font",    "footer", "form",    "h1",
     "h2",       "h3",       "h4",         "h5",       "h6",      "head",   "header",  "hr",
     "html",     "i",        "iframe",     "img",      "input",   "ins",    "label",   "legend",
     "li",       "link",     "main",       "mark",     "math",    "menu",   "meta",    "nav",
     "noscript", "object",   "ol",         "optgroup", "option",  "p",      "picture", "pre",
     "q",        "s",        "script",     "section",  "select",  "small",  "source",  "span",
     "strong",   "style",    "sub",        "summary",  "sup",     "svg",    "table",   "tbody",
     "td",       "template", "textarea",   "tfoot",    "th",      "thead",  "time",    "title",
     "tr",       "u",        "ul",         "video",    "wbr"});
static_assert(std::is_sorted(names.begin(), names.end()));
static_assert(names.size() == std::size_t(Element::wbr) - std::size_t(Element::other));

}  // namespace

Element element_named(std::string_view name) noexcept {
  auto const at = std::lower_bound(names.begin(), names.end(), name);
  if (at == names.end() || *at != name) return Element::other;
  return Element(std::size_t(Element::a) + std::size_t(at - names.begin()));
}

}  // namespace newsfold::clean
