#include "feeds/clean/extract/content.h"

#include "feeds/clean/extract/script_body.h"
#include "feeds/clean/extract/select.h"
#include "feeds/clean/extract/writer.h"
#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>

namespace newsfold::clean {
namespace {

constexpr std::size_t removed_max = 200;
constexpr std::size_t removed_characters = 80;
constexpr std::size_t removed_bytes_max = 4 * removed_characters;

// A body in the page's scripts stands in where it is this much longer than what the page shows.
constexpr float script_body_factor = 2.5f;
constexpr std::size_t script_body_words_min = 60;
constexpr float words_shown_few = 60;  // below this, the scripts are searched

struct KindOfName {
  Name name;
  FragmentKind kind;
};
// The nearest of these names tells what was left out.
constexpr auto kinds = std::to_array<KindOfName>({
    {Name::ad, FragmentKind::ad},
    {Name::share, FragmentKind::social},
    {Name::related, FragmentKind::related},
    {Name::subscribe, FragmentKind::newsletter},
    {Name::comment, FragmentKind::comments},
    {Name::author, FragmentKind::byline},
    {Name::caption, FragmentKind::caption},
    {Name::modal, FragmentKind::cookie},
    {Name::nav, FragmentKind::nav},
    {Name::promo, FragmentKind::related},
    {Name::footer, FragmentKind::copyright},
});

FragmentKind kind_of(Block const& block) {
  constexpr std::uint8_t near_max = 4;
  auto best = FragmentKind::other;
  std::uint8_t nearest = near_max + 1;
  if (block.place.spots[std::size_t(Spot::figure)] <= 1) return FragmentKind::caption;
  for (auto const& it : kinds) {
    if (block.place.names[std::size_t(it.name)] >= nearest) continue;
    nearest = block.place.names[std::size_t(it.name)];
    best = it.kind;
  }
  if (block.place.spots[std::size_t(Spot::hidden)] < Place::far) return FragmentKind::hidden;
  return best;
}

// The account of what stood between the first and the last block of the article and is no part of it.
std::vector<Removed> account(HtmlDocument const& page, BlockList const& list,
                             std::vector<char> const& chosen) {
  std::vector<Removed> out;
  auto const first = std::find(chosen.begin(), chosen.end(), 1);
  auto const last = std::find(chosen.rbegin(), chosen.rend(), 1).base();
  for (auto at = first; at < last && out.size() < removed_max; ++at) {
    auto const& block = list.blocks[std::size_t(at - chosen.begin())];
    if (*at || block.counts.words == 0) continue;
    out.push_back({kind_of(block), first_characters(line_of(page, block, removed_bytes_max))});
  }
  return out;
}

// Paragraphs of plain text, parted by line breaks of any number.
Content from_script(std::string const& body) {
  Content out;
  out.extractor = "script";
  for (std::size_t at = 0; at < body.size();) {
    auto const end = std::min(body.find('\n', at), body.size());
    auto const line = text::trim(std::string_view(body).substr(at, end - at));
    at = end + 1;
    if (line.empty()) continue;
    if (!out.text.empty()) out.text += "\n\n";
    out.text += line;
    out.html += "<p>";
    text::append_escaped(out.html, line);
    out.html += "</p>\n";
  }
  return out;
}

}  // namespace

std::string first_characters(std::string_view text) {
  return std::string(text::first_characters(text, removed_characters));
}

Content extract_content(HtmlDocument const& page, ScriptBody script_body, NodeIndex headline,
                        BlockModel const& model) {
  auto list = list_blocks(page);
  auto const witnesses = read_witnesses(page);
  auto choice = choose_blocks(list, judge_blocks(model, list, witnesses));
  if (script_body == ScriptBody::allowed && witnesses.body.size() >= script_body_words_min &&
      float(witnesses.body.size()) > script_body_factor * choice.words)
    return from_script(witnesses.body_text);
  if (script_body == ScriptBody::allowed && choice.words < words_shown_few) {
    auto const body = clean::script_body(page);
    if (float(word_hashes(body).size()) > script_body_factor * choice.words && !body.empty())
      return from_script(body);
  }
  if (headline != no_node)
    for (std::size_t i = 0; i < list.blocks.size(); ++i) {
      auto& block = list.blocks[i];
      if (block.begin < headline || block.end > page.end(headline)) continue;
      choice.chosen[i] = 0;
      block.counts.words = 0;  // nor was it left out
    }
  Content out;
  auto written = write_blocks(page, list, choice.chosen);
  out.text = std::move(written.text);
  out.html = std::move(written.html);
  out.extractor = "blocks";
  out.removed = account(page, list, choice.chosen);
  return out;
}

}  // namespace newsfold::clean
