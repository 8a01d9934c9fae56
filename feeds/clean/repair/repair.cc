#include "feeds/clean/repair/repair.h"

#include "feeds/clean/repair/debris.h"
#include "feeds/clean/repair/fragments.h"
#include "feeds/clean/repair/lost_space.h"
#include "feeds/clean/repair/mojibake.h"
#include "feeds/clean/repair/substitution.h"
#include "feeds/text/entities.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <optional>

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

// One or two may be what the text is about; more are debris.
constexpr std::size_t controls_min = 3;

void drop_controls(RepairResult& result) {
  auto without = result.text;
  auto const count = erase_controls(without);
  if (count < controls_min) return;
  result.text = std::move(without);
  note(result.repairs, RepairKind::control, "control character", "", count);
}

// Lines first by themselves; then, trusting the mix-ups that were proven, those that were in doubt.
void mend_encodings(RepairResult& result) {
  TableSet proven = 0;
  bool doubtful = false;
  auto mend = [&](std::string_view line) -> std::optional<std::string> {
    auto fix = undo_mojibake(line, proven);
    doubtful = doubtful || fix.in_doubt;
    if (fix.count == 0) return std::nullopt;
    proven |= fix.tables;
    note(result.repairs, RepairKind::mojibake, fix.mix_up, "", fix.count);
    return std::move(fix.text);
  };
  for_each_line(result.text, mend);
  if (proven != 0 && doubtful) for_each_line(result.text, mend);
}

// "&quot;" or "&amp;quot;" in what should be plain text. Articles about HTML write a reference now and then;
// text that was escaped twice has one for every quotation mark, apostrophe and accent.
void mend_entities(RepairResult& result) {
  constexpr std::size_t references_min = 2;
  constexpr auto telling =
      std::to_array<std::string_view>({"\"", "'", "‘", "’", "“", "”", "–", "—", "…", "\u00A0"});
  auto const& text = result.text;
  std::string out;
  std::size_t count = 0;
  std::size_t copied = 0;
  for (auto at = text.find('&'); at != std::string::npos; at = text.find('&', at + 1)) {
    auto reference = reference_at(text, at);
    if (reference.empty() || reference == "&lt;" || reference == "&gt;") continue;
    std::string meant(reference);
    auto end = at + reference.size();
    // Escaped twice and more: "&amp;#39;", "&amp;amp;quot;".
    for (int depth = 0; depth < 3 && meant == "&amp;"; ++depth) {
      auto const tail = "&" + text.substr(end, 12);
      auto const inner = reference_at(tail, 0);
      if (inner.empty()) break;
      meant = inner;
      end += inner.size() - 1;
    }
    auto decoded = text::decode_entities(meant);
    if (decoded == meant) continue;
    // Feeds leave an accent or an ampersand in; of punctuation and of what was escaped twice that is no
    // chance.
    if (end - at > reference.size() || std::find(telling.begin(), telling.end(), decoded) != telling.end())
      ++count;
    out.append(text, copied, at - copied);
    out += decoded;
    copied = end;
    at = end - 1;
  }
  if (count < references_min) return;
  for (auto const* topic : {"HTML", "XML", "entity", "entities", "escap"})
    if (text.find(topic) != std::string::npos) return;
  out.append(text, copied, std::string::npos);
  note(result.repairs, RepairKind::entity, "character reference", "", count);
  result.text = std::move(out);
}

void mend_odd_spaces(RepairResult& result) {
  for (auto const& odd : odd_spaces) {
    auto const count = count_all(result.text, odd.bytes);
    if (count < odd.count_min) continue;
    replace_all(result.text, odd.bytes, odd.meant);
    note(result.repairs, RepairKind::space, odd.name, odd.meant, count);
  }
}

// A short line right above a picture's credit is the picture's caption.
bool may_be_caption(std::string_view line) { return !line.empty() && line.size() <= caption_bytes_max; }

void drop_blanks_at_end(std::string& line) {
  for (;;) {
    if (line.ends_with(' ') || line.ends_with('\t'))
      line.pop_back();
    else if (line.ends_with("\xC2\xA0"))
      line.resize(line.size() - 2);
    else
      return;
  }
}

