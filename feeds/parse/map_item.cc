#include "feeds/parse/geo.h"
#include "feeds/parse/map.h"
#include "feeds/parse/media.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"
#include "feeds/text/url.h"

#include <algorithm>

namespace newsfold::parse {

namespace {

// A field with several sources, tried from the highest rank down until one can be read.
class Ranked {
 public:
  void offer(pugi::xml_node node, int rank) {
    if (!node.first_child() || size_ == std::size(nodes_)) return;
    // Among equals the later one corrects the earlier one.
    auto at = size_;
    while (at > 0 && nodes_[at - 1].rank <= rank) --at;
    std::move_backward(nodes_ + at, nodes_ + size_, nodes_ + size_ + 1);
    nodes_[at] = {node, rank};
    ++size_;
  }
  std::optional<UtcMicros> date(std::string& scratch) const {
    for (std::size_t i = 0; i < size_; ++i)
      if (auto const date = text::parse_date(text_of(nodes_[i].node, scratch))) return date;
    return std::nullopt;
  }
  std::string raw() const { return size_ > 0 ? text_of(nodes_[0].node) : std::string(); }

 private:
  struct Entry {
    pugi::xml_node node;
    int rank = 0;
  };
  Entry nodes_[6];
  std::size_t size_ = 0;
};

class ItemMapper {
 public:
  ItemMapper(pugi::xml_node node, std::string_view base, MapContext& context,
             std::vector<pugi::xml_node>& nested)
      : node_(node), base_(base_of(node, base)), context_(context), nested_(nested), media_(item_, context) {}

  Item map() {
    own_attributes();
    for (auto const child : node_.children())
      if (child.type() == pugi::node_element) element(child);
    finish();
    return std::move(item_);
  }

 private:
  void own_attributes();
  void element(pugi::xml_node child);
  void extension(pugi::xml_node child, Element element, std::string_view base);
  void link(pugi::xml_node child, std::string_view base, Space space);
  void guid(pugi::xml_node child, std::string_view base);
  void source(pugi::xml_node child, std::string_view base);
  void category(pugi::xml_node child);
  void license(pugi::xml_node child, std::string_view base);
  void offer_url(std::string url, int rank);
  void offer_id(std::string id, int rank);
  void finish();
  void finish_texts();
  bool take_text(Best const& content);  // false: it shows nothing

  std::string base_for(pugi::xml_node child) const {
    return child.first_attribute() ? base_of(child, base_) : base_;
  }

