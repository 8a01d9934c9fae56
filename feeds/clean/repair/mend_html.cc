#include "feeds/clean/repair/mend_html.h"

#include "feeds/clean/repair/fragments.h"
#include "feeds/clean/repair/mojibake.h"
#include "feeds/clean/sanitize/html_blocks.h"
#include "feeds/clean/sanitize/html_token.h"

#include <algorithm>

namespace newsfold::clean {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// One run of text between two tags.
std::string mend_run(std::string_view run, RepairResult const& done) {
  std::string out(run);
  for (auto const& repair : done.repairs) {
    if (repair.kind == RepairKind::substitution) replace_all(out, repair.from, repair.to);
    if (repair.kind != RepairKind::mojibake) continue;
    // Any table may be trusted: the article was broken, and single words stand between tags.
    if (auto fix = undo_mojibake(out, TableSet(~TableSet(0))); fix.count > 0) out = std::move(fix.text);
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
  bool const broken = std::any_of(done.repairs.begin(), done.repairs.end(), [](Repair const& repair) {
    return repair.kind == RepairKind::mojibake || repair.kind == RepairKind::substitution;
  });
  auto out = broken ? mend_runs(html, done) : std::string(html);
  if (done.removed.empty()) return out;
  auto const is_fragment = [&](std::string_view text) {
    auto const kind = classify_line(text);
    return kind && (kind != FragmentKind::credit || options.credits == Credits::remove);
  };
  return drop_html_blocks(out, is_fragment);
}

}  // namespace newsfold::clean
