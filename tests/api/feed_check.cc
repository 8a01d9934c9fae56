#include "tests/api/feed_check.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <pugixml.hpp>

#include <map>
#include <regex>
#include <set>
#include <string_view>

namespace newsfold::api {
namespace {

namespace json = boost::json;

// RFC 3339 as both want it: T and Z in capitals.
bool is_time(std::string const& text) {
  static std::regex const shape(
      R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))");
  return std::regex_match(text, shape);
}
bool is_language(std::string const& text) {
  static std::regex const shape("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*");
  return std::regex_match(text, shape);
}
bool is_media_type(std::string const& text) {
  static std::regex const shape("[^\\s/]+/[^\\s/]+.*");
  return std::regex_match(text, shape);
}
bool is_address(std::string const& text) {  // an absolute IRI
  static std::regex const shape("[A-Za-z][A-Za-z0-9+.-]*:[^\\x01-\\x20<>\"{}|\\\\^`]+");
  return std::regex_match(text, shape);
}

class Complaints {
 public:
  void unless(bool good, std::string const& where, std::string_view what) {
    if (!good) text_ += where + ": " + std::string(what) + '\n';
  }
  std::string const& text() const noexcept { return text_; }

 private:
  std::string text_;
};

// ---- JSON Feed 1.1 ----------------------------------------------------------------------------------

using Test = bool (*)(json::value const&);

std::string string_of(json::value const& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}
bool some_string(json::value const& value) { return !string_of(value).empty(); }
bool any_string(json::value const& value) { return value.is_string(); }
bool address(json::value const& value) { return is_address(string_of(value)); }
bool time(json::value const& value) { return is_time(string_of(value)); }
bool language(json::value const& value) { return is_language(string_of(value)); }
bool media_type(json::value const& value) { return is_media_type(string_of(value)); }
bool number(json::value const& value) { return value.is_number() && value.to_number<double>() >= 0; }
bool array(json::value const& value) { return value.is_array(); }
bool tags(json::value const& value) {
  if (!value.is_array()) return false;
  for (auto const& tag : value.get_array())
    if (!tag.is_string()) return false;
  return true;
}

struct Shape {
  std::map<std::string, Test, std::less<>> members;
  std::set<std::string> required;
};
Shape const feed_shape{{{"version", some_string},
                        {"title", some_string},
                        {"description", any_string},
                        {"home_page_url", address},
                        {"feed_url", address},
                        {"next_url", address},
                        {"items", array}},
                       {"version", "title", "items"}};
Shape const item_shape{{{"id", some_string},
                        {"url", address},
                        {"external_url", address},
                        {"title", any_string},
                        {"content_html", any_string},
                        {"content_text", any_string},
                        {"summary", any_string},
                        {"image", address},
                        {"date_published", time},
                        {"date_modified", time},
                        {"authors", array},
                        {"tags", tags},
                        {"language", language},
                        {"attachments", array}},
                       {"id"}};
Shape const author_shape{{{"name", any_string}, {"url", address}, {"avatar", address}}, {}};
Shape const attachment_shape{{{"url", address},
                              {"mime_type", media_type},
                              {"title", any_string},
                              {"size_in_bytes", number},
                              {"duration_in_seconds", number}},
                             {"url", "mime_type"}};

// Members of their kinds, the required ones there; what begins with _ is an extension and an object.
void hold(json::value const& value, Shape const& shape, std::string const& where, Complaints& wrong) {
  if (!value.is_object()) return wrong.unless(false, where, "is no object");
  for (auto const& name : shape.required)
    wrong.unless(value.get_object().contains(name), where, "has no " + name);
  for (auto const& [name, member] : value.get_object()) {
    auto const here = where + "." + std::string(name);
    if (name.starts_with("_")) {
      wrong.unless(member.is_object(), here, "an extension is an object");
      continue;
    }
    auto const known = shape.members.find(std::string(name));
    wrong.unless(known != shape.members.end(), here, "the specification knows no such member");
    if (known != shape.members.end()) wrong.unless(known->second(member), here, json::serialize(member));
  }
}

void hold_all(json::value const& item, std::string_view list, Shape const& shape, std::string const& where,
              Complaints& wrong) {
  auto const* const values = item.as_object().if_contains(list);
  if (values == nullptr || !values->is_array()) return;
  for (auto const& value : values->get_array()) {
    hold(value, shape, where + "." + std::string(list), wrong);
    wrong.unless(value.is_object() && !value.get_object().empty(), where,
                 std::string(list) + " holds nothing");
  }
}

}  // namespace

std::string wrong_with_json_feed(std::string const& body) {
  Complaints wrong;
  boost::system::error_code failure;
  auto const feed = json::parse(body, failure);
  if (failure || !feed.is_object()) return "no JSON object\n";
  hold(feed, feed_shape, "feed", wrong);
  if (!wrong.text().empty()) return wrong.text();
  wrong.unless(feed.at("version") == "https://jsonfeed.org/version/1.1", "feed.version", "is another");
  auto const* const next = feed.as_object().if_contains("next_url");
  wrong.unless(next == nullptr || *next != feed.at("feed_url"), "feed.next_url", "leads to itself");
  std::set<std::string> ids;
  for (auto const& item : feed.at("items").as_array()) {
    auto const where = "item " + std::to_string(ids.size());
    hold(item, item_shape, where, wrong);
    if (!item.is_object()) continue;
    auto const& object = item.get_object();
    wrong.unless(object.contains("content_html") || object.contains("content_text"), where, "has no content");
    wrong.unless(object.contains("id") && ids.insert(string_of(object.at("id"))).second, where,
                 "its id is another's");
    hold_all(item, "authors", author_shape, where, wrong);
    hold_all(item, "attachments", attachment_shape, where, wrong);
  }
  return wrong.text();
}

