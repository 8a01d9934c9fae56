#include "feeds/clean/sanitize/html_blocks.h"

#include "feeds/clean/sanitize/html_token.h"
#include "feeds/clean/sanitize/sanitize.h"

#include <algorithm>
#include <array>
#include <optional>

namespace newsfold::clean {
namespace {

constexpr std::size_t block_bytes_max = 16 * 1024;  // longer ones are no template

bool is_block(std::string_view name) {
  constexpr auto blocks =
      std::to_array<std::string_view>({"p", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
                                       "figcaption", "section", "aside", "dd", "dt"});
  return std::find(blocks.begin(), blocks.end(), name) != blocks.end();
}

}  // namespace

std::string drop_html_blocks(std::string_view html,
                             std::function<bool(std::string_view)> const& is_unwanted) {
  struct Open {
    std::size_t begin = 0, inner = 0;
    std::string_view name;
  };
  std::optional<Open> open;  // the innermost block
  std::string out;
  std::size_t copied = 0;
  HtmlToken token;
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
    read_token(html, at, token);
    if (token.kind == HtmlTokenKind::start && is_block(token.name)) {
      open = Open{at, token.end, token.name};
    } else if (token.kind == HtmlTokenKind::end && open && token.name == open->name) {
      auto const inner = html.substr(open->inner, at - open->inner);
      if (!inner.empty() && inner.size() <= block_bytes_max && is_unwanted(html_to_line(inner))) {
        out.append(html, copied, open->begin - copied);
        copied = token.end;
      }
      open.reset();
    } else if (token.kind == HtmlTokenKind::end && is_block(token.name)) {
      open.reset();
    }
    at = std::max(token.end, at + 1);
  }
  if (copied == 0) return std::string(html);
  out.append(html, copied, std::string_view::npos);
  return out;
}

}  // namespace newsfold::clean
