#include "feeds/clean/repair/fragments.h"

#include "feeds/clean/repair/fragment_lexicon.h"

#include <string>

namespace newsfold::clean {
namespace {

constexpr std::size_t line_bytes_max = 260;   // longer lines are prose
constexpr std::size_t begin_bytes_max = 200;  // of a line that only begins like a fragment
constexpr std::size_t label_bytes_max = 80;   // of one that is no sentence
constexpr std::size_t holds_bytes_max = 130;  // of a line that holds the words of one somewhere

// Sentences have an end; more than one sentence, or a long one, is prose that mentions the words.
bool is_prose(std::string_view line) {
  if (line.starts_with("“") || line.starts_with('"') || line.starts_with("«") || line.starts_with("„"))
    return true;
  auto const stop = line.find(". ");
  return line.size() > 90 && (stop != std::string_view::npos || line.ends_with('.'));
}

bool ends_sentence(std::string_view line) {
  while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
  for (auto const* end : {".", "?", "”", "\"", "»", "。", "？", "।", ";", ","})
    if (line.ends_with(end)) return !line.ends_with("...");
  return false;
}

// "name@example.org", alone.
bool is_address(std::string_view form) {
  auto const at = form.find('@');
  return at != std::string_view::npos && at > 0 && form.find(' ') == std::string_view::npos &&
         form.find('.', at) != std::string_view::npos;
}

// "112 comments", "3 Kommentare".
std::optional<FragmentKind> counted(std::string_view form, FragmentLexicon const& words) {
  auto const digits = form.find_first_not_of("0123456789.,");
  if (digits == 0 || digits == std::string_view::npos || form[digits] != ' ') return std::nullopt;
  auto const kind = words.whole_line(form.substr(digits + 1));
  return kind == FragmentKind::comments || kind == FragmentKind::social ? kind : std::nullopt;
}

}  // namespace

std::optional<FragmentKind> classify_line(std::string_view line) {
  if (line.empty() || line.size() > line_bytes_max) return std::nullopt;
  auto const form = normal_form(line);
  if (form.empty()) return std::nullopt;
  if (is_address(form)) return FragmentKind::contact;
  auto const& words = FragmentLexicon::instance();
  if (auto const kind = words.whole_line(form)) return kind;
  if (form.size() > begin_bytes_max) return std::nullopt;
  if (auto const kind = words.up_to_colon(form)) return kind;
  if (is_prose(line)) return std::nullopt;
  if (auto const kind = words.beginning(form)) return kind;
  if (form.size() <= label_bytes_max && !ends_sentence(line))
    if (auto const kind = words.label_beginning(form)) return kind;
  if (form.size() <= holds_bytes_max) {
    if (auto const kind = words.anywhere(form)) return kind;
    if (auto const kind = counted(form, words)) return kind;
  }
  return std::nullopt;
}

}  // namespace newsfold::clean
