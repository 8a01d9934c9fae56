#include "feeds/clean/sanitize/html_token.h"

#include "feeds/text/ascii.h"

#include <algorithm>

namespace newsfold::clean {

namespace {

using text::is_alpha;
using text::is_space;

// What a search in vain gives, and what it costs.
std::size_t not_found(std::string_view html, [[maybe_unused]] std::size_t from) noexcept {
#ifndef NDEBUG
  HtmlToken::bytes_read += html.size() - std::min(from, html.size());
#endif
  return html.size();
}

std::size_t find_or_end(std::string_view html, std::string_view what, std::size_t from) noexcept {
  auto const at = html.find(what, from);
  return at == std::string_view::npos ? not_found(html, from) : at;
}

// A comment ends with "-->" or, mistyped, with "--!>".
std::size_t find_comment_end(std::string_view html, std::size_t from) noexcept {
  for (auto at = html.find("--", from); at != std::string_view::npos; at = html.find("--", at + 1)) {
    auto const rest = html.substr(at + 2);
    if (rest.starts_with('>') || rest.starts_with("!>")) return at;
  }
  return not_found(html, from);
}

// `at` stands behind the tag name; afterwards behind the '>'.
std::size_t read_attributes(std::string_view html, std::size_t at, HtmlToken& token) noexcept {
  auto const size = html.size();
  for (;;) {
    while (at < size && (is_space(html[at]) || html[at] == '/')) ++at;
    if (at >= size) {
      token.cut_off = true;
      return size;
    }
    if (html[at] == '>') {
      token.self_closing = html[at - 1] == '/';
      return at + 1;
    }
    HtmlAttribute attribute;
    auto const name_at = at;
    ++at;  // a leading '=' belongs to the name
    while (at < size && !is_space(html[at]) && html[at] != '/' && html[at] != '>' && html[at] != '=') ++at;
    attribute.name = html.substr(name_at, at - name_at);
    while (at < size && is_space(html[at])) ++at;
    if (at < size && html[at] == '=') {
      ++at;
      while (at < size && is_space(html[at])) ++at;
      if (at < size && (html[at] == '"' || html[at] == '\'')) {
        auto const quote = html[at];
        auto const close = html.find(quote, at + 1);
        if (close == std::string_view::npos) {
          attribute.value = html.substr(at);
          if (token.attribute_count < HtmlToken::attributes_max)
            token.attributes[token.attribute_count++] = attribute;
          token.cut_off = true;
          return size;
        }
        attribute.value = html.substr(at + 1, close - at - 1);
        at = close + 1;
      } else {
        auto const value_at = at;
        while (at < size && !is_space(html[at]) && html[at] != '>') ++at;
        attribute.value = html.substr(value_at, at - value_at);
      }
    }
    if (token.attribute_count < HtmlToken::attributes_max) {
      token.attributes[token.attribute_count++] = attribute;
      token.kept_end = at;
    } else {
      token.has_more = true;
    }
  }
}

void read_declaration(std::string_view html, std::size_t at, HtmlToken& token) noexcept {
  constexpr std::string_view cdata = "<![CDATA[";
  auto const rest = html.substr(at);
  std::string_view closing = ">";
  std::size_t from = at + 2;
  token.kind = HtmlTokenKind::comment;
  if (rest.starts_with("<!--")) {
    closing = "-->";
    // "<!-->" and "<!--->" are whole comments.
    from = at + 2;
    if (rest.starts_with("<!-->")) {
      token.end = at + 5;
      return;
    }
  } else if (token.has_cdata && rest.starts_with(cdata)) {
    token.kind = HtmlTokenKind::cdata;
    closing = "]]>";
    from = at + cdata.size();
  }
  bool const known_missing = closing == "-->" ? from >= token.no_close_from
                             : closing == ">" ? from >= token.no_bracket_from
                                              : from >= token.no_cdata_close_from;
  auto close = known_missing      ? html.size()
               : closing == "-->" ? find_comment_end(html, from)
                                  : find_or_end(html, closing, from);
  if (close == html.size() && closing != ">") {
    // Never closed: browsers would hide all that follows, here it ends like any other bogus markup.
    auto& none_from = closing == "-->" ? token.no_close_from : token.no_cdata_close_from;
    none_from = std::min(none_from, from);
    token.kind = HtmlTokenKind::comment;
    closing = ">";
    close = from >= token.no_bracket_from ? html.size() : find_or_end(html, closing, from);
  }
  if (close == html.size() && closing == ">") token.no_bracket_from = std::min(token.no_bracket_from, from);
  if (close == html.size() && closing == ">" && !rest.starts_with("<!--")) {
    token.kind = HtmlTokenKind::text;  // "<!" in a text, with nothing that ends it
    return;
  }
  if (token.kind == HtmlTokenKind::cdata) token.content = html.substr(from, close - from);
  token.cut_off = close == html.size();
  if (closing == "-->" && html.substr(close).starts_with("--!")) closing = "--!>";
  token.end = std::min(html.size(), close + closing.size());
}

void read_any(std::string_view html, std::size_t at, HtmlToken& token) noexcept {
  token.attribute_count = 0;
  token.self_closing = false;
  token.cut_off = false;
  token.has_more = false;
  token.end = at + 1;
  token.kind = HtmlTokenKind::text;
  if (at + 1 >= html.size()) return;
  char const next = html[at + 1];
  // "<!'" is no markup that anybody means.
  if (next == '!' && at + 2 < html.size() && !is_alpha(html[at + 2]) && html[at + 2] != '-' &&
      html[at + 2] != '[')
    return;
  if (next == '!' || next == '?') return read_declaration(html, at, token);
  std::size_t name_at = at + 1;
  if (next == '/') {
    ++name_at;
    if (name_at >= html.size()) return;
    if (!is_alpha(html[name_at])) {
      // "</>" is nothing, "</ x>" a bogus comment.
      token.kind = HtmlTokenKind::comment;
      token.end = std::min(html.size(), find_or_end(html, ">", name_at) + 1);
      return;
    }
  } else if (!is_alpha(next)) {
    return;
  }
  auto end = name_at;
  while (end < html.size() && !is_space(html[end]) && html[end] != '/' && html[end] != '>') ++end;
  token.name = html.substr(name_at, end - name_at);
  token.kind = next == '/' ? HtmlTokenKind::end : HtmlTokenKind::start;
  token.kept_end = end;
  token.end = read_attributes(html, end, token);
}

}  // namespace

std::string_view HtmlToken::attribute(std::string_view lower_case_name) const noexcept {
  for (std::size_t i = 0; i < attribute_count; ++i)
    if (text::equals_ignoring_case(attributes[i].name, lower_case_name)) return attributes[i].value;
  return {};
}

bool HtmlToken::is_text_after_all() const noexcept {
  return cut_off && kind == HtmlTokenKind::start &&
         std::all_of(attributes.begin(), attributes.begin() + std::ptrdiff_t(attribute_count),
                     [](HtmlAttribute const& a) { return a.value.empty(); });
}

bool HtmlToken::has_attribute(std::string_view lower_case_name) const noexcept {
  for (std::size_t i = 0; i < attribute_count; ++i)
    if (text::equals_ignoring_case(attributes[i].name, lower_case_name)) return true;
  return false;
}

void read_token(std::string_view html, std::size_t at, HtmlToken& token) noexcept {
  read_any(html, at, token);
#ifndef NDEBUG
  HtmlToken::bytes_read += token.end - at;
#endif
}

std::size_t find_raw_end(std::string_view html, std::size_t from, std::string_view name) noexcept {
  for (auto at = html.find("</", from); at != std::string_view::npos; at = html.find("</", at + 2)) {
    auto const rest = html.substr(at + 2);
    if (!text::starts_with_ignoring_case(rest, name)) continue;
    if (rest.size() == name.size()) return at;
    char const behind = rest[name.size()];
    if (is_space(behind) || behind == '>' || behind == '/') return at;
  }
  return html.size();
}

}  // namespace newsfold::clean
