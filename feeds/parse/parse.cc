#include "feeds/parse/parse.h"

#include "feeds/parse/json.h"
#include "feeds/parse/map.h"
#include "feeds/parse/position.h"
#include "feeds/parse/prepare.h"
#include "feeds/parse/xml_document.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace newsfold::parse {

namespace {

// The element that a document of some format starts with, and what stands around it.
struct Root {
  pugi::xml_node node;
  Element element = Element::unknown;
};

bool is_feed_root(Element element) noexcept {
  switch (element) {
    case Element::rss:
    case Element::rdf:
    case Element::feed:
    case Element::channel:
    case Element::urlset:
    case Element::sitemap_index: return true;
    default: return false;
  }
}

// Among the first elements, and one level inside them: some servers put a document into a document.
Root find_root(pugi::xml_node top, Namespaces& spaces) {
  for (auto const node : top.children()) {
    if (node.type() != pugi::node_element) continue;
    Namespaces::Scope const scope(spaces, node);
    auto const element = spaces.element_of(node);
    if (is_feed_root(element)) return {node, element};
    if (element == Element::item && spaces.space_of(node) == Space::atom) return {node, element};
  }
  return {};
}

pugi::xml_node first_element(pugi::xml_node top) {
  for (auto const node : top.children())
    if (node.type() == pugi::node_element) return node;
  return {};
}

// The start of a feed behind something else: an error message, a page, another document's end.
std::size_t find_feed_start(std::string_view text) noexcept {
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    auto const rest = text.substr(at + 1, 12);
    for (std::string_view name : {"rss", "feed", "rdf:rdf", "urlset"}) {
      if (!text::starts_with_ignoring_case(rest, name) || rest.size() <= name.size()) continue;
      char const behind = rest[name.size()];
      if (text::is_space(behind) || behind == '>') return at;
    }
  }
  return std::string_view::npos;
}

FeedFormat rss_format(std::string_view version) noexcept {
  version = text::trim(version);
  if (version == "0.9" || version == "0.90") return FeedFormat::rss_090;
  if (version.starts_with("0.91")) return FeedFormat::rss_091;
  if (version.starts_with("0.92")) return FeedFormat::rss_092;
  if (version.starts_with("0.93")) return FeedFormat::rss_093;
  if (version.starts_with("0.94")) return FeedFormat::rss_094;
  if (version.starts_with("1.")) return FeedFormat::rss_10;
  return FeedFormat::rss_20;
}

bool declares(pugi::xml_node node, std::string_view part) noexcept {
  for (auto const a : node.attributes())
    if (std::string_view(a.name()).starts_with("xmlns") &&
        text::find_ignoring_case(a.value(), part) != std::string_view::npos)
      return true;
  return false;
}

FeedFormat format_of(Root const& root) {
  switch (root.element) {
    case Element::rdf: {
      bool const old = declares(root.node, "rdf/simple/0.9");
      return old ? FeedFormat::rss_090 : FeedFormat::rss_10;
    }
    case Element::feed:
    case Element::item:
      return declares(root.node, "purl.org/atom/ns") || attribute(root.node, "version").starts_with("0.")
                 ? FeedFormat::atom_03
                 : FeedFormat::atom_10;
    case Element::urlset:
    case Element::sitemap_index: return FeedFormat::sitemap;
    case Element::channel:
      if (declares(root.node, "rss1.1")) return FeedFormat::rss_10;
      return has_attribute(root.node, "href") || has_attribute(root.node, "lastmod") ||
                     !declares(root.node, "rss")
                 ? FeedFormat::cdf
                 : FeedFormat::rss_20;
    default: return rss_format(attribute(root.node, "version"));
  }
}

class TreeMapper {
 public:
  TreeMapper(XmlDocument const& document, Limits const& limits, Bodies bodies)
      : limits_(limits), context_{document, spaces_, limits, bodies} {}

  std::optional<Feed> map(std::string_view url);
  std::string what_it_is() const { return what_; }
  bool met_undeclared_prefix() const noexcept { return spaces_.met_undeclared(); }

 private:
  void children(pugi::xml_node node, std::string_view base);
  void item(pugi::xml_node node, std::string_view base);
  void make_room_for_items_of(pugi::xml_node node);

  Limits const& limits_;
  Namespaces spaces_;
  MapContext context_;
  Feed feed_;
  std::optional<ChannelMapper> channel_;
  std::string what_;
};

