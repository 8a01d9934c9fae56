#include "feeds/parse/map.h"
#include "feeds/text/date.h"

#include <algorithm>
#include <iterator>

namespace newsfold::parse {

namespace {

void map_news(Item& item, pugi::xml_node node, MapContext& context) {
  for (auto const inner : node.children()) {
    if (inner.type() != pugi::node_element) continue;
    switch (context.spaces.element_of(inner)) {
      case Element::news_title: item.title = line_of(inner, context); break;
      case Element::news_date:
        item.date_raw = text_of(inner);
        item.date_published = text::parse_date(item.date_raw);
        break;
      case Element::news_keywords: add_tags_by_comma(item.tags, line_of(inner, context)); break;
      case Element::news_publication:
        for (auto const field : inner.children()) {
          auto const element = context.spaces.element_of(field);
          if (element == Element::news_name) item.source.title = line_of(field, context);
          if (element == Element::news_language) item.language = text_of(field);
        }
        break;
      default: break;
    }
  }
}

}  // namespace

void map_sitemap(Feed& feed, pugi::xml_node root, std::string_view base, MapContext& context) {
  auto const entries = root.children();
  auto const count = std::size_t(std::distance(entries.begin(), entries.end()));
  feed.items.reserve(std::min(count, context.limits.items_max));
  for (auto const entry : root.children()) {
    if (entry.type() != pugi::node_element) continue;
    Namespaces::Scope const scope(context.spaces, entry);
    auto const kind = context.spaces.element_of(entry);
    if (kind != Element::url && kind != Element::sitemap) continue;
    if (feed.items.size() >= context.limits.items_max) {
      ++feed.items_dropped;
      continue;
    }
    Item item;
    for (auto const child : entry.children()) {
      if (child.type() != pugi::node_element) continue;
      Namespaces::Scope const inner_scope(context.spaces, child);
      switch (context.spaces.element_of(child)) {
        case Element::loc: item.url = url_of(text_of(child), base); break;
        case Element::lastmod:
        case Element::updated: item.date_modified = text::parse_date(text_of(child, context.scratch)); break;
        case Element::news: map_news(item, child, context); break;
        case Element::image:
          for (auto const inner : child.children())
            if (item.image.empty() && local_name(inner) == "loc") item.image = url_of(text_of(inner), base);
          break;
        default: break;
      }
    }
    item.id = item.url;
    if (!item.url.empty()) feed.items.push_back(std::move(item));
  }
}

}  // namespace newsfold::parse