// ---- Atom -------------------------------------------------------------------------------------------

namespace {

std::size_t count(pugi::xml_node node, char const* name) {
  auto const children = node.children(name);
  return static_cast<std::size_t>(std::distance(children.begin(), children.end()));
}

void hold_counts(pugi::xml_node node, std::set<std::string> const& once,
                 std::set<std::string> const& at_most_once, std::set<std::string> const& any,
                 std::string const& where, Complaints& wrong) {
  for (auto const& name : once) wrong.unless(count(node, name.c_str()) == 1, where, "wants one " + name);
  for (auto const& name : at_most_once)
    wrong.unless(count(node, name.c_str()) <= 1, where, "has more than one " + name);
  for (auto const child : node.children())
    if (child.type() == pugi::node_element)
      wrong.unless(
          once.contains(child.name()) || at_most_once.contains(child.name()) || any.contains(child.name()),
          where, std::string("does not take ") + child.name());
}

void hold_person(pugi::xml_node person, std::string const& where, Complaints& wrong) {
  hold_counts(person, {"name"}, {"uri", "email"}, {}, where + " author", wrong);
  wrong.unless(*person.child_value("name") != '\0', where, "an author without a name");
}

// What feed and entry have in common (atomCommonAttributes and the elements of both).
void hold_common(pugi::xml_node node, std::string const& where, Complaints& wrong) {
  if (auto const lang = node.attribute("xml:lang"); lang)
    wrong.unless(is_language(lang.value()), where, "xml:lang is " + std::string(lang.value()));
  wrong.unless(is_address(node.child_value("id")), where, "its id is no IRI");
  for (auto const* name : {"updated", "published"})
    if (auto const child = node.child(name); child)
      wrong.unless(is_time(child.child_value()), where, std::string(name) + " is " + child.child_value());
  std::set<std::string> alternates;
  for (auto const link : node.children("link")) {
    wrong.unless(is_address(link.attribute("href").value()), where,
                 "a link to " + std::string(link.attribute("href").value()));
    if (auto const rel = link.attribute("rel"); rel)
      wrong.unless(*rel.value() != '\0', where, "an empty rel");
    if (auto const type = link.attribute("type"); type)
      wrong.unless(is_media_type(type.value()), where, "a link of type " + std::string(type.value()));
    if (std::string_view(link.attribute("rel").as_string("alternate")) == "alternate")
      wrong.unless(alternates
                       .insert(link.attribute("type").as_string() + std::string(" ") +
                               link.attribute("hreflang").as_string())
                       .second,
                   where, "two alternates of one type");
  }
  for (auto const author : node.children("author")) hold_person(author, where, wrong);
  for (auto const category : node.children("category"))
    wrong.unless(category.attribute("term"), where, "a category without a term");
  for (auto const* name : {"title", "summary", "content"})
    if (auto const type = node.child(name).attribute("type"); type) {
      std::string_view const kind = type.value();
      wrong.unless(kind == "text" || kind == "html", where, "text of type " + std::string(kind));
    }
  for (auto const* name : {"title", "content", "summary"})
    for (auto const child : node.child(name).children())
      wrong.unless(child.type() != pugi::node_element, where, std::string("markup in ") + name);
}

}  // namespace

std::string wrong_with_atom_feed(std::string const& body) {
  Complaints wrong;
  pugi::xml_document document;
  if (auto const parsed = document.load_buffer(body.data(), body.size()); !parsed)
    return std::string("not well-formed: ") + parsed.description() + '\n';
  auto const feed = document.document_element();
  wrong.unless(std::string_view(feed.name()) == "feed", "feed", "is called otherwise");
  wrong.unless(std::string_view(feed.attribute("xmlns").value()) == "http://www.w3.org/2005/Atom", "feed",
               "is of another namespace");
  hold_counts(feed, {"id", "title", "updated"}, {"generator", "icon", "logo", "rights", "subtitle"},
              {"author", "category", "contributor", "link", "entry"}, "feed", wrong);
  hold_common(feed, "feed", wrong);
  std::size_t selves = 0;
  for (auto const link : feed.children("link"))
    if (std::string_view(link.attribute("rel").value()) == "self") ++selves;
  wrong.unless(selves == 1, "feed", "wants one link to itself");
  std::set<std::string> ids;
  for (auto const entry : feed.children("entry")) {
    auto const where = "entry " + std::to_string(ids.size());
    hold_counts(entry, {"id", "title", "updated"}, {"published", "content", "summary", "rights", "source"},
                {"author", "category", "contributor", "link"}, where, wrong);
    hold_common(entry, where, wrong);
    wrong.unless(ids.insert(entry.child_value("id")).second, where, "its id is another's");
    wrong.unless(entry.child("content") || entry.find_child_by_attribute("link", "rel", "alternate"), where,
                 "has neither content nor a page");
    wrong.unless(feed.child("author") || entry.child("author"), where, "is of nobody");
  }
  return wrong.text();
}

}  // namespace newsfold::api
