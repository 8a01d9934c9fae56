#include "feeds/parse/discover.h"

#include "feeds/clean/sanitize/html_token.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/parse/discover_services.h"
#include "feeds/parse/parse.h"
#include "feeds/text/ascii.h"
#include "feeds/text/charset.h"
#include "feeds/text/entities.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <unordered_set>

namespace newsfold::parse {

namespace {

constexpr std::size_t page_bytes_max =
    8UL * 1024 * 1024;  // what stands behind is a page's data, not its links
constexpr std::size_t anchor_text_bytes_max = 200;

// The lower, the better; what a page declares goes before what we think.
enum Rank : int {
  rank_self,
  rank_service_sure,
  rank_link,
  rank_link_comments,
  rank_service,
  rank_anchor,
  rank_platform,
  rank_guess,
};

struct Found {
  FeedLink link;
  int rank = 0;
};

bool contains(std::string_view text, std::string_view what) noexcept {
  return text::find_ignoring_case(text, what) != std::string_view::npos;
}

// The kind of feed that a media type names; nothing for types that are no feeds.
std::optional<std::string_view> feed_type(std::string_view type) noexcept {
  type = text::trim(type.substr(0, type.find(';')));
  if (contains(type, "atom")) return "atom";
  if (contains(type, "rss") || contains(type, "rdf")) return "rss";
  if (text::equals_ignoring_case(type, "application/feed+json")) return "json";
  if (text::equals_ignoring_case(type, "application/json")) return "json";
  if (text::equals_ignoring_case(type, "application/xml") || text::equals_ignoring_case(type, "text/xml"))
    return "";
  return std::nullopt;
}

// application/json is also what WordPress calls its API and oEmbed its answers.
bool looks_like_api(std::string_view url) noexcept {
  return contains(url, "wp-json") || contains(url, "oembed") || contains(url, "/api/") ||
         contains(url, "manifest.json");
}

bool is_comment_feed(std::string_view url, std::string_view title) noexcept {
  return contains(url, "comments") || contains(title, "comment") || contains(title, "kommentar") ||
         contains(title, "commentaire") || contains(title, "comentario");
}

// What an address says by its looks.
std::optional<std::string_view> feed_like(std::string_view url) noexcept {
  auto path = url.substr(0, url.find('#'));
  auto query = std::string_view();
  if (auto const mark = path.find('?'); mark != std::string_view::npos) {
    query = path.substr(mark + 1);
    path = path.substr(0, mark);
  }
  if (auto const at = path.find("://"); at != std::string_view::npos) {
    auto const host = text::host_of(url);
    if (host.starts_with("feeds.") || host.starts_with("rss.")) return "rss";
    auto const slash = path.find('/', at + 3);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  auto const last = path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
  struct Row {
    std::string_view name;
    std::string_view type;
  };
  for (auto const& [name, type] :
       {Row{"feed", ""}, Row{"rss", "rss"}, Row{"atom", "atom"}, Row{"feeds", ""}, Row{"rss2", "rss"},
        Row{"rdf", "rss"}, Row{"feed.xml", ""}, Row{"rss.xml", "rss"}, Row{"atom.xml", "atom"},
        Row{"index.rdf", "rss"}, Row{"index.xml", ""}, Row{"feed.json", "json"}, Row{"feed.php", ""},
        Row{"rss.php", "rss"}, Row{"rss.asp", "rss"}, Row{"rss.aspx", "rss"}})
    if (text::equals_ignoring_case(last, name)) return type;
  auto const ends = [&](std::string_view end) {
    return last.size() > end.size() && text::equals_ignoring_case(last.substr(last.size() - end.size()), end);
  };
  if (ends(".rss") || ends(".rdf")) return "rss";
  if (ends(".atom")) return "atom";
  if (ends(".xml") && (contains(last, "rss") || contains(last, "feed") || contains(last, "atom")))
    return contains(last, "atom") ? "atom" : "rss";
  if (contains(query, "feed=rss") || contains(query, "format=rss") || contains(query, "type=rss") ||
      contains(query, "alt=rss"))
    return "rss";
  if (contains(query, "feed=atom") || contains(query, "format=atom") || contains(query, "type=atom"))
    return "atom";
  if (contains(query, "format=feed") || query.starts_with("feed=")) return "";
  return std::nullopt;
}

std::string_view type_of(FeedFormat format) noexcept {
  switch (format) {
    case FeedFormat::atom_03:
    case FeedFormat::atom_10: return "atom";
    case FeedFormat::json_10:
    case FeedFormat::json_11: return "json";
    case FeedFormat::sitemap: return "sitemap";
    default: return "rss";
  }
}

class Discovery {
 public:
  explicit Discovery(std::string_view url) : url_(url), base_(url) {}

  std::vector<FeedLink> run(std::string_view html);

 private:
  void tag(clean::HtmlToken const& token, std::string_view html);
  void link(clean::HtmlToken const& token);
  void anchor(clean::HtmlToken const& token, std::string_view html);
  void add(std::string url, std::string_view type, std::string title, std::string_view via, int rank);
  void add(std::vector<FeedLink> links, int rank);

  static std::string value(clean::HtmlToken const& token, std::string_view name) {
    return std::string(
        text::trim(text::decode_entities(token.attribute(name), text::EntityContext::attribute)));
  }

  std::string url_;
  std::string base_;
  std::string generator_;
  std::string canonical_;
  std::string channel_id_;
  std::vector<Found> found_;
  std::unordered_set<std::string> known_;
};

void Discovery::add(std::string url, std::string_view type, std::string title, std::string_view via,
                    int rank) {
  if (text::starts_with_ignoring_case(url, "feed://"))
    url.replace(0, 7, "https://");
  else if (text::starts_with_ignoring_case(url, "feed:http"))
    url.erase(0, 5);
  constexpr std::size_t candidates_max = 1024;
  auto address = text::resolve_url(url, base_);
  address = address.substr(0, address.find('#'));
  if (address.empty() || found_.size() >= candidates_max) return;
  auto const scheme = text::scheme_of(address);
  if (!scheme.empty() && !text::is_web_url(address)) return;
  if (!known_.insert(address).second) return;
  found_.push_back(
      {{std::move(address), std::string(type), text::collapse_space(title), std::string(via)}, rank});
}

void Discovery::add(std::vector<FeedLink> links, int rank) {
  for (auto& link : links) add(std::move(link.url), link.type, std::move(link.title), link.via, rank);
}

void Discovery::link(clean::HtmlToken const& token) {
  auto const rel = value(token, "rel");
  auto const href = value(token, "href");
  if (href.empty()) return;
  if (text::has_word_ignoring_case(rel, "canonical")) canonical_ = text::resolve_url(href, base_);
  bool const alternate =
      text::has_word_ignoring_case(rel, "alternate") || text::has_word_ignoring_case(rel, "alternative");
  bool const feed = text::has_word_ignoring_case(rel, "feed") ||
                    text::has_word_ignoring_case(rel, "service.feed");  // Atom 0.3's word
  if (!alternate && !feed) return;
  if (text::has_word_ignoring_case(rel, "stylesheet")) return;
  auto const type = feed_type(value(token, "type"));
  if (!type && !feed) {
    // A type was forgotten; an address that says "feed" is one.
    auto const like = feed_like(href);
    if (!token.attribute("type").empty() || !like || token.has_attribute("hreflang")) return;
    return add(href, *like, value(token, "title"), "link", rank_link);
  }
  if (type == "json" && looks_like_api(href)) return;
  if (contains(href, "foaf.rdf")) return;                 // a person in RDF
  if (type && type->empty() && !feed_like(href)) return;  // some XML, some where
  auto title = value(token, "title");
  int const rank = is_comment_feed(href, title) ? rank_link_comments : rank_link;
  add(href, type.value_or(""), std::move(title), "link", rank);
}

void Discovery::anchor(clean::HtmlToken const& token, std::string_view html) {
  auto const href = value(token, "href");
  if (href.empty() || href.starts_with('#')) return;
  auto const declared = feed_type(value(token, "type"));
  auto const like = feed_like(href);
  auto const behind = html.substr(token.end, anchor_text_bytes_max);
  auto text = clean::html_to_line(behind.substr(0, behind.find("</")));
  bool const scheme_says = text::starts_with_ignoring_case(href, "feed:");
  bool const is_file =
      href.ends_with(".html") || href.ends_with(".htm") || href.ends_with(".pdf") || href.ends_with(".png");
  bool const text_says =
      text::equals_ignoring_case(text, "rss") || text::equals_ignoring_case(text, "atom") ||
      text::equals_ignoring_case(text, "rss feed") || text::equals_ignoring_case(text, "atom feed") ||
      text::equals_ignoring_case(text, "rss-feed") || text::equals_ignoring_case(text, "xml");
  if (is_file ||
      !(like || scheme_says || text_says || (declared && !declared->empty() && *declared != "json")))
    return;
  // Buttons of readers and sharers carry a feed in their query; they are not it.
  if (contains(href, "add.my.yahoo") || contains(href, "feedly.com") || contains(href, "/sharer") ||
      contains(href, "subscribe?"))
    return;
  std::string_view type = like ? *like : "";
  if (declared && !declared->empty()) type = *declared;
  if (text.empty()) text = value(token, "title");
  add(href, type, std::move(text), "anchor", is_comment_feed(href, {}) ? rank_anchor + 1 : rank_anchor);
}

void Discovery::tag(clean::HtmlToken const& token, std::string_view html) {
  if (text::equals_ignoring_case(token.name, "link")) {
    link(token);
  } else if (text::equals_ignoring_case(token.name, "a")) {
    anchor(token, html);
  } else if (text::equals_ignoring_case(token.name, "base")) {
    if (auto const href = value(token, "href"); !href.empty() && base_ == url_)
      base_ = text::resolve_url(href, url_);
  } else if (text::equals_ignoring_case(token.name, "meta")) {
    if (text::equals_ignoring_case(token.attribute("name"), "generator"))
      generator_ = value(token, "content");
    auto const item = token.attribute("itemprop");
    if (item == "channelId" || item == "identifier") channel_id_ = value(token, "content");
  }
}

std::vector<FeedLink> Discovery::run(std::string_view html) {
  clean::HtmlToken token;
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
    clean::read_token(html, at, token);
    at = token.end;
    if (token.kind != clean::HtmlTokenKind::start || token.cut_off) continue;
    if (text::equals_ignoring_case(token.name, "script") || text::equals_ignoring_case(token.name, "style")) {
      at = clean::find_raw_end(html, at, token.name);
      continue;
    }
    tag(token, html);
  }
  if (channel_id_.starts_with("UC") && contains(url_, "youtube.com"))
    add("https://www.youtube.com/feeds/videos.xml?channel_id=" + channel_id_, "atom", {}, "service",
        rank_service_sure);
  bool const declared =
      std::any_of(found_.begin(), found_.end(), [](Found const& f) { return f.rank <= rank_link; });
  add(service_feeds(url_), declared ? rank_service : rank_service_sure);
  if (!declared && !canonical_.empty() && canonical_ != url_) add(service_feeds(canonical_), rank_service);
  if (found_.empty()) add(platform_feeds(url_, generator_), rank_platform);
  if (found_.empty()) add(guessed_feeds(url_), rank_guess);

  std::stable_sort(found_.begin(), found_.end(),
                   [](Found const& a, Found const& b) { return a.rank < b.rank; });
  if (found_.size() > feed_links_max) found_.resize(feed_links_max);
  std::vector<FeedLink> links;
  for (auto& found : found_) links.push_back(std::move(found.link));
  return links;
}

}  // namespace

std::vector<FeedLink> discover_feeds(std::string_view bytes, std::string_view url,
                                     std::string_view content_type) {
  // A feed's own address is the answer; asking for one item is enough to know it.
  Limits limits;
  limits.items_max = 1;
  if (auto const feed = parse_feed(bytes, {url, content_type}, limits)) {
    auto address = url.empty() ? feed->feed_url : std::string(url);
    if (!address.empty())
      return {{std::move(address), std::string(type_of(feed->format)), feed->title, "self"}};
  }
  auto const decoded = text::decode(bytes, content_type);
  return Discovery(url).run(decoded.text().substr(0, page_bytes_max));
}

}  // namespace newsfold::parse
