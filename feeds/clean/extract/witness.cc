#include "feeds/clean/extract/witness.h"

#include "feeds/clean/extract/script_body.h"
#include "feeds/clean/extract/text_meter.h"
#include "feeds/clean/sanitize/sanitize.h"

namespace newsfold::clean {
Witnesses read_witnesses(HtmlDocument const& page) {
  Witnesses out;
  std::string_view description;
  std::string_view title;
  std::string_view og_title;
  for (NodeIndex node = 0; node < page.size(); ++node) {
    auto const element = page.element(node);
    if (element == Element::script) {
      if (node + 1 >= page.end(node) || page.attribute(node, "type") != "application/ld+json") continue;
      auto body = article_body(page.text(node + 1));
      if (body.size() > out.body_text.size()) out.body_text = std::move(body);
    } else if (element == Element::meta) {
      auto name = page.attribute(node, "property");
      if (name.empty()) name = page.attribute(node, "name");
      if (name == "og:title" && og_title.empty()) og_title = page.attribute(node, "content");
      if (name != "og:description" && name != "description" && name != "twitter:description") continue;
      auto const content = page.attribute(node, "content");
      if (content.size() > description.size()) description = content;
    } else if (element == Element::title && title.empty() && node + 1 < page.end(node)) {
      title = page.text(node + 1);
    }
  }
  out.title = word_hashes(og_title.empty() ? title : og_title);
  out.description = word_hashes(description);
  if (!out.body_text.empty()) {
    // Bodies come as text, as HTML, and as HTML that was escaped.
    if (out.body_text.find('<') != std::string::npos || out.body_text.find('&') != std::string::npos)
      out.body_text = html_to_text(out.body_text);
    out.body = word_hashes(out.body_text);
  }
  return out;
}

}  // namespace newsfold::clean
