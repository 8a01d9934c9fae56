#include "feeds/clean/metadata/printed_date.h"

#include "feeds/clean/metadata/byline.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/clean/metadata/phrase_table.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date_words.h"

#include <algorithm>
#include <string>

namespace newsfold::clean {
namespace {

constexpr std::size_t lines_behind_bytes = 1500;
constexpr std::size_t lines_before_bytes = 400;
constexpr std::size_t page_bytes_max = 400'000;  // of the text that is looked through for labels
constexpr std::size_t line_bytes_max = 240;      // a longer line is prose, where only its begin may date it
constexpr std::size_t dateline_bytes = 60;       // how far into prose a dateline stands
constexpr std::size_t prose_bytes_min = 100;     // a line that is at least a sentence
constexpr std::size_t dateline_begin_max = 16;   // "Harbour, 3 March 2026": what may stand before the date
constexpr std::size_t label_bytes = 48;          // how far in front of a date its label stands
constexpr std::size_t label_behind_bytes = 24;
constexpr std::size_t dates_of_line_max = 4;

constexpr char labels_bytes[] =
#include "feeds/clean/metadata/data/date_labels.inc"
    ;

using PhraseList = std::vector<std::string_view>;

struct Labels {
  PhraseList published, first, modified, foreign, behind_published, behind_modified;
};

Labels const& labels() {
  static auto const made = [] {
    Labels out;
    each_row({labels_bytes, sizeof labels_bytes - 1}, [&](std::string_view kind, std::string_view phrase) {
      auto& list = kind == "published"          ? out.published
                   : kind == "first"            ? out.first
                   : kind == "modified"         ? out.modified
                   : kind == "behind-published" ? out.behind_published
                   : kind == "behind-modified"  ? out.behind_modified
                                                : out.foreign;
      list.push_back(phrase);
    });
    return out;
  }();
  return made;
}

// The phrase that stands last in `before`, as whole words; npos for none. Its end is returned.
std::size_t last_of(std::string_view before, PhraseList const& phrases) {
  std::size_t best = std::string_view::npos;
  for (auto const phrase : phrases) {
    auto const at = before.rfind(phrase);
    if (at == std::string_view::npos) continue;
    auto const is_letter = [&](std::size_t i) {
      auto const c = static_cast<unsigned char>(before[i]);
      return (c >= 'a' && c <= 'z') || (c >= 0x80 && c < 0xE2);
    };
    bool const ascii = static_cast<unsigned char>(phrase[0]) < 0xE2;
    if (ascii && at > 0 && is_letter(at - 1)) continue;
    if (ascii && at + phrase.size() < before.size() && is_letter(at + phrase.size())) continue;
    auto const end = at + phrase.size();
    if (best == std::string_view::npos || end > best) best = end;
  }
  return best;
}

DateLabel label_of(std::string_view before) {
  if (before.size() > label_bytes) before.remove_prefix(before.size() - label_bytes);
  auto const words = text::lower_letters(before);
  auto const npos = std::string_view::npos;
  auto const published = last_of(words, labels().published);
  auto const modified = last_of(words, labels().modified);
  auto const foreign = last_of(words, labels().foreign);
  auto const first = last_of(words, labels().first);
  auto const value = [&](std::size_t at) { return at == npos ? std::size_t{0} : at + 1; };
  auto const best = std::max({value(published), value(first), value(modified), value(foreign)});
  if (best == 0) return DateLabel::none;
  // Where both end at one place the longer phrase is meant: "last updated" over "date".
  if (value(first) == best) return DateLabel::first;
  if (value(modified) == best) return DateLabel::modified;
  if (value(published) == best) return DateLabel::published;
  return DateLabel::foreign;
}

// Some languages put the word behind: "am 3. März 2026 um 10 Uhr veröffentlicht". What a colon or another
// date follows speaks of that one.
DateLabel label_behind(std::string_view behind) {
  static constexpr text::ByteSet ends(",;|(/:0123456789");
  behind = behind.substr(0, label_behind_bytes);
  auto const end = std::size_t(
      std::find_if(behind.begin(), behind.end(), [](char c) { return ends.has(c); }) - behind.begin());
  if (end < behind.size() && (behind[end] == ':' || text::is_digit(behind[end]))) return DateLabel::none;
  auto const words = text::lower_letters(behind.substr(0, end));
  auto const npos = std::string_view::npos;
  if (last_of(words, labels().behind_modified) != npos) return DateLabel::modified;
  return last_of(words, labels().behind_published) != npos ? DateLabel::published : DateLabel::none;
}

NodeIndex node_before(HtmlDocument const& page, NodeIndex heading, std::size_t bytes) {
  std::size_t seen = 0;
  auto node = heading;
  while (node > 0 && seen < bytes) {
    --node;
    if (!page.is_text(node)) continue;
    auto const parent = page.parent(node);
    auto const tag = parent == no_node ? std::string_view() : page.tag(parent);
    if (tag == "script" || tag == "style" || tag == "title" || tag == "noscript") continue;
    for (char const c : page.text(node)) seen += c == ' ' || c == '\n' || c == '\t' || c == '\r' ? 0 : 1;
  }
  return node;
}

}  // namespace

void dates_of_line(std::string_view line, text::NumericOrder order, std::vector<PrintedDate>& out) {
  std::size_t from = 0;
  for (std::size_t count = 0; count < dates_of_line_max; ++count) {
    auto const found = text::find_date(line, order, from);
    if (!found) break;
    if (line.size() > line_bytes_max && found->begin > dateline_bytes) break;
    PrintedDate printed;
    printed.date = *found;
    printed.label = label_of(line.substr(from, found->begin - from));
    if (printed.label == DateLabel::none) printed.label = label_behind(line.substr(found->end));
    auto const taken = found->end - found->begin;
    printed.is_line = line.size() <= taken + 40;
    printed.is_prose = line.size() > prose_bytes_min && found->begin > dateline_begin_max;
    out.push_back(printed);
    from = found->end;
  }
}

std::vector<PrintedDate> dates_near(HtmlDocument const& page, NodeIndex heading, text::NumericOrder order) {
  std::vector<PrintedDate> out;
  auto const read = [&](std::vector<std::string> const& lines, bool before) {
    std::size_t total = 0;
    for (auto const& line : lines) total += line.size();
    std::size_t passed = 0;
    std::string_view previous;
    for (auto const& line : lines) {
      auto const first = out.size();
      dates_of_line(line, order, out);
      for (auto i = first; i < out.size(); ++i) {
        out[i].is_before = before;
        out[i].distance = before ? total - passed - std::min(line.size(), total - passed) : passed;
        // "Published" on a line of its own.
        if (i == first && out[i].label == DateLabel::none && previous.size() < 40 && out[i].date.begin < 4)
          out[i].label = label_of(previous);
      }
      passed += line.size();
      previous = line;
    }
  };
  if (heading == no_node) {
    read(lines_between(page, 0, page.size(), lines_behind_bytes + lines_before_bytes), false);
    return out;
  }
  read(lines_between(page, heading, page.size(), lines_behind_bytes), false);
  read(lines_between(page, node_before(page, heading, lines_before_bytes), heading, 4 * lines_before_bytes),
       true);
  return out;
}

std::vector<PrintedDate> labelled_dates(HtmlDocument const& page, text::NumericOrder order) {
  std::vector<PrintedDate> found;
  std::string_view previous;
  auto const lines = lines_between(page, 0, page.size(), page_bytes_max);
  for (auto const& line : lines) {
    auto const first = found.size();
    if (line.size() <= line_bytes_max) dates_of_line(line, order, found);
    if (first < found.size() && found[first].label == DateLabel::none && previous.size() < 40 &&
        found[first].date.begin < 4)
      found[first].label = label_of(previous);
    previous = line;
  }
  std::erase_if(found, [](PrintedDate const& it) {
    return it.label == DateLabel::none || it.label == DateLabel::foreign;
  });
  return found;
}

}  // namespace newsfold::clean
