#pragma once
// The vocabulary: which namespace an address or a prefix means, and what an element of it is called here.
// Element names that mean the same (RSS <item>, Atom <entry>) share a word.

#include <cstdint>
#include <string_view>

namespace newsfold::parse {

enum class Space : std::uint8_t {
  core,  // no namespace, and those of RSS 0.90, 1.0, 1.1 and of RSS 2.0 that never was
  atom,
  dc,
  dcterms,
  content,
  media,
  itunes,
  googleplay,
  podcast,
  slash,
  thr,
  wfw,
  sy,
  georss,
  geo,
  gml,
  cc,
  prism,
  feedburner,
  admin,
  yt,
  xhtml,
  rdf,
  xml,
  sitemap,
  news,
  image,
  history,  // RFC 5005
  webfeeds,
  icbm,
  source,
  rss_links,  // purl.org/net/rss1.1/payload, l:link
  annotate,
  unknown,
};

// What an element is for us. Several spellings and namespaces share one.
enum class Element : std::uint8_t {
  unknown,
  rss,
  rdf,
  feed,
  channel,
  item,
  items,
  title,
  link,
  description,  // RSS
  summary,      // Atom
  subtitle,
  content,  // Atom
  encoded,  // content:encoded
  body,     // xhtml:body, fullitem, prodlink and what else held whole texts
  id,
  guid,
  pub_date,
  published,
  updated,
  created,
  date,
  expires,
  last_build_date,
  author,
  creator,
  contributor,
  managing_editor,
  web_master,
  publisher,
  category,
  subject,
  keywords,
  enclosure,
  comments,
  comments_count,
  comments_feed,
  source,
  source_name,
  rights,
  license,
  generator,
  language,
  ttl,
  skip_hours,
  skip_days,
  update_period,
  update_frequency,
  image,
  icon,
  logo,
  cloud,
  text_input,
  itunes_image,
  duration,
  explicit_,
  owner,
  itunes_subtitle,
  itunes_summary,
  itunes_category,
  media_content,
  media_group,
  media_thumbnail,
  media_title,
  media_description,
  media_keywords,
  media_credit,
  media_rating,
  media_player,
  media_peer_link,
  companion,  // a document beside a recording: transcript, chapters
  video_id,
  markdown,
  orig_link,
  in_reply_to,
  point,
  line,
  polygon,
  box,
  circle,
  where,
  latitude,
  longitude,
  gml_point,
  gml_line_string,
  gml_polygon,
  pos,
  pos_list,
  coordinates,
  error_reports_to,
  identifier,
  urlset,
  sitemap_index,
  sitemap,
  url,
  loc,
  lastmod,
  news,
  news_title,
  news_date,
  news_publication,
  news_name,
  news_keywords,
  news_language,
  name,
  email,
  uri,
  href,
  opml,
  outline,
  hour,
  day,
  abstract_,
  cdf_logo,
  usage,
  schedule,
  complete,
  person,
  locked,
};

// The namespace of an address, whatever its case, scheme and slashes at the end.
Space space_of_uri(std::string_view uri) noexcept;

// What an undeclared prefix most likely means.
Space space_of_prefix(std::string_view prefix) noexcept;

// Case does not matter.
Element element_of(Space space, std::string_view local_name) noexcept;

}  // namespace newsfold::parse
