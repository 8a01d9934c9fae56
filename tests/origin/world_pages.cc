#include "tests/origin/world_pages.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace newsfold::origin {
namespace {

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct Calendar {
  int year, month, day, hour, minute, second, weekday;
};

Calendar calendar(UtcMicros t) {
  auto const day = std::chrono::floor<std::chrono::days>(t);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const time(std::chrono::floor<std::chrono::seconds>(t - day));
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(std::chrono::weekday(day).c_encoding())};
}

template <class... Args>
std::string print(char const* format, Args... args) {
  std::array<char, 128> buffer{};
  int const length = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

std::string rfc822(UtcMicros t) {
  auto const c = calendar(t);
  return print("%s, %02d %.3s %04d %02d:%02d:%02d GMT", weekdays[static_cast<std::size_t>(c.weekday)].data(),
               c.day, months[static_cast<std::size_t>(c.month - 1)].data(), c.year, c.hour, c.minute,
               c.second);
}

std::string rfc3339(UtcMicros t) { return format_rfc3339(std::chrono::floor<std::chrono::seconds>(t)); }

// As the site's readers are used to see it.
std::string local_date(UtcMicros t, std::string const& language) {
  auto const c = calendar(t);
  if (language == "de")
    return print("%02d.%02d.%04d, %02d:%02d Uhr", c.day, c.month, c.year, c.hour, c.minute);
  if (language == "fr") return print("%02d/%02d/%04d à %02dh%02d", c.day, c.month, c.year, c.hour, c.minute);
  if (language != "en") return print("%02d/%02d/%04d %02d:%02d", c.day, c.month, c.year, c.hour, c.minute);
  return print("%d %s %04d, %02d:%02d", c.day, months[static_cast<std::size_t>(c.month - 1)].data(), c.year,
               c.hour, c.minute);
}

std::string escape(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string(boost::json::string_view(text.data(), text.size())));
}

std::string paragraphs_html(std::vector<std::string> const& paragraphs, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < std::min(count, paragraphs.size()); ++i)
    out += "<p>" + escape(paragraphs[i]) + "</p>\n";
  return out;
}

std::string home(Site const& site) { return "http://" + site.host + "/"; }
std::string page_url(Site const& site, Publication const& p) {
  return "http://" + site.host + article_path(p);
}

// One entry of a feed, with all that any format wants.
struct Entry {
  Publication const* publication;
  Edition const* edition;
  std::string url;
  std::string id;
  UtcMicros published;
  UtcMicros updated;
  std::string html;  // empty unless the feed carries full text
  std::string summary;
};

UtcMicros published_at(Publication const& p, Moment const& moment) { return moment.at(p.appears()) - p.age; }

std::vector<Entry> entries(World const& world, std::size_t index, Moment const& moment) {
  auto const& site = world.sites[index];
  std::vector<Entry> out;
  for (auto const& p : world.publications) {
    if (p.site != index || !p.visible(moment.now)) continue;
    auto const& edition = p.edition(moment.now);
    auto const published = published_at(p, moment);
    Entry entry{&p, &edition, page_url(site, p), p.slug + "@" + site.host, published, published, "", ""};
    if (edition.at != p.appears()) entry.updated = moment.at(edition.at);
    if (!site.tracking.empty()) entry.url += "?" + site.tracking;
    if (site.carries == Carries::full)
      entry.html = paragraphs_html(edition.paragraphs, edition.paragraphs.size());
    if (site.carries != Carries::title) entry.summary = p.summary;
    out.push_back(std::move(entry));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](Entry const& a, Entry const& b) { return a.published > b.published; });
  if (out.size() > feed_items_max) out.resize(feed_items_max);
  return out;
}

std::string render_rss2(Site const& site, std::vector<Entry> const& items) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" "
      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n"
      "<channel>\n<title>" +
      escape(site.name) + "</title>\n<link>" + home(site) + "</link>\n<description>" + escape(site.name) +
      "</description>\n<language>" + site.language + "</language>\n";
  for (auto const& item : items) {
    out += "<item>\n<title>" + escape(item.edition->title) + "</title>\n<link>" + escape(item.url) +
           "</link>\n<guid isPermaLink=\"false\">" + escape(item.id) + "</guid>\n<pubDate>" +
           rfc822(item.published) + "</pubDate>\n<dc:creator>" + escape(item.publication->author) +
           "</dc:creator>\n";
    if (!item.summary.empty()) out += "<description>" + escape(item.summary) + "</description>\n";
    if (!item.html.empty()) out += "<content:encoded><![CDATA[" + item.html + "]]></content:encoded>\n";
    out += "</item>\n";
  }
  return out + "</channel>\n</rss>\n";
}

