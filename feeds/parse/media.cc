#include "feeds/parse/media.h"

#include "feeds/text/ascii.h"
#include "feeds/text/date.h"

#include <algorithm>

namespace newsfold::parse {

namespace {

constexpr std::size_t attachments_max = 256;

bool is_image(std::string_view type, std::string_view medium, std::string_view url) noexcept {
  if (text::equals_ignoring_case(medium, "image") || text::starts_with_ignoring_case(type, "image"))
    return true;
  if (!type.empty() || !medium.empty()) return false;
  url = url.substr(0, url.find_first_of("?#"));
  for (std::string_view ending : {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"})
    if (url.size() > ending.size() &&
        text::equals_ignoring_case(url.substr(url.size() - ending.size()), ending))
      return true;
  return false;
}

}  // namespace

void MediaCollector::add(Attachment attachment) {
  if (attachment.url.empty()) return;
  for (auto& known : item_.attachments) {
    if (known.url != attachment.url) continue;
    if (known.mime_type.empty()) known.mime_type = std::move(attachment.mime_type);
    if (known.title.empty()) known.title = std::move(attachment.title);
    if (!known.size_in_bytes) known.size_in_bytes = attachment.size_in_bytes;
    if (!known.duration_in_seconds) known.duration_in_seconds = attachment.duration_in_seconds;
    return;
  }
  if (item_.attachments.size() < attachments_max) item_.attachments.push_back(std::move(attachment));
}

void MediaCollector::enclosure(pugi::xml_node node, std::string_view base) {
  Attachment a;
  a.url = address_of(node, base);
  a.mime_type = attribute(node, "type");
  a.title = attribute(node, "title");
  a.size_in_bytes = whole_number(attribute(node, "length"));
  if (is_image(a.mime_type, {}, a.url)) image(a.url, image_rank_enclosure);
  add(std::move(a));
}

void MediaCollector::link(pugi::xml_node node, std::string_view base) {
  Attachment a;
  a.url = url_of(attribute(node, "href"), base);
  a.mime_type = attribute(node, "type");
  a.title = attribute(node, "title");
  a.size_in_bytes = whole_number(attribute(node, "length"));
  if (is_image(a.mime_type, {}, a.url)) image(a.url, image_rank_enclosure);
  add(std::move(a));
}

void MediaCollector::nested(pugi::xml_node node, std::string_view base) {
  for (auto const child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    switch (context_.spaces.element_of(child)) {
      case Element::media_title: title_.offer(child, 0); break;
      case Element::media_description: description_.offer(child, 0); break;
      case Element::media_thumbnail: thumbnail(child, base); break;
      case Element::media_player: player(child, base); break;
      case Element::media_keywords: add_tags_by_comma(item_.tags, text_of(child)); break;
      case Element::category: add_tag(item_.tags, line_of(child, context_)); break;
      case Element::media_credit:
        if (text::equals_ignoring_case(attribute(child, "role"), "author"))
          add_author(item_.authors, person_of_text(line_of(child, context_)));
        break;
      default: break;
    }
  }
}

void MediaCollector::content(pugi::xml_node node, std::string_view base) {
  Attachment a;
  a.url = url_of(attribute(node, "url"), base);
  a.mime_type = attribute(node, "type");
  auto const medium = attribute(node, "medium");
  a.size_in_bytes = whole_number(attribute(node, "fileSize"));
  a.duration_in_seconds = text::parse_duration(attribute(node, "duration"));
  if (!a.url.empty() && is_image(a.mime_type, medium, a.url)) image(a.url, image_rank_content);
  for (auto const child : node.children())
    if (child.type() == pugi::node_element && context_.spaces.element_of(child) == Element::media_title)
      a.title = line_of(child, context_);
  add(std::move(a));
  nested(node, base);
}

void MediaCollector::group(pugi::xml_node node, std::string_view base) {
  for (auto const child : node.children())
    if (child.type() == pugi::node_element && context_.spaces.element_of(child) == Element::media_content)
      content(child, base);
  nested(node, base);
}

void MediaCollector::companion(pugi::xml_node node, std::string_view base) {
  Attachment a;
  a.url = url_of(attribute(node, "url"), base);
  a.mime_type = attribute(node, "type");
  add_companion(std::move(a));
}

// The same recording in another form; of its sources the first.
void MediaCollector::alternate(pugi::xml_node node, std::string_view base) {
  Attachment a;
  for (auto const child : node.children())
    if (a.url.empty() && text::equals_ignoring_case(local_name(child), "source"))
      a.url = url_of(attribute(child, "uri"), base);
  a.mime_type = attribute(node, "type");
  a.title = attribute(node, "title");
  a.size_in_bytes = whole_number(attribute(node, "length"));
  add_companion(std::move(a));
}

void MediaCollector::add_companion(Attachment a) {
  if (companions_.size() < attachments_max) companions_.push_back(std::move(a));
}

void MediaCollector::player(pugi::xml_node node, std::string_view base) {
  player_ = url_of(attribute(node, "url"), base);
}

void MediaCollector::thumbnail(pugi::xml_node node, std::string_view base) {
  image(address_of(node, base), image_rank_thumbnail);
}

void MediaCollector::image(std::string url, int rank) {
  if (url.empty() || rank <= image_rank_) return;
  item_.image = std::move(url);
  image_rank_ = rank;
}

void MediaCollector::finish() {
  // The duration of an episode belongs to its recording, not to the picture beside it.
  if (duration_)
    for (auto& a : item_.attachments)
      if (!a.duration_in_seconds && !text::starts_with_ignoring_case(a.mime_type, "image"))
        a.duration_in_seconds = duration_;
  // A player is the way to a recording that has no address of its own.
  if (item_.attachments.empty() && !player_.empty()) {
    Attachment page;
    page.url = std::move(player_);
    page.mime_type = "text/html";
    page.duration_in_seconds = duration_;
    add(std::move(page));
  }
  for (auto& a : companions_) add(std::move(a));
}

}  // namespace newsfold::parse
