#include "feeds/parse/names.h"

#include "feeds/text/ascii.h"

#include <array>
#include <cstddef>
#include <iterator>

namespace newsfold::parse {

namespace {

struct UriRow {
  std::string_view uri;  // lower case, without scheme and what follows the last letter
  Space space;
};
constexpr UriRow uris[] = {
    {"purl.org/rss/1.0", Space::core},
    {"my.netscape.com/rdf/simple/0.9", Space::core},
    {"channel.netscape.com/rdf/simple/0.9", Space::core},
    {"my.netscape.com/publish/formats/rss-0.91.dtd", Space::core},
    {"backend.userland.com/rss2", Space::core},
    {"backend.userland.com/rss", Space::core},
    {"backend.userland.com/rss091", Space::core},
    {"blogs.law.harvard.edu/tech/rss", Space::core},
    {"cyber.law.harvard.edu/rss", Space::core},
    {"cyber.law.harvard.edu/rss/rss.html", Space::core},
    {"purl.org/net/rss1.1", Space::core},
    {"purl.org/rss/2.0", Space::core},
    {"feeds.archive.org/validator", Space::core},
    {"backend.userland.com/rss/2.0", Space::core},
    {"www.rssboard.org/rss-specification", Space::core},
    {"www.w3.org/2005/atom", Space::atom},
    {"purl.org/atom/ns", Space::atom},
    {"purl.org/atom", Space::atom},
    {"purl.org/dc/elements/1.1", Space::dc},
    {"purl.org/dc/elements/1.0", Space::dc},
    {"purl.org/dc", Space::dc},
    {"purl.org/dc/terms", Space::dcterms},
    {"purl.org/rss/1.0/modules/content", Space::content},
    {"purl.org/rss/modules/content", Space::content},
    {"search.yahoo.com/mrss", Space::media},
    {"www.rssboard.org/media-rss", Space::media},
    {"video.search.yahoo.com/mrss", Space::media},
    {"tools.search.yahoo.com/mrss", Space::media},
    {"www.itunes.com/dtds/podcast-1.0.dtd", Space::itunes},
    {"www.itunes.com/dtds/podcast-1.0", Space::itunes},
    {"example.com/dtds/podcast-1.0.dtd", Space::itunes},
    {"www.google.com/schemas/play-podcasts/1.0", Space::googleplay},
    {"podcastindex.org/namespace/1.0", Space::podcast},
    {"github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md", Space::podcast},
    {"purl.org/rss/1.0/modules/slash", Space::slash},
    {"purl.org/syndication/thread/1.0", Space::thr},
    {"wellformedweb.org/commentapi", Space::wfw},
    {"purl.org/rss/1.0/modules/syndication", Space::sy},
    {"www.georss.org/georss", Space::georss},
    {"www.georss.org/georss/10", Space::georss},
    {"www.w3.org/2003/01/geo/wgs84_pos", Space::geo},
    {"www.opengis.net/gml", Space::gml},
    {"www.opengis.net/gml/3.2", Space::gml},
    {"backend.userland.com/creativecommonsrssmodule", Space::cc},
    {"cyber.law.harvard.edu/rss/creativecommonsrssmodule.html", Space::cc},
    {"web.resource.org/cc", Space::cc},
    {"creativecommons.org/ns", Space::cc},
    {"purl.org/rss/1.0/modules/cc", Space::cc},
    {"prismstandard.org/namespaces/1.2/basic", Space::prism},
    {"prismstandard.org/namespaces/basic/2.0", Space::prism},
    {"prismstandard.org/namespaces/basic/2.1", Space::prism},
    {"prismstandard.org/namespaces/basic/3.0", Space::prism},
    {"rssnamespace.org/feedburner/ext/1.0", Space::feedburner},
    {"webns.net/mvcb", Space::admin},
    {"www.youtube.com/xml/schemas/2015", Space::yt},
    {"gdata.youtube.com/schemas/2007", Space::yt},
    {"www.w3.org/1999/xhtml", Space::xhtml},
    {"www.w3.org/1999/02/22-rdf-syntax-ns", Space::rdf},
    {"www.sitemaps.org/schemas/sitemap/0.9", Space::sitemap},
    {"www.google.com/schemas/sitemap/0.84", Space::sitemap},
    {"www.google.com/schemas/sitemap/0.9", Space::sitemap},
    {"www.google.com/schemas/sitemap-news/0.9", Space::news},
    {"www.google.com/schemas/sitemap-image/1.1", Space::image},
    {"webfeeds.org/rss/1.0", Space::webfeeds},
    {"postneo.com/icbm", Space::icbm},
    {"source.scripting.com", Space::source},
    {"source.smallpict.com/2014/07/12/thesourcenamespace.html", Space::source},
};

struct PrefixRow {
  std::string_view prefix;
  Space space;
};
constexpr PrefixRow prefixes[] = {
    {"", Space::core},
    {"rss", Space::core},
    {"atom", Space::atom},
    {"atom10", Space::atom},
    {"a10", Space::atom},
    {"atom03", Space::atom},
    {"dc", Space::dc},
    {"dcterms", Space::dcterms},
    {"dct", Space::dcterms},
    {"content", Space::content},
    {"media", Space::media},
    {"itunes", Space::itunes},
    {"googleplay", Space::googleplay},
    {"podcast", Space::podcast},
    {"slash", Space::slash},
    {"thr", Space::thr},
    {"wfw", Space::wfw},
    {"sy", Space::sy},
    {"syn", Space::sy},
    {"georss", Space::georss},
    {"geo", Space::geo},
    {"gml", Space::gml},
    {"cc", Space::cc},
    {"creativecommons", Space::cc},
    {"prism", Space::prism},
    {"feedburner", Space::feedburner},
    {"admin", Space::admin},
    {"yt", Space::yt},
    {"xhtml", Space::xhtml},
    {"rdf", Space::rdf},
    {"news", Space::news},
    {"webfeeds", Space::webfeeds},
    {"icbm", Space::icbm},
    {"source", Space::source},
};

struct NameRow {
  Space space;
  std::string_view name;  // lower case
  Element element;
};
using enum Element;
constexpr NameRow names[] = {
    {Space::core, "rss", rss},
    {Space::core, "rdf", rdf},
    {Space::rdf, "rdf", rdf},
    {Space::core, "feed", feed},
    {Space::core, "channel", channel},
    {Space::core, "item", item},
    {Space::core, "entry", item},
    {Space::core, "items", items},
    {Space::core, "title", title},
    {Space::core, "link", link},
    {Space::core, "description", description},
    {Space::core, "summary", summary},
    {Space::core, "subtitle", subtitle},
    {Space::core, "tagline", subtitle},
    {Space::core, "content", content},
    {Space::core, "encoded", encoded},
    {Space::core, "body", body},
    {Space::core, "fullitem", body},
    {Space::core, "full-text", body},
    {Space::core, "id", id},
    {Space::core, "guid", guid},
    {Space::core, "pubdate", pub_date},
    {Space::core, "published", published},
    {Space::core, "issued", published},
    {Space::core, "updated", updated},
    {Space::core, "modified", updated},
    {Space::core, "created", created},
    {Space::core, "date", date},
    {Space::core, "lastmod", updated},
    {Space::core, "lastbuilddate", last_build_date},
    {Space::core, "author", author},
    {Space::core, "contributor", contributor},
    {Space::core, "managingeditor", managing_editor},
    {Space::core, "webmaster", web_master},
    {Space::core, "publisher", publisher},
    {Space::core, "category", category},
    {Space::core, "keywords", keywords},
    {Space::core, "enclosure", enclosure},
    {Space::core, "comments", comments},
    {Space::core, "source", source},
    {Space::core, "copyright", rights},
    {Space::core, "rights", rights},
    {Space::core, "license", license},
    {Space::core, "generator", generator},
    {Space::core, "language", language},
    {Space::core, "ttl", ttl},
    {Space::core, "skiphours", skip_hours},
    {Space::core, "skipdays", skip_days},
    {Space::core, "image", image},
    {Space::core, "icon", icon},
    {Space::core, "logo", logo},
    {Space::core, "cloud", cloud},
    {Space::core, "url", url},
    {Space::core, "abstract", abstract_},
    {Space::core, "a", anchor},
    {Space::core, "urlset", urlset},
    {Space::core, "sitemapindex", sitemap_index},
    {Space::core, "sitemap", sitemap},
    {Space::core, "loc", loc},

    {Space::atom, "feed", feed},
    {Space::atom, "entry", item},
    {Space::atom, "title", title},
    {Space::atom, "link", link},
    {Space::atom, "summary", summary},
    {Space::atom, "subtitle", subtitle},
    {Space::atom, "tagline", subtitle},
    {Space::atom, "content", content},
    {Space::atom, "id", id},
    {Space::atom, "published", published},
    {Space::atom, "issued", published},
    {Space::atom, "updated", updated},
    {Space::atom, "modified", updated},
    {Space::atom, "created", created},
    {Space::atom, "author", author},
    {Space::atom, "contributor", contributor},
    {Space::atom, "category", category},
    {Space::atom, "source", source},
    {Space::atom, "copyright", rights},
    {Space::atom, "rights", rights},
    {Space::atom, "generator", generator},
    {Space::atom, "icon", icon},
    {Space::atom, "logo", logo},

    {Space::dc, "title", title},
    {Space::dc, "creator", creator},
    {Space::dc, "author", creator},
    {Space::dc, "contributor", contributor},
    {Space::dc, "publisher", publisher},
    {Space::dc, "subject", subject},
    {Space::dc, "description", description},
    {Space::dc, "date", date},
    {Space::dc, "language", language},
    {Space::dc, "rights", rights},
    {Space::dc, "identifier", identifier},
    {Space::dcterms, "title", title},
    {Space::dcterms, "creator", creator},
    {Space::dcterms, "contributor", contributor},
    {Space::dcterms, "publisher", publisher},
    {Space::dcterms, "subject", subject},
    {Space::dcterms, "abstract", description},
    {Space::dcterms, "description", description},
    {Space::dcterms, "date", date},
    {Space::dcterms, "issued", published},
    {Space::dcterms, "available", published},
    {Space::dcterms, "created", created},
    {Space::dcterms, "modified", updated},
    {Space::dcterms, "language", language},
    {Space::dcterms, "rights", rights},
    {Space::dcterms, "license", license},
    {Space::dcterms, "identifier", identifier},

    {Space::content, "encoded", encoded},
    {Space::xhtml, "body", body},
    {Space::xhtml, "div", body},

    {Space::media, "content", media_content},
    {Space::media, "group", media_group},
    {Space::media, "thumbnail", media_thumbnail},
    {Space::media, "title", media_title},
    {Space::media, "description", media_description},
    {Space::media, "keywords", media_keywords},
    {Space::media, "category", category},
    {Space::media, "credit", media_credit},
    {Space::media, "player", media_player},
    {Space::media, "copyright", rights},
    {Space::media, "license", license},

    {Space::itunes, "title", title},
    {Space::itunes, "author", creator},
    {Space::itunes, "subtitle", itunes_subtitle},
    {Space::itunes, "summary", itunes_summary},
    {Space::itunes, "image", itunes_image},
    {Space::itunes, "duration", duration},
    {Space::itunes, "explicit", explicit_},
    {Space::itunes, "keywords", keywords},
    {Space::itunes, "category", itunes_category},
    {Space::itunes, "owner", owner},
    {Space::itunes, "link", link},
    {Space::googleplay, "author", creator},
    {Space::googleplay, "description", itunes_summary},
    {Space::googleplay, "image", itunes_image},
    {Space::googleplay, "explicit", explicit_},
    {Space::googleplay, "category", itunes_category},
    {Space::podcast, "person", person},
    {Space::podcast, "license", license},
    {Space::podcast, "image", itunes_image},
    {Space::podcast, "alternateenclosure", alternate_enclosure},
    {Space::podcast, "transcript", companion},
    {Space::podcast, "chapters", companion},

    {Space::wfw, "commentrss", comments_feed},
    {Space::yt, "videoid", video_id},
    {Space::source, "markdown", markdown},
    {Space::sy, "updateperiod", update_period},
    {Space::sy, "updatefrequency", update_frequency},

    {Space::georss, "point", point},
    {Space::georss, "line", line},
    {Space::georss, "polygon", polygon},
    {Space::georss, "box", box},
    {Space::georss, "where", where},
    {Space::geo, "lat", latitude},
    {Space::geo, "long", longitude},
    {Space::geo, "lon", longitude},
    {Space::geo, "point", where},
    {Space::geo, "lat_long", point},
    {Space::icbm, "latitude", latitude},
    {Space::icbm, "longitude", longitude},
    {Space::gml, "point", gml_point},
    {Space::gml, "linestring", gml_line_string},
    {Space::gml, "polygon", gml_polygon},
    {Space::gml, "envelope", gml_envelope},

    {Space::cc, "license", license},
    {Space::prism, "publicationdate", published},
    {Space::prism, "modificationdate", updated},
    {Space::prism, "keyword", subject},
    {Space::feedburner, "origlink", orig_link},
    {Space::admin, "generatoragent", generator},
    {Space::admin, "errorreportsto", error_reports_to},
    {Space::webfeeds, "icon", icon},
    {Space::webfeeds, "logo", logo},

    {Space::sitemap, "urlset", urlset},
    {Space::sitemap, "sitemapindex", sitemap_index},
    {Space::sitemap, "sitemap", sitemap},
    {Space::sitemap, "url", url},
    {Space::sitemap, "loc", loc},
    {Space::sitemap, "lastmod", lastmod},
    {Space::news, "news", news},
    {Space::news, "title", news_title},
    {Space::news, "publication_date", news_date},
    {Space::news, "publication", news_publication},
    {Space::news, "name", news_name},
    {Space::news, "language", news_language},
    {Space::news, "keywords", news_keywords},
    {Space::image, "image", image},
    {Space::image, "loc", loc},
};

constexpr std::size_t slot_bits = 10;
constexpr std::size_t slots = 1U << slot_bits;
static_assert(std::size(names) < slots / 3);

constexpr std::size_t slot_of(Space space, std::string_view name) noexcept {
  std::uint64_t key = std::uint64_t(space) << 56 ^ name.size();
  for (char const c : name) key = (key << 5 | key >> 59) ^ static_cast<unsigned char>(text::to_lower(c));
  return std::size_t(key * 0x9E3779B97F4A7C15ULL >> (64 - slot_bits));
}

constexpr auto make_index() {
  std::array<std::uint16_t, slots> index{};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    auto slot = slot_of(names[i].space, names[i].name);
    while (index[slot] != 0) slot = (slot + 1) % slots;
    index[slot] = std::uint16_t(i + 1);
  }
  return index;
}
constexpr auto name_index = make_index();

std::string_view without_scheme_and_tail(std::string_view uri) noexcept {
  uri = text::trim(uri);
  if (auto const at = uri.find("://"); at != std::string_view::npos) uri.remove_prefix(at + 3);
  while (!uri.empty() && (uri.back() == '/' || uri.back() == '#' || uri.back() == '?')) uri.remove_suffix(1);
  return uri;
}

}  // namespace

Space space_of_uri(std::string_view uri) noexcept {
  uri = without_scheme_and_tail(uri);
  if (uri.empty()) return Space::core;
  for (auto const& row : uris) {
    if (text::equals_ignoring_case(row.uri, uri)) return row.space;
    // "www." comes and goes.
    if (row.uri.starts_with("www.") && text::equals_ignoring_case(row.uri.substr(4), uri)) return row.space;
  }
  return Space::unknown;
}

Space space_of_prefix(std::string_view prefix) noexcept {
  for (auto const& row : prefixes)
    if (text::equals_ignoring_case(row.prefix, prefix)) return row.space;
  return Space::unknown;
}

Element element_of(Space space, std::string_view local_name) noexcept {
  for (auto slot = slot_of(space, local_name); name_index[slot] != 0; slot = (slot + 1) % slots) {
    auto const& row = names[name_index[slot] - 1U];
    if (row.space == space && text::equals_ignoring_case(row.name, local_name)) return row.element;
  }
  return Element::unknown;
}

}  // namespace newsfold::parse