std::string render_rss1(Site const& site, std::vector<Entry> const& items) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" "
      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n"
      "<channel rdf:about=\"" +
      home(site) + "\">\n<title>" + escape(site.name) + "</title>\n<link>" + home(site) +
      "</link>\n<description>" + escape(site.name) + "</description>\n<dc:language>" + site.language +
      "</dc:language>\n<items><rdf:Seq>\n";
  for (auto const& item : items) out += "<rdf:li rdf:resource=\"" + escape(item.url) + "\"/>\n";
  out += "</rdf:Seq></items>\n</channel>\n";
  for (auto const& item : items) {
    out += "<item rdf:about=\"" + escape(item.url) + "\">\n<title>" + escape(item.edition->title) +
           "</title>\n<link>" + escape(item.url) + "</link>\n<dc:date>" + rfc3339(item.published) +
           "</dc:date>\n<dc:creator>" + escape(item.publication->author) + "</dc:creator>\n<description>" +
           escape(item.summary) + "</description>\n";
    if (!item.html.empty()) out += "<content:encoded><![CDATA[" + item.html + "]]></content:encoded>\n";
    out += "</item>\n";
  }
  return out + "</rdf:RDF>\n";
}

std::string render_atom(Site const& site, std::vector<Entry> const& items, Moment const& moment) {
  auto updated = moment.begin;
  for (auto const& item : items) updated = std::max(updated, item.updated);
  std::string out =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"" +
      site.language + "\">\n<id>" + home(site) + "</id>\n<title>" + escape(site.name) +
      "</title>\n<link rel=\"alternate\" href=\"" + home(site) + "\"/>\n<link rel=\"self\" href=\"http://" +
      site.host + escape(site.feed_path) + "\"/>\n<updated>" + rfc3339(updated) + "</updated>\n";
  for (auto const& item : items) {
    out += "<entry>\n<id>tag:" + site.host + ",2026:" + item.publication->slug + "</id>\n<title>" +
           escape(item.edition->title) + "</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"" +
           escape(item.url) + "\"/>\n<published>" + rfc3339(item.published) + "</published>\n<updated>" +
           rfc3339(item.updated) + "</updated>\n<author><name>" + escape(item.publication->author) +
           "</name></author>\n";
    if (!item.summary.empty()) out += "<summary>" + escape(item.summary) + "</summary>\n";
    if (!item.html.empty()) out += "<content type=\"html\">" + escape(item.html) + "</content>\n";
    out += "</entry>\n";
  }
  return out + "</feed>\n";
}

std::string render_json(Site const& site, std::vector<Entry> const& items) {
  boost::json::array list;
  for (auto const& item : items) {
    boost::json::object entry{{"id", item.id},
                              {"url", item.url},
                              {"title", item.edition->title},
                              {"date_published", rfc3339(item.published)},
                              {"date_modified", rfc3339(item.updated)}};
    boost::json::object author{{"name", item.publication->author}};
    entry["authors"] = boost::json::array{std::move(author)};
    if (!item.summary.empty()) entry["summary"] = item.summary;
    if (item.html.empty()) {
      entry["content_text"] = item.summary;
    } else {
      entry["content_html"] = item.html;
    }
    list.push_back(std::move(entry));
  }
  boost::json::object const feed{{"version", "https://jsonfeed.org/version/1.1"},
                                 {"title", site.name},
                                 {"home_page_url", home(site)},
                                 {"feed_url", "http://" + site.host + site.feed_path},
                                 {"language", site.language},
                                 {"items", std::move(list)}};
  return boost::json::serialize(feed);
}

// {{name}} by the function's answer.
template <class Lookup>
std::string fill(std::string const& text, Lookup lookup) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    auto const open = text.find("{{", at);
    auto const close = open == std::string::npos ? open : text.find("}}", open);
    out += text.substr(at, open == std::string::npos ? open : open - at);
    if (close == std::string::npos) return out;
    out += lookup(std::string_view(text).substr(open + 2, close - open - 2));
    at = close + 2;
  }
}