void TreeMapper::item(pugi::xml_node node, std::string_view base) {
  // Items inside an item (an end tag is missing) are items of the feed.
  std::vector<pugi::xml_node> waiting{node};
  for (std::size_t next = 0; next < waiting.size(); ++next) {
    if (feed_.items.size() >= limits_.items_max) {
      ++feed_.items_dropped;
      continue;
    }
    auto const found = waiting.size();
    auto item = map_item(waiting[next], base, context_, waiting);
    bool const is_wrapper =
        waiting.size() > found && item.title.empty() && item.url.empty() && item.content_html.empty();
    if (!is_wrapper) feed_.items.push_back(std::move(item));
  }
}

// Doubling a list of items as it grows would take three times its size at the end.
void TreeMapper::make_room_for_items_of(pugi::xml_node node) {
  auto count = feed_.items.size();
  for (auto const child : node.children())
    if (child.type() == pugi::node_element && spaces_.element_of(child) == Element::item) ++count;
  feed_.items.reserve(std::min(count, limits_.items_max));
}

// The children of a root or channel. An <items> holds references (RDF) or the items themselves (RSS 1.1).
void TreeMapper::children(pugi::xml_node node, std::string_view base) {
  make_room_for_items_of(node);
  for (auto const child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    switch (spaces_.element_of(child)) {
      case Element::item: item(child, base); break;
      case Element::items:
        for (auto const inner : child.children())
          if (inner.type() == pugi::node_element && spaces_.element_of(inner) == Element::item)
            item(inner, base);
        break;
      default: channel_->element(child, base); break;
    }
  }
}

std::optional<Feed> TreeMapper::map(std::string_view url) {
  auto const top = context_.document.top();
  auto const root = find_root(top, spaces_);
  if (!root.node) {
    auto const first = first_element(top);
    what_ = first ? "<" + std::string(first.name()).substr(0, 40) + ">" : std::string();
    return std::nullopt;
  }
  Namespaces::Scope const scope(spaces_, root.node);
  feed_.format = format_of(root);
  context_.is_atom = feed_.format == FeedFormat::atom_10 || feed_.format == FeedFormat::atom_03;
  feed_.language = attribute(root.node, "xml:lang");
  auto base = base_of(root.node, url);
  if (feed_.format == FeedFormat::sitemap) {
    map_sitemap(feed_, root.node, base, context_);
    return std::move(feed_);
  }
  channel_.emplace(feed_, context_);
  if (root.element == Element::item) {
    item(root.node, url);
    return std::move(feed_);
  }
  if (root.element == Element::channel) {
    base = text::resolve_url(attribute(root.node, "base"), base);
    feed_.home_page_url = url_of(attribute(root.node, "href"), base);
    feed_.updated = text::parse_date(attribute(root.node, "lastmod"));
  }
  bool seen_channel = false;
  for (auto const child : root.node.children()) {
    if (child.type() != pugi::node_element || spaces_.element_of(child) != Element::channel) continue;
    if (root.element == Element::channel) break;
    Namespaces::Scope const channel_scope(spaces_, child);
    if (auto const lang = attribute(child, "xml:lang"); !lang.empty()) feed_.language = lang;
    if (auto const about = attribute(child, "about"); !about.empty()) feed_.id = about;
    auto const channel_base = base_of(child, base);
    children(child, channel_base);
    seen_channel = true;
  }
  make_room_for_items_of(root.node);
  std::vector<pugi::xml_node> sections;
  // What stands beside the channel: the items of RDF, items that slipped out of it, everything of Atom.
  for (auto const child : root.node.children()) {
    if (child.type() != pugi::node_element) continue;
    auto const element = spaces_.element_of(child);
    if (element == Element::channel)
      sections.push_back(child);
    else if (element == Element::item)
      item(child, base);
    else
      channel_->element(child, base);
  }
  // An end tag of the root in the middle leaves the rest of the items behind it.
  for (auto child = root.node.next_sibling(); child; child = child.next_sibling())
    if (child.type() == pugi::node_element && spaces_.element_of(child) == Element::item) item(child, base);
  // CDF parts its items by channels inside the channel.
  for (std::size_t i = 0; i < sections.size() && !seen_channel; ++i) {
    for (auto const child : sections[i].children()) {
      auto const element = spaces_.element_of(child);
      if (element == Element::channel) sections.push_back(child);
      if (element == Element::item) item(child, base);
    }
  }
  channel_->finish();
  return std::move(feed_);
}

