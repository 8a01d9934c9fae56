#pragma once
// What the JSON-LD of a page says about articles (schema.org): every shape that is met in the wild, as
// @graph, arrays, authors as text, object, list or reference by @id, broken JSON. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct LdPerson {
  std::string name;
  std::string url;
  bool is_organization = false;
};

// A part of the page that is, or is not, free to read.
struct LdPart {
  std::string selector;  // CSS
  bool is_free = true;
};

struct LdArticle {
  bool is_article = false;  // of a type that is an article; else a web page, recipe, video: a weaker witness
  std::string headline;
  std::string url;
  std::vector<LdPerson> authors;
  std::string date_published;
  std::string date_modified;
  std::string image;
  std::string language;
  std::string publisher;
  std::string body;  // articleBody
  std::optional<bool> is_free;
  std::vector<LdPart> parts;
};

struct LdPage {
  std::vector<LdArticle> articles;  // those that are articles first, each kind in the order of the page
  std::string site_name;            // of a WebSite or an organization that publishes
};

// Adds what one script element says. Several elements may refer to one another by @id: give them all.
LdPage read_json_ld(std::vector<std::string_view> const& scripts);

}  // namespace newsfold::clean
