#include "feeds/parse/json.h"

#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/parse/construct.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace newsfold::parse {

namespace {

namespace json = boost::json;

// Boost's parser keeps a stack of its own: depth costs memory, not stack.
constexpr std::size_t depth_max = 512;

json::parse_options lenient() {
  json::parse_options options;
  options.max_depth = depth_max;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  options.allow_invalid_utf8 = true;
  return options;
}

// Numbers where text is meant are common for ids; null and the rest mean nothing.
std::string string_of(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64() || value.is_uint64()) return json::serialize(value);
  if (value.is_double() && std::isfinite(value.get_double())) {
    auto const number = value.get_double();
    constexpr double exact_max = 9e15;
    if (number == std::floor(number) && std::abs(number) < exact_max)
      return std::to_string(std::int64_t(number));
    char digits[32];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return {digits, end};
  }
  return {};
}

std::string string_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value ? string_of(*value) : std::string();
}
json::array const* array_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value ? value->if_array() : nullptr;
}
json::object const* object_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value ? value->if_object() : nullptr;
}

// What XML repeats is a list in JSON, or the one thing itself.
void for_each_at(json::object const& object, std::string_view key, auto const& take) {
  auto const* value = object.if_contains(key);
  if (!value) return;
  if (auto const* list = value->if_array())
    for (auto const& one : *list) take(one);
  else
    take(*value);
}

// An element of RSS in JSON: its text, or an object that has its attributes beside the text.
std::string text_of_element(json::value const& value) {
  auto const* object = value.if_object();
  return object ? string_at(*object, "#value") : string_of(value);
}

std::optional<double> number_of(json::value const* value) {
  if (!value) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  if (value->is_string()) return text::parse_duration(std::string_view(value->get_string()));
  return std::nullopt;
}

// What stands whole in a text that breaks off: everything behind the last complete item (or field of the
// feed) is dropped, what is open is closed. One pass with an explicit stack.
std::string close_open_brackets(std::string_view text) {
  std::vector<char> open;
  std::size_t lists = 0;  // of what is open
  std::size_t last_good = 0;
  std::vector<char> open_at_last_good;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') {
      if (open.size() >= depth_max) return {};
      open.push_back(c == '{' ? '}' : ']');
      if (c == '[') ++lists;
    }
    if (c == '}' || c == ']') {
      if (open.empty() || open.back() != c) return {};
      open.pop_back();
      if (c == ']') --lists;
      if (lists > 1 || (lists == 1 && open.back() != ']')) continue;  // a part of an item
      last_good = i + 1;
      open_at_last_good = open;
    }
  }
  if (last_good == 0) return {};
  std::string out(text.substr(0, last_good));
  out.append(open_at_last_good.rbegin(), open_at_last_good.rend());
  return out;
}

class JsonMapper {
 public:
  JsonMapper(Hints const& hints, Limits const& limits, Bodies bodies, std::size_t document_bytes)
      : base_(hints.url),
        limits_(limits),
        bodies_(bodies),
        inherited_bytes_max_(inherited_per_byte_max * document_bytes) {}

  Feed json_feed(json::object const& document);
  Feed rss_json(json::object const& channel);

 private:
  Item json_item(json::object const& object);
  Item rss_item(json::object const& object);
  void authors(std::vector<Author>& out, json::object const& object);
  std::string html(std::string_view text);
  std::string url(std::string_view reference) { return url_of(reference, base_); }

  std::string base_;
  Limits const& limits_;
  Bodies bodies_;
  std::size_t inherited_bytes_max_;
};

std::string JsonMapper::html(std::string_view text) {
  text = text::utf8_prefix(text, limits_.field_bytes_max);
  if (bodies_ == Bodies::keep) return std::string(text);
  return clean::sanitize_html(text, base_);
}

void JsonMapper::authors(std::vector<Author>& out, json::object const& object) {
  auto const one = [&](json::value const& value) {
    if (value.is_string()) return add_author(out, person_of_text(std::string_view(value.get_string())));
    if (!value.is_object()) return;
    auto const& person = value.get_object();
    Author author;
    author.name = text::collapse_space(string_at(person, "name"));
    author.url = url(string_at(person, "url"));
    author.avatar = url(string_at(person, "avatar"));
    author.email = string_at(person, "email");
    if (author.email.empty() && text::starts_with_ignoring_case(author.url, "mailto:"))
      author.email = author.url.substr(7);
    add_author(out, std::move(author));
  };
  if (auto const* list = array_at(object, "authors"))
    for (auto const& value : *list) one(value);
  if (auto const* author = object.if_contains("author")) {
    if (auto const* list = author->if_array()) {
      for (auto const& value : *list) one(value);
    } else if (out.empty()) {
      one(*author);
    }
  }
}

