#include "feeds/clean/extract/page_scan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace newsfold::clean {
namespace {

// Sorted: they are searched.
constexpr auto skipped_tags = std::to_array<std::string_view>(
    {"audio", "button", "canvas", "embed", "head", "iframe", "input", "math", "noscript", "object", "option",
     "script", "select", "style", "svg", "template", "textarea", "video"});
constexpr auto furniture_tags =
    std::to_array<std::string_view>({"aside", "dialog", "footer", "form", "menu", "nav"});
constexpr auto paragraph_tags =
    std::to_array<std::string_view>({"blockquote", "dd", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5",
                                     "h6", "li", "p", "pre", "td", "th"});
constexpr auto block_tags = std::to_array<std::string_view>(
    {"address", "article", "body",  "center", "details", "div", "dl",      "fieldset",
     "figure",  "header",  "hr",    "html",   "main",    "ol",  "section", "summary",
     "table",   "tbody",   "tfoot", "thead",  "tr",      "ul"});

// Words that stand alone between the separators of a class or id.
constexpr auto furniture_words = std::to_array<std::string_view>(
    {"ad",         "ads",         "advert",    "advertisement", "advertising", "adsense",   "banner",
     "breadcrumb", "breadcrumbs", "comment",   "comments",      "consent",     "cookie",    "cookies",
     "disqus",     "footer",      "gdpr",      "menu",          "modal",       "nav",       "navbar",
     "navigation", "newsletter",  "outbrain",  "pager",         "pagination",  "paywall",   "popular",
     "popup",      "promo",       "promotion", "recirc",        "recommended", "related",   "share",
     "sharing",    "sidebar",     "signup",    "social",        "sponsor",     "sponsored", "subscribe",
     "taboola",    "tags",        "teaser",    "toolbar",       "trending",    "widget"});

template <std::size_t n>
bool one_of(std::array<std::string_view, n> const& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

Role role_by_tag(std::string_view tag) {
  if (one_of(skipped_tags, tag)) return Role::skipped;
  if (one_of(furniture_tags, tag)) return Role::furniture;
  if (one_of(paragraph_tags, tag)) return Role::paragraph;
  if (one_of(block_tags, tag)) return Role::block;
  return Role::inline_element;
}

bool is_hidden(HtmlDocument const& page, NodeIndex node) {
  auto const style = page.attribute(node, "style");
  if (!style.empty()) {
    std::string squeezed;
    for (char c : style.substr(0, 512))
      if (c != ' ') squeezed += char(std::tolower(static_cast<unsigned char>(c)));
    if (squeezed.find("display:none") != std::string::npos) return true;
    if (squeezed.find("visibility:hidden") != std::string::npos) return true;
  }
  return page.attribute(node, "aria-hidden") == "true";
}

std::uint32_t visible_bytes(std::string_view text) {
  std::uint32_t count = 0;
  bool space = true;
  for (char c : text) {
    bool const blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) count += space ? 2 : 1;
    space = blank;
  }
  return count;
}

enum class Furniture : std::uint8_t { counts, left_out };

// Children stand behind their parents: backwards, every sum is complete when it is handed up.
void add_up(HtmlDocument const& page, std::vector<NodeScan>& scan, Furniture furniture) {
  for (auto& it : scan) it.text_bytes = it.link_bytes = 0;
  for (NodeIndex node = page.size(); node-- > 0;) {
    auto& it = scan[node];
    if (page.is_text(node)) it.text_bytes = visible_bytes(page.text(node));
    if (it.role == Role::skipped) it.text_bytes = it.link_bytes = 0;
    if (!page.is_text(node) && page.tag(node) == "a") it.link_bytes = it.text_bytes;
    auto const parent = page.parent(node);
    if (parent == no_node) continue;
    if (it.role == Role::furniture && furniture == Furniture::left_out) continue;
    scan[parent].text_bytes += it.text_bytes;
    scan[parent].link_bytes += it.link_bytes;
  }
}

// What holds most of the page's text is no furniture, whatever it is called ("content-with-sidebar").
void spare_the_article(HtmlDocument const& page, std::vector<NodeScan>& scan) {
  if (scan.empty()) return;
  auto const whole = scan.front().text_bytes;
  for (NodeIndex node = 0; node < page.size(); ++node) {
    auto& it = scan[node];
    if (it.role != Role::furniture) continue;
    if (it.text_bytes > whole / 5 * 2 && it.link_bytes < it.text_bytes / 2) it.role = Role::block;
  }
}

// A paragraph speaks for the element around it, and half as much for the one around that.
void credit(HtmlDocument const& page, std::vector<NodeScan>& scan, NodeIndex paragraph) {
  auto const& it = scan[paragraph];
  if (it.text_bytes < 25) return;
  auto const plain = float(it.text_bytes - std::min(it.text_bytes, it.link_bytes));
  if (plain < float(it.text_bytes) * 0.5f) return;
  auto const worth = 1.0f + std::min(plain / 100.0f, 6.0f);
  auto up = page.parent(paragraph);
  for (float share = 1.0f; up != no_node && share > 0.2f; up = page.parent(up)) {
    scan[up].score += worth * share;
    share *= 0.5f;
  }
}

}  // namespace

Role role_by_name(std::string_view names) noexcept {
  std::array<char, 24> word{};
  std::size_t length = 0;
  for (std::size_t i = 0; i <= names.size(); ++i) {
    char const c = i < names.size() ? names[i] : ' ';
    bool const letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    bool const hump = letter && std::isupper(static_cast<unsigned char>(c)) != 0 && i > 0 &&
                      std::islower(static_cast<unsigned char>(names[i - 1])) != 0;
    if ((!letter || hump) && length > 0) {
      if (length <= word.size() && one_of(furniture_words, std::string_view(word.data(), length)))
        return Role::furniture;
      length = 0;
    }
    if (letter) {
      if (length < word.size()) word[length] = char(std::tolower(static_cast<unsigned char>(c)));
      ++length;
    }
  }
  return Role::block;
}

std::vector<NodeScan> scan_page(HtmlDocument const& page) {
  std::vector<NodeScan> scan(page.size());
  for (NodeIndex node = 0; node < page.size(); ++node) {
    if (page.is_text(node)) continue;
    auto role = role_by_tag(page.tag(node));
    auto const tag = page.tag(node);
    bool const whole_page = tag == "html" || tag == "body" || tag == "main" || tag == "article";
    if (role != Role::skipped && !whole_page && is_hidden(page, node)) role = Role::skipped;
    if (role != Role::skipped && !whole_page &&
        (role_by_name(page.attribute(node, "class")) == Role::furniture ||
         role_by_name(page.attribute(node, "id")) == Role::furniture))
      role = Role::furniture;
    scan[node].role = role;
  }
  add_up(page, scan, Furniture::counts);
  spare_the_article(page, scan);
  add_up(page, scan, Furniture::left_out);
  for (NodeIndex node = 0; node < page.size();) {
    if (!page.is_text(node) && (scan[node].role == Role::skipped || scan[node].role == Role::furniture)) {
      node = page.end(node);
      continue;
    }
    if (!page.is_text(node) && scan[node].role == Role::paragraph) credit(page, scan, node);
    ++node;
  }
  return scan;
}

}  // namespace newsfold::clean
