#pragma once
// What hangs on an item: enclosures of RSS, Atom and JSON Feed, Media RSS with its groups, pictures.

#include "feeds/model/feed.h"
#include "feeds/parse/construct.h"

namespace newsfold::parse {

// Collects the files and the picture of one item while its elements pass by.
class MediaCollector {
 public:
  MediaCollector(Item& item, MapContext& context) : item_(item), context_(context) {}

  void enclosure(pugi::xml_node node, std::string_view base);  // <enclosure url type length>
  void link(pugi::xml_node node, std::string_view base);     // <link rel="enclosure" href type length title>
  void content(pugi::xml_node node, std::string_view base);  // <media:content>, alone or in a group
  void group(pugi::xml_node node, std::string_view base);    // <media:group>
  void companion(pugi::xml_node node, std::string_view base);  // <podcast:transcript url type>
  void alternate(pugi::xml_node node, std::string_view base);  // <podcast:alternateEnclosure>
  void player(pugi::xml_node node, std::string_view base);     // <media:player url>
  void thumbnail(pugi::xml_node node, std::string_view base);  // <media:thumbnail url>
  void image(std::string url, int rank);                       // the higher rank wins, the first among equals
  void duration(std::optional<double> seconds) {
    if (seconds) duration_ = seconds;
  }

  // Titles and descriptions that stood inside media:content and media:group: for items without their own.
  Best const& title() const noexcept { return title_; }
  Best const& description() const noexcept { return description_; }

  // After the last element.
  void finish();

 private:
  void add(Attachment attachment);
  void add_companion(Attachment a);
  void nested(pugi::xml_node node, std::string_view base);

  Item& item_;
  MapContext& context_;
  int image_rank_ = -1;
  std::optional<double> duration_;
  Best title_;
  Best description_;
  std::string player_;
  std::vector<Attachment> companions_;
};

// Ranks of pictures.
constexpr int image_rank_own = 5;  // <image>, itunes:image
constexpr int image_rank_thumbnail = 4;
constexpr int image_rank_content = 3;  // media:content of an image
constexpr int image_rank_enclosure = 2;

}  // namespace newsfold::parse