Item JsonMapper::json_item(json::object const& object) {
  Item item;
  item.id = string_at(object, "id");
  item.url = url(string_at(object, "url"));
  item.external_url = url(string_at(object, "external_url"));
  item.title = text::collapse_space(string_at(object, "title"));
  item.content_html = html(string_at(object, "content_html"));
  item.content_text = string_at(object, "content_text");
  item.summary = string_at(object, "summary");
  item.image = url(string_at(object, "image"));
  if (item.image.empty()) item.image = url(string_at(object, "banner_image"));
  item.date_raw = string_at(object, "date_published");
  item.date_published = text::parse_date(item.date_raw);
  item.date_modified = text::parse_date(string_at(object, "date_modified"));
  item.language = string_at(object, "language");
  authors(item.authors, object);
  if (auto const* tags = array_at(object, "tags"))
    for (auto const& tag : *tags) add_tag(item.tags, string_of(tag));
  else
    add_tags_by_comma(item.tags, string_at(object, "tags"));
  if (auto const* list = array_at(object, "attachments")) {
    for (auto const& value : *list) {
      auto const* file = value.if_object();
      if (!file) continue;
      Attachment a;
      a.url = url(string_at(*file, "url"));
      a.mime_type = string_at(*file, "mime_type");
      a.title = string_at(*file, "title");
      if (auto const size = number_of(file->if_contains("size_in_bytes")); size && *size >= 0 && *size < 1e18)
        a.size_in_bytes = std::uint64_t(*size);
      a.duration_in_seconds = number_of(file->if_contains("duration_in_seconds"));
      if (!a.url.empty()) item.attachments.push_back(std::move(a));
    }
  }
  return item;
}

Feed JsonMapper::json_feed(json::object const& document) {
  Feed feed;
  feed.format = string_at(document, "version").ends_with("/1.1") ? FeedFormat::json_11 : FeedFormat::json_10;
  feed.title = text::collapse_space(string_at(document, "title"));
  feed.home_page_url = url(string_at(document, "home_page_url"));
  feed.feed_url = url(string_at(document, "feed_url"));
  feed.description = string_at(document, "description");
  feed.icon = url(string_at(document, "icon"));
  feed.favicon = url(string_at(document, "favicon"));
  feed.language = string_at(document, "language");
  feed.next_url = url(string_at(document, "next_url"));
  authors(feed.authors, document);
  if (auto const* hubs = array_at(document, "hubs"))
    for (auto const& value : *hubs)
      if (auto const* hub = value.if_object())
        if (auto address = url(string_at(*hub, "url")); !address.empty())
          feed.hubs.push_back({string_at(*hub, "type"), std::move(address)});
  if (auto const* items = array_at(document, "items")) {
    feed.items.reserve(std::min(items->size(), limits_.items_max));
    for (auto const& value : *items) {
      auto const* object = value.if_object();
      if (!object) continue;
      if (feed.items.size() >= limits_.items_max)
        ++feed.items_dropped;
      else
        feed.items.push_back(json_item(*object));
    }
  }
  // JSON Feed 1.1: an item without authors has those of its feed.
  inherit_authors(feed.items, feed.authors, inherited_bytes_max_);
  return feed;
}

Item JsonMapper::rss_item(json::object const& object) {
  Item item;
  item.title = clean::html_to_line(string_at(object, "title"));
  item.url = url(string_at(object, "link"));
  if (auto const* guid = object.if_contains("guid")) item.id = text_of_element(*guid);
  if (item.url.empty() && text::is_web_url(item.id)) item.url = item.id;
  auto full = string_at(object, "content:encoded");
  auto const description = string_at(object, "description");
  if (!full.empty()) item.summary = clean::html_to_text(description);
  item.content_html = html(full.empty() ? description : full);
  item.date_raw = string_at(object, "pubDate");
  item.date_published = text::parse_date(item.date_raw);
  for (char const* key : {"author", "dc:creator"})
    if (auto const name = string_at(object, key); !name.empty())
      add_author(item.authors, person_of_text(name));
  item.comments_url = url(string_at(object, "comments"));
  for_each_at(object, "category",
              [&](json::value const& value) { add_tag(item.tags, text_of_element(value)); });
  for_each_at(object, "enclosure", [&](json::value const& value) {
    auto const* file = value.if_object();
    if (!file) return;
    Attachment a;
    a.url = url(string_at(*file, "url"));
    a.mime_type = string_at(*file, "type");
    a.size_in_bytes = whole_number(string_at(*file, "length"));
    if (!a.url.empty()) item.attachments.push_back(std::move(a));
  });
  if (auto const* source = object_at(object, "source"))
    item.source = {string_at(*source, "#value"), url(string_at(*source, "url"))};
  return item;
}