  pugi::xml_node node_;
  std::string base_;
  MapContext& context_;
  std::vector<pugi::xml_node>& nested_;
  Item item_;
  MediaCollector media_;
  Best title_, description_, encoded_, summary_, subtitle_, body_;
  Ranked published_, updated_;
  std::string latitude_, longitude_;
  std::string comments_feed_, markdown_;
  int url_rank_ = -1;
  int id_rank_ = -1;
};

void ItemMapper::offer_url(std::string url, int rank) {
  if (url.empty() || rank <= url_rank_) return;
  item_.url = std::move(url);
  url_rank_ = rank;
}

void ItemMapper::offer_id(std::string id, int rank) {
  if (id.empty() || rank < id_rank_) return;
  item_.id = std::move(id);
  id_rank_ = rank;
}

// RDF names an item in rdf:about; CDF has address and date as attributes.
void ItemMapper::own_attributes() {
  for (auto const a : node_.attributes()) {
    std::string_view const name = a.name();
    auto const colon = name.find(':');
    auto const local = colon == std::string_view::npos ? name : name.substr(colon + 1);
    if (text::equals_ignoring_case(local, "about")) {
      auto const about = value_of(a);
      offer_id(about, 1);
      if (text::is_web_url(about)) offer_url(about, 1);
    } else if (text::equals_ignoring_case(local, "href")) {
      offer_url(url_of(value_of(a), base_), 2);
    } else if (text::equals_ignoring_case(local, "lastmod")) {
      item_.date_raw = value_of(a);
      item_.date_published = text::parse_date(item_.date_raw);
    } else if (text::equals_ignoring_case(name, "xml:lang")) {
      item_.language = value_of(a);
    }
  }
}

void ItemMapper::element(pugi::xml_node child) {
  auto const space = context_.spaces.space_of(child);
  if (space == Space::unknown) return;
  auto const element = parse::element_of(space, local_name(child));
  if (element == Element::unknown) return;
  bool const own = space == Space::core || space == Space::atom;
  // In RSS the elements of RSS go before those of Atom that stand beside them.
  int const own_rank = space == Space::core ? 6 : 5;
  switch (element) {
    case Element::item:
      if (has_element_children(child)) nested_.push_back(child);
      break;
    case Element::title: title_.offer(child, own ? own_rank : space == Space::itunes ? 1 : 3); break;
    case Element::media_title: title_.offer(child, 2); break;
    case Element::description: description_.offer(child, own ? own_rank : 2); break;
    case Element::abstract_: description_.offer(child, 5); break;
    case Element::itunes_summary:
    case Element::media_description: summary_.offer(child, element == Element::itunes_summary ? 2 : 1); break;
    case Element::itunes_subtitle: subtitle_.offer(child, 1); break;
    case Element::summary: summary_.offer(child, 6); break;
    case Element::content:
      // Of several the one that is HTML.
      encoded_.offer(child, text_kind(child, context_) == TextKind::other   ? 0
                            : text_kind(child, context_) == TextKind::plain ? 3
                                                                            : 4);
      break;
    case Element::encoded: encoded_.offer(child, 5); break;
    case Element::body: body_.offer(child, 1); break;
    case Element::guid: guid(child, base_for(child)); break;
    case Element::id: offer_id(text_of(child), space == Space::atom ? 3 : 2); break;
    case Element::identifier: offer_id(text_of(child), 0); break;
    case Element::link: link(child, base_for(child), space); break;
    case Element::orig_link: offer_url(url_of(text_of(child), base_), 10); break;
    case Element::pub_date: published_.offer(child, 6); break;
    case Element::published: published_.offer(child, own ? 5 : 4); break;
    case Element::date: published_.offer(child, own ? 4 : 3); break;
    case Element::created: published_.offer(child, 2); break;
    case Element::updated:
    case Element::last_build_date: updated_.offer(child, own ? 5 : 4); break;
    case Element::author:
    case Element::creator:
    case Element::managing_editor:
      add_author(item_.authors, person_of(child, base_for(child), context_));
      break;
    case Element::contributor:
      add_author(item_.contributors, person_of(child, base_for(child), context_));
      break;
    case Element::category:
    case Element::subject: category(child); break;
    case Element::keywords:
    case Element::media_keywords: add_tags_by_comma(item_.tags, line_of(child, context_)); break;
    default: extension(child, element, base_for(child)); break;
  }
}

void ItemMapper::extension(pugi::xml_node child, Element element, std::string_view base) {
  switch (element) {
    case Element::enclosure: media_.enclosure(child, base); break;
    case Element::media_content: media_.content(child, base); break;
    case Element::media_group: media_.group(child, base); break;
    case Element::media_thumbnail: media_.thumbnail(child, base); break;
    case Element::media_credit:
      if (text::equals_ignoring_case(attribute(child, "role"), "author"))
        add_author(item_.authors, person_of_text(line_of(child, context_)));
      break;
    case Element::itunes_image:
    case Element::image:
    case Element::icon:
    case Element::logo: media_.image(address_of(child, base), image_rank_own); break;
    case Element::itunes_category: add_tag(item_.tags, itunes_category_of(child)); break;
    case Element::duration: media_.duration(text::parse_duration(text_of(child))); break;
    case Element::explicit_: item_.explicit_content = explicit_of(text_of(child)); break;
    case Element::comments_feed: comments_feed_ = url_of(text_of(child), base); break;
    case Element::companion: media_.companion(child, base); break;
    case Element::alternate_enclosure: media_.alternate(child, base); break;
    case Element::anchor: offer_url(url_of(attribute(child, "href"), base), 0); break;
    case Element::media_player: media_.player(child, base); break;
    case Element::video_id: offer_id(text_of(child), 0); break;
    case Element::markdown: markdown_ = text_of(child); break;
    case Element::comments: item_.comments_url = url_of(text_of(child), base); break;
    case Element::source: source(child, base); break;
    case Element::license: license(child, base); break;
    case Element::language: item_.language = text_of(child); break;
    case Element::latitude: latitude_ = text_of(child); break;
    case Element::longitude: longitude_ = text_of(child); break;
    case Element::person: add_author(item_.contributors, podcast_person_of(child, base, context_)); break;
    default:
      if (!item_.geo) {
        Namespaces::Scope const scope(context_.spaces, child);
        item_.geo = geometry_of(child, element, context_);
      }
      break;
  }
}

void ItemMapper::link(pugi::xml_node child, std::string_view base, Space space) {
  if (!has_attribute(child, "href")) {
    auto text = text_of(child);
    if (text.empty()) text = attribute(child, "resource");
    // Of several the last corrects the others.
    if (space != Space::atom && url_rank_ == 6) url_rank_ = 5;
    return offer_url(url_of(text, base), space == Space::atom ? 4 : 6);
  }
  auto const rel = text::lower(attribute(child, "rel"));
  auto const href = url_of(attribute(child, "href"), base);
  if (rel.empty() || rel == "alternate" || rel == "http://www.iana.org/assignments/relation/alternate") {
    auto const type = attribute(child, "type");
    bool const page = type.empty() || type.find("html") != std::string::npos;
    if (space == Space::core && !context_.is_atom && page) {
      if (url_rank_ == 6) url_rank_ = 5;
      offer_url(href, 6);
    } else {
      offer_url(href, page ? 5 : 2);
    }
  } else if (rel == "enclosure") {
    media_.link(child, base);
  } else if (rel == "related") {
    if (item_.external_url.empty()) item_.external_url = href;
  } else if (rel == "replies" || rel == "comments") {
    auto const type = attribute(child, "type");
    if (item_.comments_url.empty() || type.find("html") != std::string::npos) item_.comments_url = href;
  } else if (rel == "image") {
    media_.image(href, image_rank_own);
  } else if (rel == "license" || rel == "copyright") {
    item_.license = href;
  } else if (rel == "via") {
    if (item_.source.url.empty()) item_.source = {attribute(child, "title"), href};
  } else if (rel == "self" || rel == "canonical" || rel == "permalink") {
    offer_url(href, rel == "self" ? 0 : 4);
  }
}

void ItemMapper::guid(pugi::xml_node child, std::string_view base) {
  auto const id = text_of(child);
  auto const permalink = attribute(child, "isPermaLink");
  offer_id(id, 4);
  if (text::equals_ignoring_case(permalink, "false")) return;
  if (text::is_web_url(id))
    offer_url(url_of(id, base), 3);
  else if (text::equals_ignoring_case(permalink, "true"))
    offer_url(url_of(id, base), 0);
}

// RSS: <source url="...">Title</source>; Atom: the feed an entry was taken from.
void ItemMapper::source(pugi::xml_node child, std::string_view base) {
  if (!has_element_children(child) || has_attribute(child, "url")) {
    item_.source.title = line_of(child, context_);
    auto url = attribute(child, "url");
    if (url.empty()) url = attribute(child, "href");
    item_.source.url = url_of(url, base);
    return;
  }
  std::string self;
  for (auto const inner : child.children()) {
    if (inner.type() != pugi::node_element) continue;
    auto const local = local_name(inner);
    if (local == "title") item_.source.title = line_of(inner, context_);
    if (local == "author") {
      auto author = person_of(inner, base, context_);
      if (item_.authors.empty()) add_author(item_.authors, std::move(author));
    }
    if (local != "link") continue;
    auto const rel = attribute(inner, "rel");
    auto const href = url_of(attribute(inner, "href"), base_of(inner, base));
    if (rel.empty() || rel == "alternate")
      item_.source.url = href;
    else if (rel == "self")
      self = href;
  }
  if (item_.source.url.empty()) item_.source.url = self;
}

void ItemMapper::category(pugi::xml_node child) {
  auto text = line_of(child, context_);
  if (text.empty()) text = attribute(child, "label");
  auto const term = attribute(child, "term");
  if (!term.empty()) text = term;
  if (text.empty()) text = attribute(child, "text");
  add_tag(item_.tags, text);
}

void ItemMapper::license(pugi::xml_node child, std::string_view base) {
  auto text = attribute(child, "resource");
  if (text.empty()) text = attribute(child, "href");
  if (text.empty()) text = attribute(child, "url");
  if (text.empty()) text = text_of(child);
  item_.license = text::scheme_of(text).empty() && base.empty() ? text : url_of(text, base);
}

void ItemMapper::finish() {
  // An atom:id may be the only address an entry has.
  if (id_rank_ < 4 && text::is_web_url(item_.id)) offer_url(url_of(item_.id, base_), 0);
  if (!title_) title_ = media_.title();
  if (title_) item_.title = line_of(title_.node(), context_);
  finish_texts();
  if (auto const date = published_.date(context_.scratch)) item_.date_published = date;
  if (auto raw = published_.raw(); !raw.empty()) item_.date_raw = std::move(raw);
  item_.date_modified = updated_.date(context_.scratch);
  // Atom demands `updated` and leaves `published` free: where it stands alone it is the date of the entry.
  if (context_.is_atom && !item_.date_published) item_.date_published = item_.date_modified;
  if (item_.date_raw.empty()) item_.date_raw = updated_.raw();
  if (!item_.geo && !latitude_.empty()) item_.geo = geometry_of("Point", latitude_ + " " + longitude_);
  if (item_.comments_url.empty()) item_.comments_url = std::move(comments_feed_);
  media_.finish();
}

bool ItemMapper::take_text(Best const& content) {
  auto body = body_of(content.node(), base_for(content.node()), context_);
  item_.content_html = std::move(body.html);
  item_.content_text = std::move(body.text);
  return !item_.content_html.empty() || !item_.content_text.empty();
}

void ItemMapper::finish_texts() {
  if (!summary_) summary_ = media_.description();
  // Atom's summary is a summary even where it stands alone; RSS's description is then the text. So is it
  // where the element for the text shows nothing.
  Best const* content = nullptr;
  for (auto const* candidate : {&encoded_, &body_, &description_})
    if (*candidate && take_text(*(content = candidate))) break;
  Best const* summary = summary_ ? &summary_ : &subtitle_;
  if (content && content != &description_ && description_) summary = &description_;
  if (!content && summary == &summary_ && summary_.rank() < 6) {
    content = &summary_;
    summary = &subtitle_;
    take_text(*content);
  }
  if (item_.content_html.empty() && item_.content_text.empty()) item_.content_text = std::move(markdown_);
  if (!*summary) return;
  item_.summary = summary_of(summary->node(), context_);
  // A summary of HTML with no text beside it is all the text there is.
  if (!content && text_kind(summary->node(), context_) != TextKind::plain)
    item_.content_html = body_of(summary->node(), base_for(summary->node()), context_).html;
}

}  // namespace

Item map_item(pugi::xml_node node, std::string_view base, MapContext& context,
              std::vector<pugi::xml_node>& nested) {
  Namespaces::Scope const scope(context.spaces, node);
  return ItemMapper(node, base, context, nested).map();
}

}  // namespace newsfold::parse
