#include "bench/clean/damaged.h"

#include <unicode/unistr.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace newsfold::bench {
namespace {

// What becomes of text whose bytes in `written` are read as `read`.
std::string misread(std::string const& text, char const* written, char const* read) {
  auto const meant = icu::UnicodeString::fromUTF8(text);
  std::string bytes(text.size() * 3, '\0');
  auto const length = meant.extract(0, meant.length(), bytes.data(), std::uint32_t(bytes.size()), written);
  bytes.resize(std::size_t(length));
  std::string out;
  icu::UnicodeString(bytes.data(), length, read).toUTF8String(out);
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// The body of a story file: from the first blank line to the first stanza.
std::string body_of(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string const all{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto const begin = all.find("\n\n");
  if (begin == std::string::npos) return {};
  return all.substr(begin + 2, all.find("\n== ", begin) - begin - 2);
}

void add_short_lines(std::vector<DamagedText>& out, std::string const& damaged) {
  for (std::size_t at = 0; at < damaged.size();) {
    auto const end = std::min(damaged.find('\n', at), damaged.size());
    if (end > at) out.push_back({"short lines", damaged.substr(at, end - at)});
    at = end + 1;
  }
}

}  // namespace

std::vector<DamagedText> read_damaged(std::string const& path) {
  std::vector<DamagedText> out;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    boost::system::error_code error;
    auto const parsed = boost::json::parse(line, error);
    auto const* object = error ? nullptr : parsed.if_object();
    auto const* text = object == nullptr ? nullptr : object->if_contains("text");
    if (text == nullptr || !text->is_string()) return {};
    auto const* kind = object->if_contains("kind");
    out.push_back({kind != nullptr && kind->is_string() ? std::string(kind->get_string()) : "texts",
                   std::string(text->get_string())});
  }
  return out;
}

std::vector<DamagedText> make_damaged() {
  std::vector<DamagedText> out;
  for (auto const& entry : std::filesystem::directory_iterator(STORIES_DIR)) {
    auto const text = body_of(entry.path());
    if (text.empty()) continue;
    for (auto const* table : {"windows-1252", "windows-1251", "macintosh", "ibm-437"})
      out.push_back({std::string("utf-8 as ") + table, misread(text, "utf-8", table)});
    auto const once = misread(text, "utf-8", "windows-1252");
    out.push_back({"twice", misread(once, "utf-8", "windows-1252")});
    add_short_lines(out, once);
    out.push_back({"in one part", text + "\n" + once.substr(0, once.find("\n\n"))});
    out.push_back({"gbk as latin-1", misread(text, "gbk", "iso-8859-1")});
    out.push_back({"lost spaces", replaced(text, ". ", ".? ")});
    out.push_back({"a keyword", replaced(text, "the", "온라인카지노")});
    out.push_back({"a compound", replaced(text, " the ", " casino-online ")});
    out.push_back({"escaped twice", replaced(replaced(text, "“", "&amp;quot;"), "”", "&amp;quot;")});
  }
  return out;
}

}  // namespace newsfold::bench