Feed JsonMapper::rss_json(json::object const& channel) {
  Feed feed;
  feed.format = FeedFormat::rss_json;
  feed.title = clean::html_to_line(string_at(channel, "title"));
  feed.home_page_url = url(string_at(channel, "link"));
  feed.description = clean::html_to_text(string_at(channel, "description"));
  feed.language = string_at(channel, "language");
  feed.copyright = string_at(channel, "copyright");
  feed.generator = string_at(channel, "generator");
  feed.updated = text::parse_date(string_at(channel, "lastBuildDate"));
  if (!feed.updated) feed.updated = text::parse_date(string_at(channel, "pubDate"));
  if (auto const ttl = whole_number(string_at(channel, "ttl")); ttl && *ttl <= INT32_MAX)
    feed.ttl_minutes = std::int64_t(*ttl);
  if (auto const* image = object_at(channel, "image")) feed.icon = url(string_at(*image, "url"));
  for (char const* key : {"managingEditor", "webMaster"})
    if (auto const name = string_at(channel, key); feed.authors.empty() && !name.empty())
      add_author(feed.authors, person_of_text(name));
  for_each_at(channel, "category",
              [&](json::value const& value) { add_tag(feed.tags, text_of_element(value)); });
  for_each_at(channel, channel.contains("item") ? "item" : "items", [&](json::value const& value) {
    auto const* object = value.if_object();
    if (!object) return;
    if (feed.items.size() >= limits_.items_max)
      ++feed.items_dropped;
    else
      feed.items.push_back(rss_item(*object));
  });
  return feed;
}

bool is_json_feed(json::object const& document) {
  if (string_at(document, "version").find("jsonfeed.org") != std::string::npos) return true;
  // Without the version: nothing else has a list of items with an id or a text.
  auto const* items = array_at(document, "items");
  if (!items || (document.if_contains("version") && !document.if_contains("title"))) return false;
  if (items->empty()) return document.if_contains("title") && document.if_contains("home_page_url");
  auto const* first = items->front().if_object();
  return first && (first->if_contains("id") || first->if_contains("content_html") ||
                   first->if_contains("content_text") || first->if_contains("url"));
}

Problem problem_at(Excerpt const& part, std::size_t at, std::string code, std::string message,
                   std::string expected, std::string done = {}) {
  auto problem = problem_of(std::move(code), std::move(message), std::move(expected), std::move(done));
  set_place(problem, part, at);
  return problem;
}

}  // namespace

Result<Feed> parse_json_feed(Excerpt const& part, Hints const& hints, Limits const& limits, Bodies bodies,
                             Problem& failure) {
  auto const text = part.text;
  boost::system::error_code broken;
  auto document = json::value();
  std::optional<Problem> problem;
  std::size_t sound = text.size();  // bytes in front of the error
  {
    json::stream_parser parser({}, lenient());
    auto const read = parser.write_some(text.data(), text.size(), broken);
    if (!broken && !parser.done()) parser.finish(broken);  // done: something stands behind it
    if (!broken) {
      document = parser.release();
      auto const behind = text.find_first_not_of(" \t\r\n", read);
      if (behind != std::string_view::npos)
        problem = problem_at(part, behind, "trailing_text", "text behind the JSON document",
                             "the end of the document", "dropped it");
    } else {
      bool const cut = broken == json::error::incomplete;
      sound = read;
      problem = problem_at(part, read, "json", broken.message(),
                           cut ? "the rest of the document" : "JSON (RFC 8259)");
    }
  }
  if (document.is_null()) {
    if (!problem) problem = problem_at(part, 0, "json", "null", "a JSON object");
    failure = *problem;
    auto const closed = close_open_brackets(text.substr(0, sound));
    if (!closed.empty()) document = json::parse(closed, broken, {}, lenient());
    if (closed.empty() || broken) return Error{ErrorCode::malformed, "not JSON: " + describe(failure)};
    problem->done = "kept what stands complete before it";
  }
  auto const* object = document.if_object();
  if (!object) {
    failure = problem_at(part, 0, "root", "JSON, but not an object", "a JSON object");
    return Error{ErrorCode::not_a_feed, failure.message};
  }
  JsonMapper mapper(hints, limits, bodies, text.size());
  bool const mended = problem && problem->code == "json";
  auto const finish = [&](Feed feed) -> Result<Feed> {
    if (mended && feed.items.empty()) return Error{ErrorCode::malformed, "not JSON: " + describe(failure)};
    if (problem) feed.problems.push_back(std::move(*problem));
    return feed;
  };
  if (is_json_feed(*object)) return finish(mapper.json_feed(*object));
  auto const* rss = object_at(*object, "rss");
  auto const* channel = object_at(rss ? *rss : *object, "channel");
  if (channel) return finish(mapper.rss_json(*channel));
  if (mended) return Error{ErrorCode::malformed, "not JSON: " + describe(failure)};
  failure = problem_at(part, 0, "root", "JSON, but neither a JSON Feed nor RSS-in-JSON",
                       "the version of JSON Feed, or a channel");
  return Error{ErrorCode::not_a_feed, failure.message};
}

}  // namespace newsfold::parse
