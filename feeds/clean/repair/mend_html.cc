#include "feeds/clean/repair/mend_html.h"

#include "feeds/clean/repair/debris.h"
#include "feeds/clean/repair/fragments.h"
#include "feeds/clean/repair/lost_space.h"
#include "feeds/clean/repair/mojibake.h"
#include "feeds/clean/sanitize/html_blocks.h"
#include "feeds/clean/sanitize/html_token.h"

#include <algorithm>

namespace newsfold::clean {
namespace {

// "&amp;quot;" is '"' that was escaped once too often. What would become markup stays.
void unescape_once_more(std::string& run) {
  constexpr std::string_view ampersand = "&amp;";
  for (auto at = run.find(ampersand); at != std::string::npos; at = run.find(ampersand, at + 1)) {
    while (run.compare(at, ampersand.size(), ampersand) == 0) {
      auto const behind = "&" + run.substr(at + ampersand.size(), 16);
      auto const inner = reference_at(behind, 0);
      if (inner.empty() || inner == "&lt;" || inner == "&gt;") break;
      run.erase(at + 1, ampersand.size() - 1);
    }
  }
}

// One run of text between two tags. What is damaged in the article is mended here on less evidence: single
// words stand between tags.
std::string mend_run(std::string_view run, RepairResult const& done) {
  std::string out(run);
  for (auto const& repair : done.repairs) {
    switch (repair.kind) {
      case RepairKind::substitution: replace_all(out, repair.from, repair.to); break;
      case RepairKind::mojibake:
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
