#include "feeds/parse/listing.h"

#include "feeds/clean/html/html_document.h"
#include "feeds/parse/construct.h"
#include "feeds/text/ascii.h"
#include "feeds/text/charset.h"
#include "feeds/text/date.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace newsfold::parse {

namespace {

using clean::HtmlDocument;
using clean::no_node;
using clean::NodeIndex;
using Nodes = std::vector<NodeIndex>;

constexpr std::size_t title_bytes_max = 500;
constexpr std::size_t summary_bytes_max = 2000;
constexpr std::size_t headline_bytes_min = 18;  // shorter link texts are sections, names, "more"
constexpr std::size_t items_min = 3;            // fewer of a kind are no list

// The text of a subtree on one line.
std::string text_inside(HtmlDocument const& page, NodeIndex node, std::size_t bytes_max) {
  std::string text;
  for (auto i = node; i < page.end(node) && text.size() < bytes_max; ++i) {
    if (!page.is_text(i)) continue;
    auto const parent = page.tag(page.parent(i));
    if (parent == "script" || parent == "style" || parent == "noscript") continue;
    text.append(page.text(i)).append(" ");
  }
  return std::string(text::utf8_prefix(text::collapse_space(text), bytes_max));
}

// What a letter of a script that is written without blanks adds to a word: half of one in Han and kana, a
// quarter in Thai and its neighbours.
int quarters_of_a_word(char32_t c) noexcept {
  if ((c >= 0x0E00 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800)) return 1;
  bool const wide = (c >= 0x3041 && c < 0x3100) || (c >= 0x3400 && c < 0xA000) ||
                    (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF66 && c < 0xFFA0) || c >= 0x20000;
  return wide ? 2 : 0;
}

// A link of one word is a section or a name.
bool is_several_words(std::string_view text) noexcept {
  if (text.find(' ') != std::string_view::npos) return true;
  constexpr int quarters_min = 16;  // 8 letters of Chinese, 16 of Thai
  int quarters = 0;
  for (std::size_t at = 0; at < text.size() && quarters < quarters_min;)
    quarters += quarters_of_a_word(text::next_char(text, at));
  return quarters >= quarters_min;
}

bool is_heading(std::string_view tag) noexcept {
  return tag.size() == 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '6';
}

NodeIndex first_with(HtmlDocument const& page, NodeIndex inside, auto const& is_it) {
  for (auto i = inside; i < page.end(inside); ++i)
    if (is_it(i)) return i;
  return no_node;
}

std::string_view without_fragment(std::string_view url) noexcept { return url.substr(0, url.find('#')); }

class Listing {
 public:
  // `own` is the address of the page, `base` what its links are relative to.
  Listing(HtmlDocument const& page, std::string_view own, std::string_view base, Feed& feed)
      : page_(page), own_(without_fragment(own)), base_(base), feed_(feed) {}

  // What the rule does not say is found by itself.
  Result<void> read(ListingRule const& rule);

 private:
  struct Headline {
    NodeIndex link;
    std::size_t text_bytes;
    std::string url;  // without a fragment
  };
  struct Place {
    NodeIndex node;            // holds the item
    NodeIndex link = no_node;  // that led there
  };
  std::vector<Headline> headlines() const;
  std::vector<Headline> headlines(Nodes const& links) const;
  std::vector<Place> places(std::vector<Headline> const& headlines) const;
  NodeIndex link_in(NodeIndex node) const;
  std::string longest_paragraph(NodeIndex inside, std::string_view title) const;
  std::string surroundings(NodeIndex link) const;
  bool is_apart(NodeIndex node) const;
  NodeIndex container_of(NodeIndex link, NodeIndex before, NodeIndex behind) const;
  void add(Item item);
  void fill_date(Item& item, NodeIndex node) const;
  void fill_picture(Item& item, NodeIndex inside) const;
  std::string address(NodeIndex link) const;

