#include "daemon/pipeline/lineage.h"

#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace newsfold::pipeline {
namespace {

// How agencies sign, in the form "(Reuters)", "BERLIN (dpa)", "By Associated Press", "- dpa" ... Matched as a
// whole word, with its case, in the by-line and in the first and last words of the text.
struct Agency {
  std::string_view mark;
  std::string_view name;
};
constexpr auto agencies = std::to_array<Agency>({
    {"Reuters", "Reuters"},
    {"Associated Press", "AP"},
    {"AP", "AP"},
    {"AFP", "AFP"},
    {"dpa", "dpa"},
    {"DPA", "dpa"},
    {"EFE", "EFE"},
    {"ANSA", "ANSA"},
    {"Europa Press", "Europa Press"},
    {"SID", "SID"},
    {"Lusa", "Lusa"},
    {"ANP", "ANP"},
    {"Belga", "Belga"},
    {"PAP", "PAP"},
    {"CTK", "CTK"},
    {"ČTK", "ČTK"},
    {"TT", "TT"},
    {"NTB", "NTB"},
    {"Ritzau", "Ritzau"},
    {"APA", "APA"},
    {"Keystone-SDA", "Keystone-SDA"},
    {"TASS", "TASS"},
    {"ТАСС", "TASS"},
    {"Интерфакс", "Interfax"},
    {"Interfax", "Interfax"},
    {"РИА Новости", "RIA Novosti"},
    {"Укрінформ", "Ukrinform"},
    {"Xinhua", "Xinhua"},
    {"新华社", "Xinhua"},
    {"中新社", "China News Service"},
    {"Kyodo", "Kyodo"},
    {"共同", "Kyodo"},
    {"時事", "Jiji"},
    {"Yonhap", "Yonhap"},
    {"연합뉴스", "Yonhap"},
    {"PTI", "PTI"},
    {"ANI", "ANI"},
    {"IANS", "IANS"},
    {"भाषा", "PTI Bhasha"},
    {"Anadolu", "Anadolu"},
    {"AA", "Anadolu"},
    {"Bloomberg", "Bloomberg"},
});

constexpr std::size_t edge_bytes = 160;  // where a signature stands: date line and last line

bool word_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    bool const begins = at == 0 || !word_byte(text[at - 1]);
    auto const end = at + word.size();
    bool const ends = end == text.size() || !word_byte(text[end]);
    if (begins && ends) return true;
  }
  return false;
}

// In running text only a mark in brackets or behind a dash is a signature: "(Reuters)", "- dpa", "— AFP".
bool signs(std::string_view text, std::string_view mark) {
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    auto const end = at + mark.size();
    bool const bracketed = at > 0 && text[at - 1] == '(' && end < text.size() &&
                           (text[end] == ')' || text[end] == '/' || text[end] == ',');
    auto const before = text.substr(0, at);
    bool const dashed =
        end == text.size() && (before.ends_with("- ") || before.ends_with("— ") || before.ends_with("– "));
    if (bracketed || dashed) return true;
  }
  return false;
}

std::string_view host_of(std::string_view url) {
  auto const parsed = boost::urls::parse_uri_reference(url);
  if (!parsed) return {};
  auto host = std::string_view(parsed->encoded_host().data(), parsed->encoded_host().size());
  if (host.starts_with("www.")) host.remove_prefix(4);
  return host;
}

}  // namespace

std::string original_of(Article const& article, std::string_view fetched_from) {
  auto const canonical = host_of(article.url);
  auto const own = host_of(fetched_from);
  if (!canonical.empty() && !own.empty() && canonical != own &&
      !own.ends_with("." + std::string(canonical)) && !canonical.ends_with("." + std::string(own)))
    return "canonical " + article.url;

  std::string_view const text = article.content_text;
  auto const head = text.substr(0, edge_bytes);
  auto const tail = text.substr(text.size() - std::min(text.size(), edge_bytes));
  for (auto const& agency : agencies) {
    if (has_word(article.byline, agency.mark) || signs(head, agency.mark) || signs(tail, agency.mark))
      return "agency " + std::string(agency.name);
  }
  return {};
}

}  // namespace newsfold::pipeline