// Blanks at the ends of lines: only where the text was damaged anyway.
void trim_lines(std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto const end = text.find('\n', at);
    out.append(text, at, end - at);
    if (end == std::string::npos) break;
    drop_blanks_at_end(out);
    out += '\n';
    at = end + 1;
  }
  text = std::move(out);
}

void drop_fragments(RepairResult& result, Credits credits) {
  std::string out;
  bool changed = false;
  auto const& text = result.text;
  auto const line_at = [&](std::size_t at) {
    return std::string_view(text).substr(at, std::min(text.find('\n', at), text.size()) - at);
  };
  auto const classify = [&](std::string_view line) {
    auto const kind = classify_line(line);
    return kind == FragmentKind::credit && credits == Credits::keep ? std::nullopt : kind;
  };
  std::optional<FragmentKind> kind_of_next;  // known when a line before asked for it
  bool next_is_known = false;
  for (std::size_t at = 0; at < text.size();) {
    auto const line = line_at(at);
    auto const next = std::min(at + line.size() + 1, text.size());
    auto kind = next_is_known ? kind_of_next : classify(line);
    next_is_known = false;
    if (!kind && may_be_caption(line) && next < text.size() && text[next] != '\n') {
      kind_of_next = classify(line_at(next));
      next_is_known = true;
      if (kind_of_next == FragmentKind::credit) kind = FragmentKind::caption;
    }
    if (kind) {
      if (!changed) out.assign(text, 0, at);
      changed = true;
      if (result.removed.size() < removed_max)
        result.removed.push_back({*kind, std::string(text::first_characters(line, removed_characters))});
      // With its line goes one of two blank lines around it.
      bool const blank_before = out.empty() || out.ends_with("\n\n");
      bool const blank_behind = next < text.size() && text[next] == '\n';
      at = blank_before && blank_behind ? next + 1 : next;
      if (at != next) next_is_known = false;
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
  bool odd_space = false;
};
constexpr unsigned char sign_high = 1, sign_control = 2, sign_question = 4, sign_ampersand = 8, sign_odd = 16;
constexpr auto byte_signs = [] {
  std::array<unsigned char, 256> signs{};
  for (unsigned c = 0; c < 0x20; ++c) signs[c] = sign_control;
  signs['\n'] = signs['\t'] = signs['\r'] = 0;
  signs[0x7F] = sign_control;
  signs['?'] = sign_question;
  signs['&'] = sign_ampersand;
  for (unsigned c = 0x80; c < 0x100; ++c) signs[c] = sign_high;
  // Lead bytes of what mend_odd_spaces() looks for, but E2, which is too common.
  signs[0xEF] = sign_high | sign_odd;
  signs[0xAD] = signs[0xA8] = signs[0xA9] = sign_high | sign_odd;
  return signs;
}();

Suspicion suspect(std::string_view text) {
  unsigned char seen = 0;
  for (char c : text) seen |= byte_signs[static_cast<unsigned char>(c)];
  return {(seen & sign_high) != 0, (seen & sign_control) != 0, (seen & sign_question) != 0,
          (seen & sign_ampersand) != 0, (seen & sign_odd) != 0};
}

}  // namespace

RepairResult repair_text(std::string_view text, RepairOptions const& options) {
  RepairResult result;
  result.text = text;
  auto const suspicion = suspect(text);
  if (suspicion.control) drop_controls(result);
  if (suspicion.high) mend_encodings(result);
  if (suspicion.odd_space || !result.repairs.empty()) mend_odd_spaces(result);
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
  if (options.fragments == Fragments::remove) drop_fragments(result, options.credits);
  return result;
}

std::string repair_line(std::string_view line, std::vector<Repair> const& found) {
  auto fix = undo_mojibake(line);
  auto out = fix.count > 0 ? std::move(fix.text) : std::string(line);
  for (auto const& repair : found)
    if (repair.kind == RepairKind::substitution) replace_all(out, repair.from, repair.to);
  return out;
}

}  // namespace newsfold::clean
