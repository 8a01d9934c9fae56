#include "feeds/clean/metadata/json_ld.h"

#include "feeds/clean/metadata/json_mend.h"
#include "feeds/text/ascii.h"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace newsfold::clean {
namespace {

namespace json = boost::json;

constexpr std::size_t documents_max = 64;
constexpr std::size_t objects_max = 4000;
constexpr std::size_t articles_max = 64;
constexpr std::size_t authors_max = 32;
constexpr std::size_t parts_max = 32;

std::string_view string_of(json::value const* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->get_string();
  // ["2026-03-01"], {"@value": "..."}
  if (value->is_array() && !value->get_array().empty() && value->get_array().front().is_string())
    return value->get_array().front().get_string();
  if (value->is_object())
    if (auto const* inner = value->get_object().if_contains("@value"); inner && inner->is_string())
      return inner->get_string();
  return {};
}

std::string_view string_of(json::object const& object, std::string_view key) {
  return string_of(object.if_contains(key));
}

template <class Test>
bool any_type(json::object const& object, Test test) {
  auto const* type = object.if_contains("@type");
  if (type == nullptr) return false;
  auto const one = [&](json::value const& value) {
    if (!value.is_string()) return false;
    std::string_view name = value.get_string();
    // "http://schema.org/NewsArticle", "schema:NewsArticle"
    if (auto const at = name.find_last_of("/:#"); at != std::string_view::npos) name.remove_prefix(at + 1);
    return test(name);
  };
  if (!type->is_array()) return one(*type);
  return std::any_of(type->get_array().begin(), type->get_array().end(), one);
}

bool is_article_type(std::string_view name) {
  return name.ends_with("Article") || name.ends_with("BlogPosting") || name == "Report" || name == "Review" ||
         name == "SocialMediaPosting" || name == "DiscussionForumPosting" || name == "Claim" ||
         name == "ClaimReview" || name == "CreativeWork" || name == "Newsarticle" || name == "article" ||
         name == "BackgroundNewsArticle";
}

bool is_weak_type(std::string_view name) {
  return name.ends_with("WebPage") || name.ends_with("ItemPage") || name == "Recipe" ||
         name == "VideoObject" || name == "HowTo" || name == "FAQPage" || name == "MedicalWebPage" ||
         name == "PodcastEpisode" || name == "Blog" || name == "Guide" || name == "ImageGallery" ||
         name == "MediaGallery" || name == "AboutPage";
}

bool is_organization_type(std::string_view name) {
  return name.ends_with("Organization") || name == "Corporation" || name == "Brand" ||
         name.ends_with("Business") || name == "WebSite";
}

std::optional<bool> truth_of(json::value const* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string()) {
    auto const word = text::lower(value->get_string());
    if (word == "false" || word.ends_with("/false") || word == "no") return false;
    if (word == "true" || word.ends_with("/true") || word == "yes") return true;
  }
  return std::nullopt;
}

class JsonLdReader {
 public:
  LdPage read(std::vector<std::string_view> const& scripts) {
    for (auto const script : scripts) {
      if (documents_.size() >= documents_max) break;
      if (auto value = parse_lenient_json(script)) documents_.push_back(std::move(*value));
    }
    for (auto const& document : documents_) collect(document);
    for (auto const* object : objects_) read_object(*object);
    std::stable_sort(page_.articles.begin(), page_.articles.end(),
                     [](auto const& a, auto const& b) { return a.is_article > b.is_article; });
    return std::move(page_);
  }

 private:
  // Objects may lie in arrays, in @graph and under the properties that hold an article. A list of what is
  // still to look at, no recursion.
  void collect(json::value const& root) {
    std::vector<json::value const*> waiting{&root};
    while (!waiting.empty() && objects_.size() < objects_max) {
      auto const* value = waiting.back();
      waiting.pop_back();
      if (value->is_array()) {
        auto const& array = value->get_array();
        for (std::size_t i = array.size(); i-- > 0;) waiting.push_back(&array[i]);
      } else if (value->is_object()) {
        auto const& object = value->get_object();
        objects_.push_back(&object);
        if (auto const id = string_of(object, "@id"); !id.empty() && object.size() > 1)
          by_id_.emplace(id, &object);
        for (auto const* key : {"mainEntity", "mainEntityOfPage", "isPartOf", "@graph"})
          if (auto const* inner = object.if_contains(key); inner && !inner->is_string())
            waiting.push_back(inner);
      }
    }
  }

  json::object const* resolved(json::value const& value) const {
    if (!value.is_object()) return nullptr;
    auto const& object = value.get_object();
    if (auto const id = string_of(object, "@id"); !id.empty() && !object.if_contains("name"))
      if (auto const found = by_id_.find(id); found != by_id_.end()) return found->second;
    return &object;
  }