  HtmlDocument const& page_;
  std::string_view own_;
  std::string base_;
  Feed& feed_;
  std::unordered_map<std::string, std::size_t> known_;  // address to item
};

// Where a link leads; nothing where that is the page itself: "#" opens menus and plays films, no article.
std::string Listing::address(NodeIndex link) const {
  auto const href = text::trim(page_.attribute(link, "href"));
  if (href.starts_with('#')) return {};
  auto url = url_of(href, base_);
  return without_fragment(url) == own_ ? std::string() : url;
}

void Listing::add(Item item) {
  if (item.url.empty() || !text::is_web_url(item.url) || feed_.items.size() >= listing_items_max) return;
  item.url.resize(without_fragment(item.url).size());
  item.id = item.url;
  auto const [known, is_new] = known_.emplace(item.url, feed_.items.size());
  if (is_new) return feed_.items.push_back(std::move(item));
  // The picture of an article leads to it as well, and often comes first.
  auto& before = feed_.items[known->second];
  if (!before.title.empty() || item.title.empty()) return;
  if (item.image.empty()) item.image = std::move(before.image);
  if (item.summary.empty()) item.summary = std::move(before.summary);
  if (!item.date_published) {
    item.date_published = before.date_published;
    item.date_raw = std::move(before.date_raw);
  }
  before = std::move(item);
}

void Listing::fill_date(Item& item, NodeIndex node) const {
  for (char const* name : {"datetime", "content", "title", "data-date", "data-time"}) {
    auto const value = page_.attribute(node, name);
    if (value.empty()) continue;
    if (auto const date = text::parse_date(value)) {
      item.date_raw = value;
      item.date_published = date;
      return;
    }
  }
  item.date_raw = text_inside(page_, node, title_bytes_max);
  item.date_published = text::parse_date(item.date_raw);
}

void Listing::fill_picture(Item& item, NodeIndex inside) const {
  for (auto i = inside; i < page_.end(inside); ++i) {
    if (page_.tag(i) != "img") continue;
    for (char const* name : {"src", "data-src"}) {
      auto const url = url_of(page_.attribute(i, name), base_);
      if (!text::is_web_url(url)) continue;
      item.image = url;
      return;
    }
  }
}

// What a selector of links named: the link, or the first one in it.
NodeIndex Listing::link_in(NodeIndex node) const {
  return first_with(page_, node, [&](NodeIndex i) { return page_.tag(i) == "a"; });
}

Result<void> Listing::read(ListingRule const& rule) {
  auto const found = [&](std::string_view css) -> Result<Nodes> {
    if (css.empty()) return Nodes{};
    return page_.select(css);
  };
  auto const items = found(rule.item);
  if (!items) return items.error();
  auto const links = found(rule.link);
  if (!links) return links.error();
  auto const titles = found(rule.title);
  if (!titles) return titles.error();
  auto const dates = found(rule.date);
  if (!dates) return dates.error();
  auto const summaries = found(rule.summary);
  if (!summaries) return summaries.error();

  std::vector<Place> all;
  for (auto const node : *items) all.push_back({node});
  if (rule.item.empty()) all = places(rule.link.empty() ? headlines() : headlines(*links));
  // Whoever writes a rule says that there is a list, however few or short its headlines are.
  if (all.empty() && rule.item.empty() && !rule.is_empty()) {
    auto const articles = page_.select("article");
    if (!articles) return articles.error();
    for (auto const node : *articles) all.push_back({node});
  }

  // For items whose link no selector finds. Once for the page: items stand in items, too.
  Nodes leading, worded;
  if (rule.link.empty()) {
    for (NodeIndex i = 0; i < page_.size(); ++i) {
      if (page_.tag(i) != "a" || !text::is_web_url(address(i))) continue;
      leading.push_back(i);
      if (!text_inside(page_, i, 2).empty()) worded.push_back(i);
    }
  }

  // What a selector found inside an item: the lists are in document order.
  auto const inside = [&](Nodes const& nodes, NodeIndex item) {
    auto const at = std::lower_bound(nodes.begin(), nodes.end(), item);
    return at != nodes.end() && *at < page_.end(item) ? *at : no_node;
  };
  for (auto const& [node, headline] : all) {
    Item item;
    auto link = headline != no_node ? headline : inside(*links, node);
    if (link != no_node) link = link_in(link);
    if (link == no_node) link = inside(worded, node);
    if (link == no_node) link = inside(leading, node);
    if (link == no_node) continue;
    item.url = address(link);
    auto title = inside(*titles, node);
    auto const heading_in = [&](NodeIndex place) {
      return first_with(page_, place, [&](NodeIndex i) { return is_heading(page_.tag(i)); });
    };
    if (rule.title.empty() && headline != no_node) title = heading_in(headline);
    // The text of a link that was found by itself is a headline; that of another may be "more".
    bool const is_found = headline != no_node && rule.link.empty();
    if (rule.title.empty() && title == no_node && !is_found) title = heading_in(node);
    item.title = text_inside(page_, title == no_node ? link : title, title_bytes_max);
    auto date = inside(*dates, node);
    if (rule.date.empty())
      date = first_with(page_, node, [&](NodeIndex i) { return page_.tag(i) == "time"; });
    if (date != no_node) fill_date(item, date);
    if (auto const summary = inside(*summaries, node); summary != no_node)
      item.summary = text_inside(page_, summary, summary_bytes_max);
    else if (rule.summary.empty() && rule.item.empty())
      item.summary = longest_paragraph(node, item.title);
    fill_picture(item, node);
    add(std::move(item));
  }
  return {};
}

// Two links are of a kind where the elements around them are: tags and first classes, four levels up.
std::string Listing::surroundings(NodeIndex link) const {
  constexpr int levels = 4;
  std::string key;
  auto node = link;
  for (int level = 0; level < levels && node != no_node; ++level) {
    auto const tag = page_.tag(node);
    if (tag == "body" || tag == "html") break;
    key.append(tag);
    auto const classes = text::trim(page_.attribute(node, "class"));
    // Numbers in a class count the item, they do not tell its kind.
    auto const first = classes.substr(0, classes.find(' '));
    if (std::none_of(first.begin(), first.end(), text::is_digit)) key.append(".").append(first);
    key += '<';
    node = page_.parent(node);
  }
  return key;
}

// Navigation and the like is made of links, too.
bool Listing::is_apart(NodeIndex node) const {
  constexpr int levels_max = 64;
  for (int level = 0; level < levels_max && node != no_node; ++level, node = page_.parent(node)) {
    auto const tag = page_.tag(node);
    if (tag == "nav" || tag == "footer" || tag == "form") return true;
    auto const role = page_.attribute(node, "role");
    if (role == "navigation" || role == "contentinfo" || role == "search") return true;
  }
  return false;
}

// The widest element around a headline that holds no link to another article: those next to it are `before`
// and `behind`.
NodeIndex Listing::container_of(NodeIndex link, NodeIndex before, NodeIndex behind) const {
  auto container = link;
  for (auto up = page_.parent(link); up != no_node; up = page_.parent(up)) {
    bool const holds_other =
        (before != no_node && up <= before) || (behind != no_node && page_.end(up) > behind);
    if (page_.tag(up) == "body" || holds_other) break;
    container = up;
  }
  return container;
}

std::string Listing::longest_paragraph(NodeIndex inside, std::string_view title) const {
  std::string out;
  for (auto i = inside; i < page_.end(inside); ++i) {
    if (page_.tag(i) != "p") continue;
    auto text = text_inside(page_, i, summary_bytes_max);
    if (text.size() > out.size() && text != title) out = std::move(text);
  }
  return out;
}

std::vector<Listing::Headline> Listing::headlines(Nodes const& links) const {
  std::vector<Headline> out;
  for (auto const node : links) {
    auto const link = link_in(node);
    if (link == no_node) continue;
    auto url = address(link);
    url.resize(without_fragment(url).size());
    if (text::is_web_url(url)) out.push_back({link, text_inside(page_, link, 2).size(), std::move(url)});
  }
  return out;
}

// Of the kinds of links on the page the one that has the most to say.
std::vector<Listing::Headline> Listing::headlines() const {
  std::unordered_map<std::string, std::vector<Headline>> groups;
  for (NodeIndex i = 0; i < page_.size(); ++i) {
    if (page_.tag(i) != "a" || is_apart(i)) continue;
    auto url = address(i);
    url.resize(without_fragment(url).size());
    auto const text = text_inside(page_, i, title_bytes_max);
    if (!text::is_web_url(url) || text.size() < headline_bytes_min || !is_several_words(text)) continue;
    groups[surroundings(i)].push_back({i, text.size(), std::move(url)});
  }
  // Many links with long texts: a headline is about 60 letters, and more length does not count.
  constexpr std::size_t headline_bytes_full = 60;
  std::vector<Headline> const* best = nullptr;
  std::size_t best_score = 0;
  for (auto const& [key, group] : groups) {
    if (group.size() < items_min) continue;
    std::size_t score = 0;
    for (auto const& headline : group) score += std::min(headline.text_bytes, headline_bytes_full);
    // Equal scores: the earlier on the page, whatever order the map has.
    bool const better =
        score > best_score || (score == best_score && best && group.front().link < best->front().link);
    if (better) best = &group, best_score = score;
  }
  return best ? *best : std::vector<Headline>();
}

// Links to one address that follow one another are one headline: a picture and a text, most often.
std::vector<Listing::Place> Listing::places(std::vector<Headline> const& headlines) const {
  std::vector<Place> out;
  auto before = no_node;
  for (auto first = headlines.begin(); first != headlines.end();) {
    auto const next =
        std::find_if(first, headlines.end(), [&](Headline const& other) { return other.url != first->url; });
    auto const worded = std::find_if(first, next, [](Headline const& one) { return one.text_bytes > 0; });
    auto const link = worded == next ? first->link : worded->link;
    auto const behind = next == headlines.end() ? no_node : next->link;
    out.push_back({container_of(link, before, behind), link});
    before = std::prev(next)->link;
    first = next;
  }
  return out;
}

}  // namespace

