#include "feeds/clean/extract/script_body.h"

#include "feeds/clean/extract/text_meter.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <map>
#include <set>

namespace newsfold::clean {
namespace {

constexpr std::size_t body_bytes_max = 512UL << 10;
constexpr std::size_t scripts_bytes_max = 8UL << 20;
constexpr std::size_t key_bytes_max = 32;
constexpr std::size_t keys_max = 256;
constexpr std::size_t prose_bytes_min = 60;
constexpr std::size_t body_words_min = 80;

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
        auto const unit = code_unit(json, at + 1);
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

// Behind the closing quote of the string whose opening quote stands before `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return std::min(at + 1, json.size());
}

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= key_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_alnum(c) || c == '_' || c == '-';
  });
}

// Sentences, not code, addresses or captions.
bool is_prose(std::string const& text) {
  std::vector<std::uint32_t> words;
  TextMeter meter(words);
  meter.begin();
  meter.add(text, TextKind::plain);
  auto const& counts = meter.finish();
  return counts.words >= 12 && counts.stops > 0 && counts.marks * 4 < counts.words &&
         text.find("://") == std::string::npos;
}

struct Prose {
  std::string text;
  std::size_t words = 0;
  std::set<std::size_t> seen;
};

void gather(std::string_view script, std::map<std::string, Prose, std::less<>>& by_key) {
  std::string_view key;
  for (std::size_t at = script.find('"'); at != std::string_view::npos; at = script.find('"', at)) {
    auto const begin = at + 1;
    at = end_of_string(script, begin);
    auto const raw = script.substr(begin, at - begin - (at > begin ? 1 : 0));
    auto next = at;
    while (next < script.size() && text::is_space(script[next])) ++next;
    if (next < script.size() && script[next] == ':' && is_key(raw)) {
      key = raw;
      continue;
    }
    if (raw.size() < prose_bytes_min || key.empty()) continue;
    auto text = json_string(script, begin);
    if (may_hold_markup(text)) text = html_to_text(text);
    if (text.size() < prose_bytes_min || !is_prose(text)) continue;
    if (by_key.size() >= keys_max && by_key.find(key) == by_key.end()) continue;
    auto& prose = by_key[std::string(key)];
    if (prose.text.size() + text.size() > body_bytes_max ||
        !prose.seen.insert(std::hash<std::string>{}(text)).second)
      continue;
    prose.words += word_hashes(text).size();
    if (!prose.text.empty()) prose.text += "\n\n";
    prose.text += text;
  }
}

}  // namespace

std::string script_body(HtmlDocument const& page) {
  std::map<std::string, Prose, std::less<>> by_key;
  std::size_t bytes = 0;
  for (NodeIndex node = 0; node < page.size() && bytes < scripts_bytes_max; ++node) {
    if (page.element(node) != Element::script || node + 1 >= page.end(node)) continue;
    auto const script = page.text(node + 1).substr(0, scripts_bytes_max - bytes);
    bytes += script.size();
    gather(script, by_key);
  }
  auto const best = std::max_element(by_key.begin(), by_key.end(), [](auto const& a, auto const& b) {
    return a.second.words < b.second.words;
  });
  if (best == by_key.end() || best->second.words < body_words_min) return {};
  return best->second.text;
}

std::string article_body(std::string_view script) {
  std::string best;
  constexpr std::string_view key = "\"articleBody\"";
  for (auto at = script.find(key); at != std::string_view::npos; at = script.find(key, at)) {
    at += key.size();
    while (at < script.size() && (text::is_space(script[at]) || script[at] == ':')) ++at;
    if (at >= script.size() || script[at] != '"') continue;
    auto const end = end_of_string(script, at + 1);
    if (end - at > best.size()) {
      auto body = json_string(script, at + 1);
      if (body.size() > best.size()) best = std::move(body);
    }
    at = end;
  }
  return best;
}

}  // namespace newsfold::clean
