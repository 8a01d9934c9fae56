#include "feeds/clean/repair/mend_html.h"

#include "feeds/clean/repair/debris.h"
#include "feeds/clean/repair/fragments.h"
#include "feeds/clean/repair/lost_space.h"
#include "feeds/clean/repair/mojibake.h"
#include "feeds/clean/sanitize/html_blocks.h"
#include "feeds/clean/sanitize/html_token.h"

#include <algorithm>
#include <utility>

namespace newsfold::clean {
namespace {

// "&amp;quot;" is '"' that was escaped once too often, or more: "&amp;amp;quot;". What would become markup
// stays.
void unescape_once_more(std::string& run) {
  constexpr std::string_view ampersand = "&amp;";
  constexpr std::string_view again = "amp;";
  std::string out;
  std::size_t copied = 0;
  for (auto at = run.find(ampersand); at != std::string::npos; at = run.find(ampersand, copied)) {
    auto end = at + ampersand.size();
    while (run.compare(end, again.size(), again) == 0) end += again.size();
    auto const behind = "&" + run.substr(end, 16);
    auto const meant = reference_at(behind, 0);
    bool const stays = meant.empty() || meant == "&lt;" || meant == "&gt;";
    out.append(run, copied, at - copied);
    out += stays ? ampersand : ampersand.substr(0, 1);
    copied = end;
  }
  out.append(run, copied, std::string::npos);
  run = std::move(out);
}

// One run of text between two tags. What is damaged in the article is mended here on less evidence: single
// words stand between tags.
std::string mend_run(std::string_view run, RepairResult const& done) {
  std::string out(run);
  bool decoded = false;  // one entry a table, and all of them are tried at once
  for (auto const& repair : done.repairs) {
    switch (repair.kind) {
      case RepairKind::substitution: replace_all(out, repair.from, repair.to); break;
      case RepairKind::mojibake:
        if (std::exchange(decoded, true)) break;
        if (auto fix = undo_mojibake(out, TableSet(~TableSet(0))); fix.count > 0) out = std::move(fix.text);
        break;
      case RepairKind::lost_nbsp: restore_lost_spaces(out, 1); break;
      case RepairKind::entity: unescape_once_more(out); break;
      case RepairKind::control: erase_controls(out); break;
      case RepairKind::space:
        for (auto const& odd : odd_spaces)
          if (odd.name == repair.from) replace_all(out, odd.bytes, odd.meant);
        break;
    }
  }
  return out;
}

std::string mend_runs(std::string_view html, RepairResult const& done) {
  std::string out;
  out.reserve(html.size());
  HtmlToken token;
  for (std::size_t at = 0; at < html.size();) {
    auto const tag = std::min(html.find('<', at), html.size());
    out += mend_run(html.substr(at, tag - at), done);
    if (tag == html.size()) break;
    read_token(html, tag, token);
    auto const end = std::max(token.end, tag + 1);
    out += html.substr(tag, end - tag);
    at = end;
  }
  return out;
}

}  // namespace

std::string mend_html(std::string_view html, RepairResult const& done, RepairOptions const& options) {
  auto out = done.repairs.empty() ? std::string(html) : mend_runs(html, done);
  if (done.removed.empty()) return out;
  auto const is_fragment = [&](std::string_view text) {
    auto const kind = classify_line(text);
    return kind && (kind != FragmentKind::credit || options.credits == Credits::remove);
  };
  return drop_html_blocks(out, is_fragment);
}

}  // namespace newsfold::clean