Result<Feed> parse_listing(std::string_view bytes, Hints const& hints, ListingRule const& rule) {
  auto const decoded = text::decode(bytes, hints.content_type);
  auto const page = HtmlDocument::parse(decoded.text());
  if (!page) return page.error();
  Feed feed;
  feed.format = FeedFormat::html;
  feed.encoding = decoded.encoding();
  feed.home_page_url = hints.url;
  std::string base(hints.url);
  for (NodeIndex i = 0; i < page->size(); ++i) {
    auto const tag = page->tag(i);
    if (tag == "html" && feed.language.empty()) feed.language = page->attribute(i, "lang");
    if (tag == "title" && feed.title.empty()) feed.title = text_inside(*page, i, title_bytes_max);
    if (tag == "base" && base == hints.url && !page->attribute(i, "href").empty())
      base = text::resolve_url(page->attribute(i, "href"), hints.url);
    if (tag == "body") break;
  }
  Listing listing(*page, hints.url, base, feed);
  if (auto read = listing.read(rule); !read) return read.error();
  if (feed.items.empty())
    return Error{ErrorCode::not_a_feed, rule.is_empty()
                                            ? "no list of headlines on the page"
                                            : "the selectors find no item with a link on the page"};
  return feed;
}

Result<void> check_selector(std::string_view css) {
  auto const page = HtmlDocument::parse("<p>");
  if (!page) return page.error();
  if (auto const found = page->select(css); !found) return found.error();
  return {};
}

}  // namespace newsfold::parse
