#include "feeds/clean/repair/repair.h"

#include "feeds/clean/repair/fragments.h"
#include "feeds/clean/repair/lost_space.h"
#include "feeds/clean/repair/mojibake.h"
#include "feeds/clean/repair/substitution.h"
#include "feeds/text/entities.h"
#include "feeds/text/utf8.h"

#include <algorithm>

namespace newsfold::clean {
namespace {

constexpr std::size_t removed_characters = 80;
constexpr std::size_t caption_bytes_max = 200;

void note(std::vector<Repair>& repairs, RepairKind kind, std::string_view from, std::string_view to,
          std::uint64_t count) {
  for (auto& known : repairs) {
    if (known.kind != kind || known.from != from || known.to != to) continue;
    known.count += count;
    return;
  }
  repairs.push_back({kind, std::string(from), std::string(to), count});
}

std::string_view first_characters(std::string_view text) {
  std::size_t bytes = 0;
  for (std::size_t characters = 0; bytes < text.size(); ++bytes)
    if ((static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80 && characters++ == removed_characters) break;
  return text.substr(0, bytes);
}

// Calls `edit` for each line; what it returns takes the line's place. Line breaks stay as they are.
template <class Edit>
void for_each_line(std::string& text, Edit edit) {
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at <= text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    std::string_view const line(text.data() + at, end - at);
    if (auto const other = edit(line)) {
      if (!changed) out.assign(text, 0, at);
      changed = true;
      out += *other;
    } else if (changed) {
      out += line;
    }
    if (end < text.size() && changed) out += '\n';
    at = end + 1;
  }
  if (changed) text = std::move(out);
}

bool is_control(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7F;
}

// One or two may be what the text is about; more are debris.
constexpr std::size_t controls_min = 3;

void drop_controls(RepairResult& result) {
  auto const controls = std::size_t(std::count_if(result.text.begin(), result.text.end(), is_control));
  if (controls < controls_min) return;
  auto const before = result.text.size();
  std::erase_if(result.text, is_control);
  if (auto const count = before - result.text.size(); count > 0)
    note(result.repairs, RepairKind::control, "control character", "", count);
}

void mend_encodings(RepairResult& result) {
  for_each_line(result.text, [&](std::string_view line) -> std::optional<std::string> {
    auto fix = undo_mojibake(line);
    if (fix.count == 0) return std::nullopt;
    note(result.repairs, RepairKind::mojibake, fix.mix_up, "", fix.count);
    return std::move(fix.text);
  });
}

// "&amp;quot;" in what should be plain text. Articles about HTML write a reference now and then; text that
// was escaped twice does it for every quotation mark and never has the plain character beside it.
void mend_entities(RepairResult& result) {
  auto const& text = result.text;
  std::size_t twice = 0;
  for (auto const* mark :
       {"&amp;quot;",  "&amp;#",  "&amp;amp;", "&amp;nbsp;", "&amp;rsquo;", "&amp;lsquo;", "&amp;ldquo;",
        "&amp;rdquo;", "&#39;",   "&#8217;",   "&#8216;",    "&#8220;",     "&#8221;",     "&quot;",
        "&nbsp;",      "&rsquo;", "&ldquo;",   "&eacute;",   "&ndash;",     "&mdash;"})
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) ++twice;
  if (twice < 2) return;
  auto decoded = text::decode_entities(text::decode_entities(text));
  note(result.repairs, RepairKind::entity, "character reference", "", twice);
  result.text = std::move(decoded);
}

// A short line right above a picture's credit is the picture's caption.
bool is_caption(std::string_view text, std::size_t next, std::string_view line) {
  if (line.empty() || line.size() > caption_bytes_max || next >= text.size() || text[next] == '\n')
    return false;
  auto const end = std::min(text.find('\n', next), text.size());
  return classify_line(text.substr(next, end - next)) == FragmentKind::credit;
}

// Blanks at the ends of lines: only where the text was damaged anyway.
void trim_lines(std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (c == '\n')
      for (bool blank = true; blank;) {
        blank = true;
        if (out.ends_with(' ') || out.ends_with('\t'))
          out.pop_back();
        else if (out.ends_with("\xC2\xA0"))
          out.resize(out.size() - 2);
        else
          blank = false;
      }
    out += c;
  }
  text = std::move(out);
}

void drop_fragments(RepairResult& result) {
  std::string out;
  bool changed = false;
  auto const& text = result.text;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    std::string_view const line(text.data() + at, end - at);
    auto const next = std::min(end + 1, text.size());
    auto const kind =
        is_caption(text, next, line) ? std::optional(FragmentKind::caption) : classify_line(line);
    if (kind) {
      if (!changed) out.assign(text, 0, at);
      changed = true;
      if (result.removed.size() < removed_max)
        result.removed.push_back({*kind, std::string(first_characters(line))});
      // With its line goes one of two blank lines around it.
      bool const blank_before = out.empty() || out.ends_with("\n\n");
      at = blank_before && next < text.size() && text[next] == '\n' ? next + 1 : next;
      continue;
    }
    if (changed) out.append(text, at, next - at);
    at = next;
  }
  if (!changed) return;
  bool const ended_line = out.ends_with('\n');
  while (!out.empty() && out.back() == '\n') out.pop_back();
  if (ended_line) out += '\n';
  result.text = std::move(out);
}

// One look at each byte: is there anything that the slow steps could be for?
struct Suspicion {
  bool high = false;
  bool control = false;
  bool question = false;
  bool ampersand = false;
};
Suspicion suspect(std::string_view text) {
  Suspicion found;
  for (char c : text) {
    found.high |= static_cast<unsigned char>(c) >= 0x80;
    found.control |= is_control(c);
    found.question |= c == '?';
    found.ampersand |= c == '&';
  }
  return found;
}

}  // namespace

RepairResult repair_text(std::string_view text, RepairOptions const& options) {
  RepairResult result;
  result.text = text;
  auto const suspicion = suspect(text);
  if (suspicion.control) drop_controls(result);
  if (suspicion.high) mend_encodings(result);
  if (suspicion.ampersand) mend_entities(result);
  // A keyword in the place of words is found before lost spaces: "?" stands beside it.
  if (auto swap = undo_substitution(result.text)) {
    note(result.repairs, RepairKind::substitution, swap->keyword, swap->word, swap->count);
    result.text = std::move(swap->text);
    result.spam_mirror = true;
  }
  if (suspicion.question) {
    if (auto const count = restore_lost_spaces(result.text); count > 0)
      note(result.repairs, RepairKind::lost_nbsp, "?", " ", count);
  }
  if (!result.repairs.empty()) trim_lines(result.text);
  if (options.fragments == Fragments::remove) drop_fragments(result);
  return result;
}

std::string repair_line(std::string_view line) {
  auto fix = undo_mojibake(line);
  return fix.count > 0 ? std::move(fix.text) : std::string(line);
}

}  // namespace newsfold::clean
