#pragma once
// From the tree to the Feed. RSS and Atom share one mapping: publishers mix them, so an element is read for
// what it is wherever it stands, and where several say the same, the order of ranks decides.

#include "feeds/model/feed.h"
#include "feeds/parse/construct.h"

#include <string_view>

namespace newsfold::parse {

// An <item> or <entry> of any RSS, RDF, Atom or CDF document.
// Items found inside it are appended to `nested`.
Item map_item(pugi::xml_node node, std::string_view base, MapContext& context,
              std::vector<pugi::xml_node>& nested);

// The elements of a <channel> or <feed> about the feed itself; items are left to the caller. Called for
// each element that may hold some (RDF keeps image and items beside its channel).
class ChannelMapper {
 public:
  ChannelMapper(Feed& feed, MapContext& context) : feed_(feed), context_(context) {}

  void element(pugi::xml_node node, std::string_view base);
  void finish();

 private:
  void link(pugi::xml_node node, std::string_view base, Space space);
  void icon(std::string url, int rank);  // the higher rank wins, the first among equals
  void cloud(pugi::xml_node node);
  void skip(pugi::xml_node node, Element element);
  void owner(pugi::xml_node node);

  Feed& feed_;
  MapContext& context_;
  Best title_, description_, updated_, rights_, language_, generator_;
  int home_rank_ = -1;
  int icon_rank_ = -1;
  int self_rank_ = -1;
  std::vector<Author> entry_authors_;  // those that hold for items without one
  Author owner_;
  Author web_master_;
};

// <urlset> and <sitemapindex>, with Google's news and image extensions: each address an item.
void map_sitemap(Feed& feed, pugi::xml_node root, std::string_view base, MapContext& context);

}  // namespace newsfold::parse