  void read_authors(json::value const& value, std::vector<LdPerson>& authors, int depth = 0) const {
    constexpr int depth_max = 3;
    if (authors.size() >= authors_max || depth > depth_max) return;
    if (value.is_array()) {
      for (auto const& one : value.get_array()) read_authors(one, authors, depth + 1);
      return;
    }
    LdPerson person;
    if (value.is_string()) {
      person.name = value.get_string();
    } else if (auto const* object = resolved(value)) {
      auto const* name = object->if_contains("name");
      if (name && name->is_array()) {
        for (auto const& one : name->get_array()) read_authors(one, authors, depth + 1);
        return;
      }
      if (name && name->is_object()) {
        read_authors(*name, authors, depth + 1);
        return;
      }
      person.name = string_of(name);
      if (person.name.empty()) {
        person.name = string_of(*object, "givenName");
        auto const family = string_of(*object, "familyName");
        if (!person.name.empty() && !family.empty()) person.name += ' ';
        person.name += family;
      }
      if (person.name.empty())
        if (auto const* inner = object->if_contains("author"))
          return read_authors(*inner, authors, depth + 1);
      person.url = string_of(*object, "url");
      person.is_organization = any_type(*object, is_organization_type);
    }
    if (!person.name.empty()) authors.push_back(std::move(person));
  }

  std::string image_of(json::value const& value) const {
    auto const* one = &value;
    if (one->is_array()) {
      if (one->get_array().empty()) return {};
      one = &one->get_array().front();
    }
    if (one->is_string()) return std::string(one->get_string());
    auto const* object = resolved(*one);
    if (object == nullptr) return {};
    auto const url = string_of(*object, "url");
    return std::string(url.empty() ? string_of(*object, "contentUrl") : url);
  }

  void read_parts(json::value const& value, std::vector<LdPart>& parts) const {
    std::size_t const count = value.is_array() ? value.get_array().size() : 1;
    for (std::size_t i = 0; i < count && parts.size() < parts_max; ++i) {
      auto const& one = value.is_array() ? value.get_array()[i] : value;
      if (!one.is_object()) continue;
      auto const* selectors = one.get_object().if_contains("cssSelector");
      if (selectors == nullptr) continue;
      auto const free = truth_of(one.get_object().if_contains("isAccessibleForFree"));
      auto const add = [&](json::value const& selector) {
        if (selector.is_string() && parts.size() < parts_max)
          parts.push_back({std::string(selector.get_string()), free.value_or(true)});
      };
      if (selectors->is_array())
        for (auto const& selector : selectors->get_array()) add(selector);
      else
        add(*selectors);
    }
  }

  void read_object(json::object const& object) {
    bool const article = any_type(object, is_article_type);
    bool const weak = !article && any_type(object, is_weak_type);
    if (!article && !weak) {
      bool const site = any_type(object, [](std::string_view name) { return name == "WebSite"; });
      if (site && page_.site_name.empty()) page_.site_name = string_of(object, "name");
      return;
    }
    if (page_.articles.size() >= articles_max) return;
    LdArticle out;
    out.is_article = article;
    out.headline = string_of(object, "headline");
    if (out.headline.empty()) out.headline = string_of(object, "name");
    out.url = string_of(object, "url");
    if (auto const* main = object.if_contains("mainEntityOfPage"); main && out.url.empty())
      out.url = main->is_object() ? string_of(main->get_object(), "@id") : string_of(main);
    for (auto const* key : {"author", "creator"})
      if (auto const* author = object.if_contains(key); author && out.authors.empty())
        read_authors(*author, out.authors);
    out.date_published = string_of(object, "datePublished");
    if (out.date_published.empty()) out.date_published = string_of(object, "dateCreated");
    if (out.date_published.empty()) out.date_published = string_of(object, "uploadDate");
    out.date_modified = string_of(object, "dateModified");
    if (auto const* image = object.if_contains("image")) out.image = image_of(*image);
    out.language = string_of(object, "inLanguage");
    out.body = string_of(object, "articleBody");
    if (auto const* publisher = object.if_contains("publisher"))
      if (auto const* named = resolved(*publisher)) out.publisher = string_of(*named, "name");
    out.is_free = truth_of(object.if_contains("isAccessibleForFree"));
    if (auto const* parts = object.if_contains("hasPart")) read_parts(*parts, out.parts);
    page_.articles.push_back(std::move(out));
  }

  std::vector<json::value> documents_;
  std::vector<json::object const*> objects_;
  std::unordered_map<std::string_view, json::object const*> by_id_;
  LdPage page_;
};

}  // namespace

LdPage read_json_ld(std::vector<std::string_view> const& scripts) { return JsonLdReader().read(scripts); }

}  // namespace newsfold::clean
