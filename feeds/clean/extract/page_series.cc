#include "feeds/clean/extract/page_series.h"

#include "feeds/clean/html/html_document.h"
#include "feeds/text/ascii.h"
#include "feeds/text/charset.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t links_max = 5000;  // that are looked at in a page
constexpr unsigned number_max = 200;     // a larger one is no number of a page
constexpr std::size_t text_bytes_max = 8UL << 20;

// Names of query parameters and path parts that number pages.
constexpr auto names = std::to_array<std::string_view>(
    {"p", "page", "pagenumber", "pageno", "pg", "pagina", "seite", "strona", "sayfa", "part", "teil"});

bool is_name(std::string_view word) {
  auto const lower = text::lower(word);
  return std::find(names.begin(), names.end(), lower) != names.end();
}

unsigned number_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 3 || !std::all_of(digits.begin(), digits.end(), text::is_digit))
    return 0;
  unsigned value = 0;
  for (char const c : digits) value = value * 10 + unsigned(c - '0');
  return value <= number_max ? value : 0;
}

// "?a=1&page=2" to 2, and the query without it.
unsigned take_from_query(std::string& query) {
  unsigned number = 0;
  std::string rest;
  std::string_view all = query;
  while (!all.empty()) {
    auto const end = std::min(all.find('&'), all.size());
    auto const part = all.substr(0, end);
    all.remove_prefix(std::min(end + 1, all.size()));
    auto const equals = part.find('=');
    auto const value = equals == std::string_view::npos ? 0U : number_of(part.substr(equals + 1));
    if (number == 0 && value > 0 && is_name(part.substr(0, equals))) {
      number = value;
      continue;
    }
    if (part.empty()) continue;
    rest += (rest.empty() ? "" : "&") + std::string(part);
  }
  if (number > 0) query = std::move(rest);
  return number;
}

// "/sluice/page/2", "/sluice/2/", "/sluice,seite-2.html", "/sluice_2.html": the last part's last number.
unsigned take_from_path(std::string& path) {
  auto trimmed = std::string_view(path);
  bool const slash = trimmed.size() > 1 && trimmed.ends_with('/');
  if (slash) trimmed.remove_suffix(1);
  auto const last = trimmed.rfind('/');
  if (last == std::string_view::npos) return 0;
  auto part = trimmed.substr(last + 1);
  if (auto const number = number_of(part); number > 0) {
    auto head = trimmed.substr(0, last);
    auto const before = head.rfind('/');
    if (before != std::string_view::npos && is_name(head.substr(before + 1))) head = head.substr(0, before);
    path = std::string(head) + (slash ? "/" : "");
    return number;
  }
  auto const dot = part.rfind('.');
  auto const extension = dot == std::string_view::npos || dot == 0 ? std::string_view() : part.substr(dot);
  auto stem = part.substr(0, part.size() - extension.size());
  auto digits = stem.size();
  while (digits > 0 && text::is_digit(stem[digits - 1])) --digits;
  auto const number = number_of(stem.substr(digits));
  if (number == 0 || digits == 0) return 0;
  auto head = stem.substr(0, digits);
  char const mark = head.back();
  if (mark != '-' && mark != '_' && mark != ',' && mark != '.') {
    // "sluice,seite2.html"
    auto const separator = head.find_last_of("-_,.");
    if (separator == std::string_view::npos || !is_name(head.substr(separator + 1))) return 0;
    head = head.substr(0, separator);
  } else {
    head.remove_suffix(1);
    auto const separator = head.find_last_of("-_,.");
    if (separator != std::string_view::npos && is_name(head.substr(separator + 1)))
      head = head.substr(0, separator);
  }
  if (head.empty()) return 0;
  path = std::string(trimmed.substr(0, last + 1)) + std::string(head) + std::string(extension) +
         (slash ? "/" : "");
  return number;
}

// A slash at the end says nothing.
bool same_base(std::string_view a, std::string_view b) {
  while (a.ends_with('/')) a.remove_suffix(1);
  while (b.ends_with('/')) b.remove_suffix(1);
  return a == b;
}

