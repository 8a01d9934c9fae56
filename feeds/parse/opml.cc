#include "feeds/parse/opml.h"

#include "feeds/parse/construct.h"
#include "feeds/parse/prepare.h"
#include "feeds/parse/xml_document.h"
#include "feeds/text/ascii.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

namespace newsfold::parse {

namespace {

constexpr std::size_t categories_max = 32;

pugi::xml_node child_named(pugi::xml_node node, std::string_view name) {
  for (auto const child : node.children())
    if (child.type() == pugi::node_element && text::equals_ignoring_case(child.name(), name)) return child;
  return {};
}

// A name as people give them: every feed has those of its folders.
std::string label_of(std::string_view name) {
  return std::string(text::trim(text::utf8_prefix(name, opml_label_bytes_max)));
}

std::string title_of(pugi::xml_node outline) {
  auto title = attribute(outline, "text");
  if (title.empty()) title = attribute(outline, "title");
  return label_of(text::collapse_space(title));
}

// OPML 2.0: "/Boston/Weather,/Harvard/Berkman,Politics".
std::vector<std::string> categories_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < categories_max) {
    auto const comma = text.find(',');
    auto one = text.substr(0, comma);
    text = comma == text.npos ? std::string_view{} : text.substr(comma + 1);
    while (!one.empty() && (one.front() == ' ' || one.front() == '/')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '/')) one.remove_suffix(1);
    if (!one.empty()) out.push_back(label_of(one));
  }
  return out;
}

// OPML 2.0: type "include" leads to another list, "link" to any page.
bool is_link(pugi::xml_node outline) {
  auto const type = attribute(outline, "type");
  return text::equals_ignoring_case(type, "link") || text::equals_ignoring_case(type, "include");
}

// Browsers once handed "feed://host/path" and "feed:https://host/path" to feed readers, which kept them.
std::string without_feed_scheme(std::string url) {
  constexpr std::string_view scheme = "feed:";
  if (!text::equals_ignoring_case(std::string_view(url).substr(0, scheme.size()), scheme)) return url;
  url.erase(0, scheme.size());
  if (!url.starts_with("//")) return url;
  return text::is_web_url(std::string_view(url).substr(2)) ? url.substr(2) : "http:" + url;
}

}  // namespace

Result<std::vector<Subscription>> parse_opml(std::string_view bytes, std::string_view content_type,
                                             OpmlLimits const& limits, std::size_t* passed_over) {
  Limits document_limits;
  document_limits.bytes_max = limits.bytes_max;
  if (bytes.size() > limits.bytes_max)
    return Error{ErrorCode::too_large, "the list has " + std::to_string(bytes.size()) +
                                           " bytes; the limit is " + std::to_string(limits.bytes_max)};
  PreparedText prepared;
  if (auto ready = prepare(prepared, bytes, Hints{{}, content_type}, document_limits); !ready)
    return ready.error();
  XmlDocument const document(Excerpt(prepared.text), document_limits);
  auto const body = child_named(child_named(document.top(), "opml"), "body");
  if (!body) return Error{ErrorCode::not_a_feed, "no <opml> with a <body> in it"};
  // A list that is broken in another way still says where it ends.
  bool const ends =
      !document.problem() || text::find_ignoring_case(prepared.text, "</opml") != std::string_view::npos;
  if (!limits.cut_off_allowed && !(prepared.whole && ends))
    return Error{ErrorCode::malformed, "the list is cut off"};

  std::vector<Subscription> out;
  std::size_t others = 0;
  std::vector<std::string> folders;
  std::size_t depth = 0;  // of `node` below the body; folders.size() may stay behind it
  auto node = body.first_child();
  while (node) {
    bool descends = false;
    if (node.type() == pugi::node_element && text::equals_ignoring_case(node.name(), "outline")) {
      auto url = without_feed_scheme(attribute(node, "xmlUrl"));
      if (!url.empty()) {
        if (out.size() >= limits.subscriptions_max)
          return Error{ErrorCode::too_large,
                       "more than " + std::to_string(limits.subscriptions_max) + " subscriptions"};
        out.push_back({title_of(node), std::move(url), url_of(attribute(node, "htmlUrl"), {}), folders,
                       categories_of(attribute(node, "category"))});
      } else if (is_link(node)) {
        ++others;
      }
      descends = node.first_child() && depth < limits.depth_max;
      if (node.first_child() && !descends) ++others;
    }
    if (descends) {
      folders.push_back(title_of(node));
      ++depth;
      node = node.first_child();
      continue;
    }
    while (node && !node.next_sibling() && depth > 0) {
      node = node.parent();
      folders.pop_back();
      --depth;
    }
    node = node.next_sibling();
  }
  if (passed_over) *passed_over = others;
  return out;
}

}  // namespace newsfold::parse
