#include "feeds/parse/discover_services.h"

#include "feeds/text/ascii.h"
#include "feeds/text/url.h"

#include <algorithm>

namespace newsfold::parse {

namespace {

// The address of a page, taken apart: what the rules below speak of.
struct Page {
  std::string scheme;
  std::string host;  // lower case, without "www." and "m."
  std::string origin;
  std::vector<std::string_view> path;  // segments
  std::string_view query;
};

Page take_apart(std::string_view url) {
  Page page;
  page.scheme = text::lower(text::scheme_of(url));
  page.host = text::lower(text::host_of(url));
  auto const authority_at = url.find("://");
  if (authority_at == std::string_view::npos) return page;
  auto const path_at = std::min(url.find_first_of("/?#", authority_at + 3), url.size());
  page.origin = url.substr(0, path_at);
  for (std::string_view prefix : {"www.", "m.", "old.", "new."})
    if (page.host.starts_with(prefix)) page.host.erase(0, prefix.size());
  auto rest = url.substr(path_at);
  rest = rest.substr(0, rest.find('#'));
  if (auto const mark = rest.find('?'); mark != std::string_view::npos) {
    page.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  while (!rest.empty()) {
    rest.remove_prefix(1);
    auto const end = std::min(rest.find('/'), rest.size());
    if (end > 0) page.path.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return page;
}

std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    auto const end = std::min(query.find('&'), query.size());
    auto const field = query.substr(0, end);
    if (field.starts_with(name) && field.size() > name.size() && field[name.size()] == '=')
      return field.substr(name.size() + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

bool is_host(Page const& page, std::string_view host) {
  return page.host == host || (page.host.size() > host.size() && page.host.ends_with(host) &&
                               page.host[page.host.size() - host.size() - 1] == '.');
}

std::string segment(Page const& page, std::size_t i) {
  return i < page.path.size() ? std::string(page.path[i]) : "";
}

class Links {
 public:
  explicit Links(std::string_view via) : via_(via) {}
  void add(std::string url, std::string_view type, std::string title = {}) {
    links_.push_back({std::move(url), std::string(type), std::move(title), std::string(via_)});
  }
  std::vector<FeedLink> take() { return std::move(links_); }

 private:
  std::string_view via_;
  std::vector<FeedLink> links_;
};

void youtube(Page const& page, Links& out) {
  constexpr char const* feed = "https://www.youtube.com/feeds/videos.xml?";
  auto const first = segment(page, 0);
  if (first == "channel" && page.path.size() > 1) out.add(feed + ("channel_id=" + segment(page, 1)), "atom");
  if (first == "user" && page.path.size() > 1) out.add(feed + ("user=" + segment(page, 1)), "atom");
  if (auto const list = parameter(page.query, "list");
      !list.empty() && (first == "playlist" || first == "watch"))
    out.add(feed + ("playlist_id=" + std::string(list)), "atom");
}

void github(Page const& page, Links& out) {
  constexpr std::string_view own_pages[] = {"about",  "features",    "pricing",  "login",       "topics",
                                            "search", "explore",     "settings", "marketplace", "sponsors",
                                            "orgs",   "collections", "trending"};
  auto const owner = segment(page, 0);
  if (owner.empty() || std::find(std::begin(own_pages), std::end(own_pages), owner) != std::end(own_pages))
    return;
  auto const base = "https://github.com/" + owner;
  if (page.path.size() == 1) return out.add(base + ".atom", "atom", owner);
  auto const repository = base + "/" + segment(page, 1);
  auto const what = segment(page, 2);
  if (what == "tags") out.add(repository + "/tags.atom", "atom");
  if (what == "commits" && page.path.size() > 3)
    out.add(repository + "/commits/" + segment(page, 3) + ".atom", "atom");
  out.add(repository + "/releases.atom", "atom", "Releases");
  out.add(repository + "/commits.atom", "atom", "Commits");
  if (what != "tags") out.add(repository + "/tags.atom", "atom", "Tags");
}

void reddit(Page const& page, Links& out) {
  auto const first = segment(page, 0);
  if (first.empty()) return out.add("https://www.reddit.com/.rss", "atom");
  if ((first == "r" || first == "user" || first == "u") && page.path.size() > 1) {
    std::string address = "https://www.reddit.com";
    for (auto const part : page.path) {
      if (part == ".rss") break;
      address.append("/").append(part);
    }
    out.add(address + "/.rss", "atom");
  }
}

// "@name" is how Mastodon and its relatives, Medium and Substack's notes name people.
void mastodon(Page const& page, Links& out) {
  auto const first = segment(page, 0);
  if (first.size() > 1 && first[0] == '@' && first.find('@', 1) == std::string::npos)
    out.add(page.origin + "/" + first + ".rss", "rss");
  else if (first == "tags" && page.path.size() > 1)
    out.add(page.origin + "/tags/" + segment(page, 1) + ".rss", "rss");
}

void medium(Page const& page, Links& out) {
  if (page.host != "medium.com") return out.add(page.origin + "/feed", "rss");
  auto const first = segment(page, 0);
  if (first == "tag" && page.path.size() > 1)
    return out.add("https://medium.com/feed/tag/" + segment(page, 1), "rss");
  if (!first.empty() && first != "feed") out.add("https://medium.com/feed/" + first, "rss");
}

// Services that give each author a host, and where the feed stands there.
bool add_own_host_feeds(Page const& page, Links& out) {
  struct Row {
    std::string_view host;
    std::string_view path;
    std::string_view type;
  };
  bool known = false;
  for (auto const& row : {
           Row{"substack.com", "/feed", "rss"},
           Row{"tumblr.com", "/rss", "rss"},
           Row{"wordpress.com", "/feed/", "rss"},
           Row{"blogspot.com", "/feeds/posts/default", "atom"},
           Row{"blogspot.com", "/feeds/posts/default?alt=rss", "rss"},
           Row{"bearblog.dev", "/feed/", "rss"},
           Row{"micro.blog", "/feed.xml", "rss"},
           Row{"ghost.io", "/rss/", "rss"},
           Row{"hatenablog.com", "/feed", "atom"},
           Row{"livejournal.com", "/data/rss", "rss"},
           Row{"typepad.com", "/atom.xml", "atom"},
       }) {
    if (page.host == row.host || !is_host(page, row.host)) continue;
    out.add(page.origin + std::string(row.path), row.type);
    known = true;
  }
  return known;
}

}  // namespace

std::vector<FeedLink> service_feeds(std::string_view url) {
  auto const page = take_apart(url);
  Links out("service");
  if (page.scheme != "http" && page.scheme != "https") return {};
  auto const first = segment(page, 0);
  auto const second = segment(page, 1);
  if (is_host(page, "youtube.com"))
    youtube(page, out);
  else if (page.host == "github.com")
    github(page, out);
  else if (page.host == "reddit.com")
    reddit(page, out);
  else if (is_host(page, "medium.com"))
    medium(page, out);
  else if (page.host == "substack.com" && first.starts_with('@'))
    out.add("https://" + first.substr(1) + ".substack.com/feed", "rss");
  else if (page.host == "open.substack.com" && first == "pub" && !second.empty())
    out.add("https://" + second + ".substack.com/feed", "rss");
  else if (page.host == "tumblr.com" && !first.empty())
    out.add("https://" + first + ".tumblr.com/rss", "rss");
  else if (page.host == "gist.github.com" && !first.empty())
    out.add("https://gist.github.com/" + first + ".atom", "atom");
  else if (add_own_host_feeds(page, out)) {
    // all said
  } else if (page.host == "gitlab.com" && page.path.size() > 1) {
    auto const repository = "https://gitlab.com/" + first + "/" + second;
    out.add(repository + "/-/tags?format=atom", "atom", "Tags");
    out.add(repository + "/-/commits?format=atom", "atom", "Commits");
  } else if ((page.host == "codeberg.org" || page.host == "gitea.com") && !first.empty()) {
    if (page.path.size() > 1) {
      out.add(page.origin + "/" + first + "/" + second + "/releases.rss", "rss", "Releases");
      out.add(page.origin + "/" + first + "/" + second + ".rss", "rss");
    } else {
      out.add(page.origin + "/" + first + ".rss", "rss");
    }
  } else if (page.host == "git.sr.ht" && page.path.size() > 1) {
    out.add(page.origin + "/" + first + "/" + second + "/log/rss.xml", "rss", "Commits");
    out.add(page.origin + "/" + first + "/" + second + "/refs/rss.xml", "rss", "Releases");
  } else if (page.host == "note.com" && !first.empty()) {
    out.add("https://note.com/" + first + "/rss", "rss");
  } else if (page.host == "vimeo.com" && !first.empty()) {
    out.add("https://vimeo.com/" + first + (first == "channels" && !second.empty() ? "/" + second : "") +
                "/videos/rss",
            "rss");
  } else if (page.host == "dev.to") {
    out.add("https://dev.to/feed" + (first.empty() ? "" : "/" + first), "rss");
  } else if (page.host == "stackoverflow.com" || is_host(page, "stackexchange.com")) {
    if (first == "questions" && second == "tagged" && page.path.size() > 2)
      out.add(page.origin + "/feeds/tag/" + segment(page, 2), "atom");
    else if (first == "questions" && !second.empty())
      out.add(page.origin + "/feeds/question/" + second, "atom");
    else if (first == "users" && !second.empty())
      out.add(page.origin + "/feeds/user/" + second, "atom");
    else
      out.add(page.origin + "/feeds", "atom");
  } else if (page.host == "news.ycombinator.com") {
    out.add("https://news.ycombinator.com/rss", "rss");
  } else if (page.host == "lobste.rs") {
    out.add("https://lobste.rs/" + (first == "t" ? "t/" + second + ".rss" : "rss"), "rss");
  } else if (page.host == "bsky.app" && first == "profile" && !second.empty()) {
    out.add("https://bsky.app/profile/" + second + "/rss", "rss");
  } else if (page.host == "pypi.org" && first == "project" && !second.empty()) {
    out.add("https://pypi.org/rss/project/" + second + "/releases.xml", "rss");
  } else if (page.host == "arxiv.org" && first == "list" && !second.empty()) {
    out.add("https://rss.arxiv.org/rss/" + second, "rss");
  } else if (page.host == "flickr.com" && first == "photos" && second.find('@') != std::string::npos) {
    out.add("https://www.flickr.com/services/feeds/photos_public.gne?id=" + second, "atom");
  } else if (page.host == "steamcommunity.com" || page.host == "store.steampowered.com") {
    if ((first == "app" || first == "games") && !second.empty())
      out.add("https://store.steampowered.com/feeds/news/app/" + second, "rss");
  } else if (page.host == "letterboxd.com" && !first.empty()) {
    out.add("https://letterboxd.com/" + first + "/rss/", "rss");
  } else {
    mastodon(page, out);
  }
  return out.take();
}

std::vector<FeedLink> platform_feeds(std::string_view url, std::string_view generator) {
  auto const page = take_apart(url);
  if (page.origin.empty()) return {};
  struct Row {
    std::string_view generator;
    std::string_view path;
    std::string_view type;
  };
  constexpr Row rows[] = {
      {"wordpress", "/feed/", "rss"},
      {"ghost", "/rss/", "rss"},
      {"hugo", "/index.xml", "rss"},
      {"jekyll", "/feed.xml", "atom"},
      {"blogger", "/feeds/posts/default", "atom"},
      {"drupal", "/rss.xml", "rss"},
      {"joomla", "/?format=feed&type=rss", "rss"},
      {"squarespace", "/?format=rss", "rss"},
      {"wix", "/blog-feed.xml", "rss"},
      {"typo3", "/rss.xml", "rss"},
      {"mediawiki", "/index.php?title=Special:RecentChanges&feed=atom", "atom"},
      {"discourse", "/latest.rss", "rss"},
      {"hexo", "/atom.xml", "atom"},
      {"pelican", "/feeds/all.atom.xml", "atom"},
      {"eleventy", "/feed.xml", "atom"},
      {"gatsby", "/rss.xml", "rss"},
      {"astro", "/rss.xml", "rss"},
      {"docusaurus", "/blog/rss.xml", "rss"},
      {"textpattern", "/rss/", "rss"},
      {"typepad", "/atom.xml", "atom"},
      {"movable type", "/atom.xml", "atom"},
      {"zola", "/atom.xml", "atom"},
      {"publii", "/feed.xml", "atom"},
      {"write.as", "/feed/", "rss"},
      {"writefreely", "/feed/", "rss"},
      {"nikola", "/rss.xml", "rss"},
      {"vbulletin", "/external.php?type=RSS2", "rss"},
      {"phpbb", "/feed", "atom"},
      {"peertube", "/feeds/videos.xml", "rss"},
      {"craft cms", "/feed.rss", "rss"},
      {"shopify", "/blogs/news.atom", "atom"},
      {"castopod", "/feed.xml", "rss"},
  };
  Links out("platform");
  for (auto const& row : rows)
    if (text::find_ignoring_case(generator, row.generator) != std::string_view::npos)
      out.add(page.origin + std::string(row.path), row.type);
  return out.take();
}

std::vector<FeedLink> guessed_feeds(std::string_view url) {
  auto const page = take_apart(url);
  if (page.origin.empty()) return {};
  Links out("guess");
  for (std::string_view path :
       {"/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/rss", "/index.xml", "/feed.json", "/feeds"})
    out.add(page.origin + std::string(path), path.ends_with(".json") ? "json"
                                             : path == "/atom.xml"   ? "atom"
                                                                     : "");
  return out.take();
}

}  // namespace newsfold::parse
