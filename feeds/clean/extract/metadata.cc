#include "feeds/clean/extract/metadata.h"

#include "feeds/model/time.h"
#include "feeds/text/url.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace newsfold::clean {
namespace {

namespace json = boost::json;

constexpr std::size_t json_bytes_max = 2UL << 20;
constexpr std::size_t json_depth_max = 32;
constexpr std::size_t json_values_max = 2000;

std::string trimmed(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool const space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string text_of(HtmlDocument const& page, NodeIndex element) {
  std::string raw;
  for (NodeIndex i = element; i < page.end(element) && raw.size() < 4096; ++i)
    if (page.is_text(i)) raw += page.text(i);
  return trimmed(raw);
}

// A date as machines write it: RFC 3339, or a day alone.
std::optional<UtcMicros> read_date(std::string_view text) {
  if (auto const exact = parse_rfc3339(text)) return exact;
  if (text.size() >= 10) {
    if (auto const day = parse_rfc3339(std::string(text.substr(0, 10)) + "T00:00:00Z")) {
      // With a time but without a zone: read as UTC.
      if (text.size() >= 19)
        if (auto const time = parse_rfc3339(std::string(text.substr(0, 19)) + "Z")) return time;
      return day;
    }
  }
  return std::nullopt;
}

std::string_view string_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool is_article_type(json::object const& object) {
  auto const is_article = [](json::value const& type) {
    if (!type.is_string()) return false;
    auto const name = std::string_view(type.get_string());
    return name.ends_with("Article") || name.ends_with("BlogPosting") || name == "Report" || name == "Review";
  };
  auto const* type = object.if_contains("@type");
  if (!type) return false;
  if (type->is_array()) return std::any_of(type->get_array().begin(), type->get_array().end(), is_article);
  return is_article(*type);
}

void add_author(std::vector<Author>& authors, std::string_view name, std::string_view url) {
  auto clean = trimmed(name);
  if (clean.empty() || clean.size() > 120 || clean.starts_with("http")) return;
  for (auto const& known : authors)
    if (known.name == clean) return;
  Author author;
  author.name = std::move(clean);
  author.url = std::string(url);
  authors.push_back(std::move(author));
}

void read_authors(json::value const& value, std::vector<Author>& authors) {
  if (value.is_string()) {
    add_author(authors, value.get_string(), {});
  } else if (value.is_object()) {
    add_author(authors, string_of(value.get_object(), "name"), string_of(value.get_object(), "url"));
  } else if (value.is_array()) {
    for (auto const& one : value.get_array())
      if (!one.is_array()) read_authors(one, authors);
  }
}

std::string_view image_of(json::value const& value) {
  if (value.is_string()) return value.get_string();
  if (value.is_object()) return string_of(value.get_object(), "url");
  if (value.is_array() && !value.get_array().empty() && !value.get_array().front().is_array())
    return image_of(value.get_array().front());
  return {};
}

void read_article_object(json::object const& object, Article& article) {
  if (article.title.empty()) article.title = trimmed(string_of(object, "headline"));
  if (auto const* author = object.if_contains("author"); author && article.authors.empty())
    read_authors(*author, article.authors);
  if (!article.date_published) article.date_published = read_date(string_of(object, "datePublished"));
  if (!article.date_modified) article.date_modified = read_date(string_of(object, "dateModified"));
  if (auto const* image = object.if_contains("image"); image && article.image.empty())
    article.image = image_of(*image);
  if (article.language.empty()) article.language = string_of(object, "inLanguage");
  if (auto const* publisher = object.if_contains("publisher"); publisher && publisher->is_object())
    article.site_name = string_of(publisher->get_object(), "name");
  auto const* free = object.if_contains("isAccessibleForFree");
  if (free && ((free->is_bool() && !free->get_bool()) ||
               (free->is_string() && (free->get_string() == "False" || free->get_string() == "false")))) {
    article.paywall = Paywall::subscription;
    article.paywall_evidence = "JSON-LD isAccessibleForFree is false";
  }
}

// Objects may lie in arrays and in @graph; a list of what is still to look at, no recursion.
void read_json_ld(std::string_view text, Article& article) {
  if (text.size() > json_bytes_max) return;
  json::parse_options options;
  options.max_depth = json_depth_max;
  options.allow_invalid_utf8 = true;
  options.allow_trailing_commas = true;
  boost::system::error_code failure;
  auto const root = json::parse(text, failure, {}, options);
  if (failure) return;
  std::vector<json::value const*> waiting{&root};
  for (std::size_t seen = 0; !waiting.empty() && seen < json_values_max; ++seen) {
    auto const* value = waiting.back();
    waiting.pop_back();
    if (value->is_array()) {
      for (auto const& one : value->get_array()) waiting.push_back(&one);
    } else if (value->is_object()) {
      auto const& object = value->get_object();
      if (is_article_type(object)) read_article_object(object, article);
      if (auto const* graph = object.if_contains("@graph")) waiting.push_back(graph);
    }
  }
}

struct MetaRule {
  std::string_view name;
  std::string Article::*field;
};
constexpr auto meta_rules = std::to_array<MetaRule>({
    {"og:title", &Article::title},
    {"twitter:title", &Article::title},
    {"dc.title", &Article::title},
    {"og:site_name", &Article::site_name},
    {"og:image", &Article::image},
    {"twitter:image", &Article::image},
    {"og:url", &Article::url},
    {"og:locale", &Article::language},
});
constexpr auto published_names = std::to_array<std::string_view>(
    {"article:published_time", "date", "datepublished", "dc.date", "dc.date.issued", "dcterms.created",
     "parsely-pub-date", "pubdate", "publish-date", "sailthru.date"});
constexpr auto modified_names =
    std::to_array<std::string_view>({"article:modified_time", "last-modified", "og:updated_time"});
constexpr auto author_names =
    std::to_array<std::string_view>({"author", "byl", "dc.creator", "parsely-author", "article:author"});

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return out;
}

template <class Names>
bool has(Names const& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void read_meta(HtmlDocument const& page, NodeIndex node, Article& article) {
  auto name = page.attribute(node, "property");
  if (name.empty()) name = page.attribute(node, "name");
  if (name.empty()) name = page.attribute(node, "itemprop");
  auto const content = page.attribute(node, "content");
  if (name.empty() || content.empty()) return;
  auto const key = lower(name);
  for (auto const& rule : meta_rules)
    if (key == rule.name && (article.*rule.field).empty()) article.*rule.field = trimmed(content);
  if (!article.date_published && has(published_names, key)) article.date_published = read_date(content);
  if (!article.date_modified && has(modified_names, key)) article.date_modified = read_date(content);
  if (article.authors.empty() && has(author_names, key)) add_author(article.authors, content, {});
  if (key == "article:content_tier" && (content == "locked" || content == "metered") &&
      article.paywall == Paywall::none) {
    article.paywall = content == "metered" ? Paywall::metered : Paywall::subscription;
    article.paywall_evidence = "article:content_tier is " + std::string(content);
  }
}

// "Headline - The Paper": the longest part, where the separators leave one that is a headline by itself.
std::string without_site(std::string title, std::string_view site) {
  for (std::string_view const separator : {" | ", " - ", " – ", " — ", " · ", " :: "}) {
    auto const at = title.rfind(separator);
    if (at == std::string::npos || at < 15) continue;
    auto const tail = std::string_view(title).substr(at + separator.size());
    if ((!site.empty() && tail.find(site) != std::string_view::npos) || tail.size() * 2 < at) {
      title.resize(at);
      break;
    }
  }
  return title;
}

}  // namespace

void read_metadata(HtmlDocument const& page, std::string_view page_url, Article& article) {
  std::string head_title;
  std::string first_heading;
  std::string first_time;
  std::string canonical;
  for (NodeIndex node = 0; node < page.size(); ++node) {
    if (page.is_text(node)) continue;
    auto const tag = page.tag(node);
    if (tag == "script" && page.attribute(node, "type") == "application/ld+json" && node + 1 < page.end(node))
      read_json_ld(page.text(node + 1), article);
    else if (tag == "link" && page.attribute(node, "rel") == "canonical")
      canonical = page.attribute(node, "href");
    else if (tag == "title" && head_title.empty())
      head_title = text_of(page, node);
    else if (tag == "h1" && first_heading.empty())
      first_heading = text_of(page, node);
    else if (tag == "time" && first_time.empty())
      first_time = page.attribute(node, "datetime");
    else if (tag == "html" && article.language.empty())
      article.language = page.attribute(node, "lang");
    if (tag == "a" && article.authors.empty() && page.attribute(node, "rel") == "author")
      add_author(article.authors, text_of(page, node), page.attribute(node, "href"));
  }
  for (NodeIndex node = 0; node < page.size(); ++node)
    if (!page.is_text(node) && page.tag(node) == "meta") read_meta(page, node, article);

  if (!first_heading.empty() && head_title.find(first_heading) != std::string::npos)
    article.title = first_heading;
  if (article.title.empty()) article.title = without_site(head_title, article.site_name);
  if (article.title.empty()) article.title = first_heading;
  if (!article.date_published) article.date_published = read_date(first_time);
  if (!canonical.empty()) article.url = canonical;
  article.url = article.url.empty() ? std::string(page_url) : text::resolve_url(article.url, page_url);
  if (!article.image.empty()) article.image = text::resolve_url(article.image, page_url);
  std::replace(article.language.begin(), article.language.end(), '_', '-');
  for (auto const& author : article.authors)
    article.byline += (article.byline.empty() ? "" : ", ") + author.name;
}

}  // namespace newsfold::clean