std::string render_listing(World const& world, Site const& site, std::vector<Entry> const& items) {
  std::string list;
  for (auto const& item : items) {
    list += "<li><a href=\"" + article_path(*item.publication) + "\">" + escape(item.edition->title) +
            "</a> <time datetime=\"" + rfc3339(item.published) + "\">" +
            local_date(item.published, site.language) + "</time><p class=\"teaser\">" +
            escape(item.publication->summary) + "</p></li>\n";
  }
  return fill(world.templates.at(site.page + "-listing").html, [&](std::string_view) { return list; });
}

// The paragraphs with what the site puts between them, up to the wall.
std::string page_body(Site const& site, PageTemplate const& page,
                      std::vector<std::string> const& paragraphs) {
  auto const shown =
      site.wall == Wall::none ? paragraphs.size() : std::min(site.wall_after, paragraphs.size());
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    out += "<p>" + escape(paragraphs[i]) + "</p>\n";
    auto const snippet = page.snippets.find(i + 1);
    if (snippet != page.snippets.end() && i + 1 < shown) out += snippet->second;
  }
  return out;
}

bool behind_wall(Site const& site, Edition const& edition) {
  return site.wall != Wall::none && edition.paragraphs.size() > site.wall_after;
}

std::string related_list(World const& world, Publication const& publication, Moment const& moment) {
  constexpr std::size_t related_max = 4;
  std::string out;
  std::size_t count = 0;
  for (auto it = world.publications.rbegin(); it != world.publications.rend() && count < related_max; ++it) {
    if (it->site != publication.site || &*it == &publication || !it->visible(moment.now)) continue;
    out +=
        "<li><a href=\"" + article_path(*it) + "\">" + escape(it->edition(moment.now).title) + "</a></li>\n";
    ++count;
  }
  return out;
}

}  // namespace

UtcMicros Moment::at(WorldTime t) const {
  return begin + std::chrono::microseconds(
                     static_cast<std::int64_t>(static_cast<double>(t.count()) * 1000.0 / scale));
}

std::string article_path(Publication const& publication) { return "/news/" + publication.slug; }

std::string_view feed_content_type(SiteFormat format) noexcept {
  switch (format) {
    case SiteFormat::rss2: return "application/rss+xml; charset=utf-8";
    case SiteFormat::rss1: return "application/rdf+xml";
    case SiteFormat::atom: return "application/atom+xml; charset=utf-8";
    case SiteFormat::json: return "application/feed+json";
    case SiteFormat::html: return "text/html; charset=utf-8";
  }
  return "";
}

std::string render_feed(World const& world, std::size_t index, Moment const& moment) {
  auto const& site = world.sites[index];
  auto const items = entries(world, index, moment);
  switch (site.format) {
    case SiteFormat::rss2: return render_rss2(site, items);
    case SiteFormat::rss1: return render_rss1(site, items);
    case SiteFormat::atom: return render_atom(site, items, moment);
    case SiteFormat::json: return render_json(site, items);
    case SiteFormat::html: return render_listing(world, site, items);
  }
  return "";
}

std::string render_page(World const& world, Publication const& publication, Moment const& moment) {
  auto const& site = world.sites[publication.site];
  auto const& page = world.templates.at(site.page);
  auto const& edition = publication.edition(moment.now);
  auto const published = published_at(publication, moment);
  return fill(page.html, [&](std::string_view name) -> std::string {
    if (name == "body") return page_body(site, page, edition.paragraphs);
    if (name == "wall") return behind_wall(site, edition) ? page.wall : "";
    if (name == "related") return related_list(world, publication, moment);
    if (name == "title") return escape(edition.title);
    if (name == "title_json") return json_string(edition.title);
    if (name == "author") return escape(publication.author);
    if (name == "author_json") return json_string(publication.author);
    if (name == "summary") return escape(publication.summary);
    if (name == "site") return escape(site.name);
    if (name == "language") return site.language;
    if (name == "slug") return publication.slug;
    if (name == "url") return page_url(site, publication);
    if (name == "published") return rfc3339(published);
    if (name == "modified")
      return rfc3339(edition.at == publication.appears() ? published : moment.at(edition.at));
    if (name == "date") return local_date(published, site.language);
    return "";
  });
}

}  // namespace newsfold::origin