bool is_in_pager(HtmlDocument const& page, NodeIndex node) {
  constexpr int levels_max = 5;
  for (int level = 0; node != no_node && level < levels_max; node = page.parent(node), ++level)
    for (auto const* attribute : {"class", "id", "aria-label"}) {
      auto const value = text::lower(page.attribute(node, attribute).substr(0, 200));
      if (value.find("comment") != std::string::npos || value.find("kommentar") != std::string::npos)
        return false;
      for (std::string_view const word :
           {"pagin", "pager", "page-nav", "pagenav", "page-link", "pages", "seiten"})
        if (value.find(word) != std::string::npos) return true;
    }
  return false;
}

std::vector<std::string_view> paragraphs_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto const end = std::min(text.find("\n\n"), text.size());
    if (auto const part = text::trim(text.substr(0, end)); !part.empty()) out.push_back(part);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

}  // namespace

SeriesAddress series_address(std::string_view url) {
  SeriesAddress out;
  url = url.substr(0, url.find('#'));
  auto const mark = url.find('?');
  std::string query(mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1));
  auto const scheme = url.find("://");
  auto const begin = scheme == std::string_view::npos ? std::size_t{0} : url.find('/', scheme + 3);
  auto const path_begin = std::min(begin, std::min(mark, url.size()));
  std::string path(url.substr(path_begin, std::min(mark, url.size()) - path_begin));
  unsigned number = take_from_query(query);
  if (number == 0) number = take_from_path(path);
  out.number = std::max(number, 1U);
  out.base = std::string(url.substr(0, path_begin)) + path + (query.empty() ? "" : "?" + query);
  return out;
}

std::string next_page(std::string_view bytes, std::string_view content_type, std::string_view url) {
  if (!text::is_web_url(url)) return {};
  auto const decoded = text::decode(bytes, content_type);
  auto const page = HtmlDocument::parse(decoded.text());
  if (!page) return {};
  // "/sluice-2026" may end in a number that is none of a page: then the whole address is the base, and 1.
  auto const numbered = series_address(url);
  std::size_t seen = 0;
  for (NodeIndex node = 0; node < page->size() && seen < links_max; ++node) {
    auto const tag = page->tag(node);
    if (tag != "a" && tag != "link") continue;
    ++seen;
    auto const href = page->attribute(node, "href");
    if (href.empty()) continue;
    auto const rel = page->attribute(node, "rel");
    bool const next = text::find_ignoring_case(rel.substr(0, 40), "next") != std::string_view::npos;
    if (!next && (tag == "link" || !is_in_pager(*page, node))) continue;
    auto const target = text::resolve_url(href, url);
    auto const other = series_address(target);
    bool const follows = same_base(other.base, numbered.base) && other.number == numbered.number + 1;
    bool const second = same_base(other.base, url.substr(0, url.find('#'))) && other.number == 2;
    if (follows || second) return target;
  }
  return {};
}

void join_page(Article& first, Article next) {
  std::unordered_set<std::string> known;
  for (auto const paragraph : paragraphs_of(first.content_text)) known.emplace(paragraph);
  std::string added;
  for (auto const paragraph : paragraphs_of(next.content_text)) {
    if (known.contains(std::string(paragraph)) || paragraph == first.title) continue;
    if (first.content_text.size() + added.size() + paragraph.size() > text_bytes_max) break;
    added += (first.content_text.empty() && added.empty() ? "" : "\n\n") + std::string(paragraph);
  }
  if (added.empty()) return;
  first.content_text += added;
  if (first.content_html.size() + next.content_html.size() <= 2 * text_bytes_max)
    first.content_html += next.content_html;
  std::move(next.removed.begin(), next.removed.end(), std::back_inserter(first.removed));
  std::move(next.repairs.begin(), next.repairs.end(), std::back_inserter(first.repairs));
  // The last page tells whether a wall cuts the article.
  if (next.truncated) {
    first.truncated = true;
    if (first.completeness == Completeness::full) first.completeness = Completeness::partial;
  }
  if (first.paywall == Paywall::none && next.paywall != Paywall::none) {
    first.paywall = next.paywall;
    first.paywall_evidence = next.paywall_evidence;
  }
}

}  // namespace newsfold::clean