Error not_a_feed(std::string_view text, std::string const& what) {
  auto const head = text.substr(0, 1024);
  if (text::find_ignoring_case(head, "<html") != std::string_view::npos ||
      text::find_ignoring_case(head, "<!doctype html") != std::string_view::npos)
    return {ErrorCode::not_a_feed, "a web page, not a feed; `newsfold discover` lists the feeds it names"};
  if (text::equals_ignoring_case(what, "<opml>"))
    return {ErrorCode::not_a_feed, "an OPML list of feeds, not a feed"};
  if (what.empty()) return {ErrorCode::not_a_feed, "no markup and no JSON in it"};
  return {ErrorCode::not_a_feed, "its root is " + what + ", not that of any feed format"};
}

Result<Feed> parse_markup(Excerpt const& part, Hints const& hints, Limits const& limits, Bodies bodies,
                          Problem& failure) {
  auto const map = [&](Excerpt const& document, std::string& what) {
    XmlDocument const markup(document, limits);
    TreeMapper mapper(markup, limits, bodies);
    auto feed = mapper.map(hints.url);
    if (feed && markup.problem())
      feed->problems.push_back(*markup.problem());
    else if (feed && mapper.met_undeclared_prefix())
      feed->problems.push_back(problem_of("namespace", "a namespace prefix is not declared",
                                          "its declaration", "took it for what it usually means"));
    if (!feed) what = mapper.what_it_is();
    return feed;
  };
  std::string what;
  if (auto feed = map(part, what)) return std::move(*feed);
  bool const page = what == "<html>" || what == "<HTML>";
  auto const start = page ? std::string_view::npos : find_feed_start(part.text);
  if (start != std::string_view::npos && start != 0) {
    std::string nothing;
    if (auto feed = map(part.from(start), nothing)) {
      auto leading =
          problem_of("leading_text", std::to_string(start) + " bytes of something else before the feed",
                     "the root of a feed", "dropped them");
      set_place(leading, part, 0);
      feed->problems.insert(feed->problems.begin(), std::move(leading));
      return std::move(*feed);
    }
  }
  auto error = not_a_feed(part.text, what);
  failure =
      problem_of("root", error.message, "the root of a feed: rss, feed, rdf:RDF, channel, urlset, or JSON");
  set_place(failure, part, 0);
  return error;
}

std::string one_line(std::vector<Problem> const& problems) {
  std::string out;
  for (auto const& problem : problems) out += (out.empty() ? "" : "; ") + describe(problem);
  return out;
}

Error too_large(std::size_t bytes, std::size_t bytes_max) {
  return {ErrorCode::too_large,
          "the document has " + std::to_string(bytes) + " bytes; the limit is " + std::to_string(bytes_max)};
}

}  // namespace

Result<Feed> parse_feed(std::string_view bytes, Hints const& hints, Limits const& limits, Bodies bodies,
                        Problem* failure) {
  Problem unasked;
  Problem& why = failure ? *failure : unasked;
  auto const at_most = "at most " + std::to_string(limits.bytes_max) + " bytes";
  if (bytes.size() > limits.bytes_max) {
    why = problem_of("size", {}, at_most);
    return too_large(bytes.size(), limits.bytes_max);
  }
  PreparedText prepared;
  if (auto ready = prepare(prepared, bytes, hints, limits); !ready) {
    bool const grew = ready.error().code == ErrorCode::too_large;
    why = problem_of(grew ? "size" : "compression", {}, grew ? at_most : "a gzip or zlib body");
    return ready.error();
  }
  Excerpt const whole(prepared.text, prepared.skipped);
  auto const first = whole.text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    why = problem_of("root", {}, "a document");
    return Error{ErrorCode::malformed, "an empty document"};
  }
  bool const is_json = whole.text[first] == '{' || whole.text[first] == '[';
  auto feed = is_json ? parse_json_feed(whole.from(first), hints, limits, bodies, why)
                      : parse_markup(whole.from(first), hints, limits, bodies, why);
  if (!feed) return feed;
  feed->encoding = prepared.encoding;
  feed->problems.insert(feed->problems.begin(), std::make_move_iterator(prepared.problems.begin()),
                        std::make_move_iterator(prepared.problems.end()));
  feed->bozo = !feed->problems.empty();
  feed->bozo_reason = one_line(feed->problems);
  return feed;
}

}  // namespace newsfold::parse
