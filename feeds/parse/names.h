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
  slash,  // counts of comments, which a Feed has no word for
  thr,    // the same
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
  sitemap,
  news,
  image,
  webfeeds,
  icbm,
  source,
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
  comments_feed,
  source,
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
  media_player,
  alternate_enclosure,
  companion,  // a document beside a recording: transcript, chapters
  video_id,
  markdown,
  orig_link,
  point,
  line,
  polygon,
  box,
  where,
  latitude,
  longitude,
  gml_point,
  gml_line_string,
  gml_polygon,
  gml_envelope,
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
  abstract_,
  anchor,  // CDF: <A HREF>
  person,
};

// The namespace of an address, whatever its case, scheme and slashes at the end.
Space space_of_uri(std::string_view uri) noexcept;

// What an undeclared prefix most likely means.
Space space_of_prefix(std::string_view prefix) noexcept;

// Case does not matter.
Element element_of(Space space, std::string_view local_name) noexcept;

}  // namespace newsfold::parse
