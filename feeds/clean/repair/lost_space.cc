#include "feeds/clean/repair/lost_space.h"

#include <cctype>
#include <string_view>
#include <vector>

namespace newsfold::clean {
namespace {

// A letter or digit; of other scripts than Latin the lead byte tells, \xE2 begins their punctuation.
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || ((c & 0x80) != 0 && c != '\xE2');
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A word with a mark of these is an address, not prose. Each word is looked at once, however many marks it
// holds: asked about places in ascending order.
class Addresses {
 public:
  explicit Addresses(std::string_view text) : text_(text) {}

  bool hold(std::size_t at) {
    if (at < end_) return is_address_;
    auto begin = at;
    while (begin > end_ && !is_blank(text_[begin - 1])) --begin;
    end_ = at;
    while (end_ < text_.size() && !is_blank(text_[end_])) ++end_;
    auto const word = text_.substr(begin, end_ - begin);
    auto const has = [word](std::string_view mark) { return word.find(mark) != std::string_view::npos; };
    is_address_ = has("://") || has("www.") || has("=") || has("@") || (has("/") && has("."));
    return is_address_;
  }

 private:
  std::string_view text_;
  std::size_t end_ = 0;  // of the word that was looked at last
  bool is_address_ = false;
};

enum class Mark : std::uint8_t {
  question,  // a question mark
  space,     // stands between two words, where none belongs
  nothing,   // behind the end of a sentence
};

Mark read_mark(std::string_view text, std::size_t at, std::size_t end, Addresses& addresses) {
  char const before = at > 0 ? text[at - 1] : ' ';
  char const after = end < text.size() ? text[end] : '\n';
  bool const sentence_ended = before == '.' || before == '!' || before == ',' || before == ';' ||
                              before == ':' || text.substr(0, at).ends_with("”") ||
                              text.substr(0, at).ends_with("\"");
  bool const run = end - at > 1;
  if (addresses.hold(at)) return Mark::question;
  // "...?" trails off; ".?" ends a sentence twice.
  bool const trails = at >= 2 && text[at - 1] == '.' && text[at - 2] == '.';
  if (sentence_ended && !trails && (is_blank(after) || end == text.size())) return Mark::nothing;
  if (is_word(before) && is_word(after)) return Mark::space;
  if (sentence_ended && !trails &&
      (is_word(after) || text.substr(end).starts_with("“") || text.substr(end).starts_with("‘")))
    return Mark::space;
  if (run && is_word(before) && is_blank(after)) return Mark::question;
  // "from?“Belt": an opening quotation mark follows, which no question does without a space.
  if (is_word(before) && (text.substr(end).starts_with("“") || text.substr(end).starts_with("‘")))
    return Mark::space;
  return Mark::question;
}

}  // namespace

std::uint64_t restore_lost_spaces(std::string& text, std::size_t lost_min) {
  struct Found {
    std::size_t at, end;
    Mark mark;
  };
  std::vector<Found> found;
  Addresses addresses(text);
  std::size_t firm = 0;
  for (auto at = text.find('?'); at != std::string::npos; at = text.find('?', at)) {
    auto end = at;
    while (end < text.size() && text[end] == '?') ++end;
    auto const mark = read_mark(text, at, end, addresses);
    if (mark != Mark::question) ++firm;
    found.push_back({at, end, mark});
    at = end;
  }
  if (firm < lost_min || firm == 0) return 0;
  std::string out;
  std::size_t copied = 0;
  for (auto const& one : found) {
    if (one.mark == Mark::question) continue;
    out.append(text, copied, one.at - copied);
    if (one.mark == Mark::space) out += ' ';
    copied = one.end;
  }
  out.append(text, copied, std::string::npos);
  text = std::move(out);
  return firm;
}

}  // namespace newsfold::clean
