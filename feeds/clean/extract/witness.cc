#include "feeds/clean/extract/witness.h"

#include "feeds/clean/extract/text_meter.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <algorithm>

namespace newsfold::clean {
namespace {

constexpr std::size_t body_bytes_max = 512UL << 10;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = text::to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hexadecimal digits at `at`; -1 where they are not.
int code_unit(std::string_view json, std::size_t at) {
  if (at + 4 > json.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    if (hex(json[i]) < 0) return -1;
    value = value * 16 + hex(json[i]);
  }
  return value;
}

// The JSON string whose opening quote stands before `at`. The JSON around it may be broken, as it often is.
std::string json_string(std::string_view json, std::size_t at) {
  std::string out;
  for (; at < json.size() && json[at] != '"' && out.size() < body_bytes_max; ++at) {
    if (json[at] != '\\' || at + 1 >= json.size()) {
      out += json[at];
      continue;
    }
    switch (char const c = json[++at]) {
      case 'n':
      case 'r': out += '\n'; break;
      case 't': out += ' '; break;
      case 'b':
      case 'f': break;
      case 'u': {
        auto unit = code_unit(json, at + 1);
        if (unit < 0) break;
        at += 4;
        char32_t wide = char32_t(unit);
        if (unit >= 0xD800 && unit < 0xDC00 && json.substr(at + 1, 2) == "\\u") {
          auto const low = code_unit(json, at + 3);
          if (low >= 0xDC00 && low < 0xE000) {
            wide = 0x10000 + ((char32_t(unit) - 0xD800) << 10) + (char32_t(low) - 0xDC00);
            at += 6;
          }
        }
        text::append_utf8(out, wide);
        break;
      }
      default: out += c;
    }
  }
  return out;
}

// The value of `"articleBody": "..."` in a script.
std::string article_body(std::string_view script) {
  std::string best;
  constexpr std::string_view key = "\"articleBody\"";
  for (auto at = script.find(key); at != std::string_view::npos; at = script.find(key, at)) {
    at += key.size();
    while (at < script.size() && (text::is_space(script[at]) || script[at] == ':')) ++at;
    if (at >= script.size() || script[at] != '"') continue;
    auto body = json_string(script, at + 1);
    if (body.size() > best.size()) best = std::move(body);
  }
  return best;
}

}  // namespace

Witnesses read_witnesses(HtmlDocument const& page) {
  Witnesses out;
  std::string_view description;
  std::string_view title;
  std::string_view og_title;
  for (NodeIndex node = 0; node < page.size(); ++node) {
    auto const element = page.element(node);
    if (element == Element::script) {
      if (node + 1 >= page.end(node) || page.attribute(node, "type") != "application/ld+json") continue;
      auto body = article_body(page.text(node + 1));
      if (body.size() > out.body_text.size()) out.body_text = std::move(body);
    } else if (element == Element::meta) {
      auto name = page.attribute(node, "property");
      if (name.empty()) name = page.attribute(node, "name");
      if (name == "og:title" && og_title.empty()) og_title = page.attribute(node, "content");
      if (name != "og:description" && name != "description" && name != "twitter:description") continue;
      auto const content = page.attribute(node, "content");
      if (content.size() > description.size()) description = content;
    } else if (element == Element::title && title.empty() && node + 1 < page.end(node)) {
      title = page.text(node + 1);
    }
  }
  out.title = word_hashes(og_title.empty() ? title : og_title);
  out.description = word_hashes(description);
  if (!out.body_text.empty()) {
    // Bodies come as text, as HTML, and as HTML that was escaped.
    if (out.body_text.find('<') != std::string::npos || out.body_text.find('&') != std::string::npos)
      out.body_text = html_to_text(out.body_text);
    out.body = word_hashes(out.body_text);
  }
  return out;
}

}  // namespace newsfold::clean
