#include "feeds/parse/map.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"
#include "feeds/text/url.h"

namespace newsfold::parse {

namespace {

// RSS counts hours 0..23, old ones 1..24.
constexpr int hour_max = 24;
constexpr std::string_view weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                         "Friday", "Saturday", "Sunday"};

}  // namespace

void ChannelMapper::element(pugi::xml_node node, std::string_view outer_base) {
  auto const space = context_.spaces.space_of(node);
  if (space == Space::unknown) return;
  auto const base = base_of(node, outer_base);
  bool const own = space == Space::core || space == Space::atom;
  int const own_rank = space == Space::core ? 6 : 5;
  auto const element = parse::element_of(space, local_name(node));
  switch (element) {
    case Element::title: title_.offer(node, own ? own_rank : space == Space::itunes ? 1 : 3); break;
    case Element::media_title: title_.offer(node, 2); break;
    case Element::description:
    case Element::subtitle:
    case Element::abstract_: description_.offer(node, own ? own_rank : 4); break;
    case Element::itunes_summary: description_.offer(node, 2); break;
    case Element::itunes_subtitle: description_.offer(node, 1); break;
    case Element::media_description: description_.offer(node, 0); break;
    case Element::link: link(node, base, space); break;
    case Element::anchor:
      if (feed_.home_page_url.empty()) feed_.home_page_url = url_of(attribute(node, "href"), base);
      break;
    case Element::id: feed_.id = text_of(node); break;
    case Element::identifier:
      if (feed_.id.empty()) feed_.id = text_of(node);
      break;
    case Element::last_build_date: updated_.offer(node, 7); break;
    case Element::updated: updated_.offer(node, own ? 6 : 5); break;
    case Element::pub_date: updated_.offer(node, 4); break;
    case Element::published:
    case Element::date: updated_.offer(node, 3); break;
    case Element::created: updated_.offer(node, 2); break;
    case Element::rights: rights_.offer(node, own ? own_rank : 3); break;
    case Element::language: language_.offer(node, own ? own_rank : 3); break;
    case Element::generator: generator_.offer(node, own ? own_rank : 3); break;
    case Element::author:
    case Element::creator: {
      auto author = person_of(node, base, context_);
      if (space != Space::core || context_.is_atom) add_author(entry_authors_, author);
      add_author(feed_.authors, std::move(author));
      break;
    }
    case Element::managing_editor: add_author(feed_.authors, person_of(node, base, context_)); break;
    case Element::publisher: {
      auto publisher = person_of(node, base, context_);
      if (web_master_.name.empty() && web_master_.email.empty()) web_master_ = std::move(publisher);
      break;
    }
    case Element::web_master: web_master_ = person_of(node, base, context_); break;
    case Element::owner: owner(node); break;
    case Element::person: add_author(feed_.contributors, podcast_person_of(node, base, context_)); break;
    case Element::contributor: add_author(feed_.contributors, person_of(node, base, context_)); break;
    case Element::error_reports_to:
      // Where there is nobody else, the person who wants to hear of errors.
      if (owner_.email.empty()) {
        auto person = person_of_text(attribute(node, "resource"));
        owner_.email = person.email;
      }
      break;
    case Element::category:
    case Element::subject: {
      auto text = attribute(node, "term");
      if (text.empty()) text = line_of(node, context_);
      if (text.empty()) text = attribute(node, "label");
      add_tag(feed_.tags, text);
      break;
    }
    case Element::itunes_category:
      add_tag(feed_.tags, itunes_category_of(node));
      for (auto const inner : node.children())
        if (inner.type() == pugi::node_element) add_tag(feed_.tags, itunes_category_of(inner));
      break;
    case Element::keywords:
    case Element::media_keywords: add_tags_by_comma(feed_.tags, line_of(node, context_)); break;
    case Element::ttl:
      if (auto const minutes = whole_number(text_of(node)); minutes && *minutes <= INT32_MAX)
        feed_.ttl_minutes = std::int64_t(*minutes);
      break;
    case Element::skip_hours:
    case Element::skip_days: skip(node, element); break;
    case Element::update_period: feed_.update_period = text::lower(text_of(node)); break;
    case Element::update_frequency:
      if (auto const n = whole_number(text_of(node)); n && *n <= INT32_MAX)
        feed_.update_frequency = std::int64_t(*n);
      break;
    // <image><url/></image> of RSS; in RDF it may stand beside the channel, or be a mere reference to there.
    case Element::image: icon(address_of(node, base), 3); break;
    case Element::itunes_image:
    case Element::media_thumbnail: icon(address_of(node, base), 1); break;
    case Element::logo:
      if (text::equals_ignoring_case(attribute(node, "style"), "icon"))
        feed_.favicon = address_of(node, base);
      else
        icon(address_of(node, base), 2);
      break;
    case Element::icon: feed_.favicon = address_of(node, base); break;
    case Element::cloud: cloud(node); break;
    case Element::explicit_: feed_.explicit_content = explicit_of(text_of(node)); break;
    default: break;
  }
}

void ChannelMapper::link(pugi::xml_node node, std::string_view base, Space space) {
  if (!has_attribute(node, "href")) {
    auto text = text_of(node);
    if (text.empty()) text = attribute(node, "resource");
    auto url = url_of(text, base);
    int const rank = space == Space::atom ? 3 : 5;
    if (!url.empty() && rank >= home_rank_) feed_.home_page_url = std::move(url), home_rank_ = rank;
    return;
  }
  auto const rel = text::lower(attribute(node, "rel"));
  auto href = url_of(attribute(node, "href"), base);
  if (href.empty()) return;
  if (rel.empty() || rel == "alternate") {
    auto const type = attribute(node, "type");
    int const rank = !type.empty() && type.find("html") == std::string::npos ? 1
                     : space == Space::core && !context_.is_atom             ? 5
                                                                             : 4;
    bool const corrects = rank == 5 && home_rank_ == 5;
    if (rank > home_rank_ || corrects) feed_.home_page_url = href, home_rank_ = rank;
    return;
  }
  if (text::has_word_ignoring_case(rel, "self") && self_rank_ < 2) feed_.feed_url = href, self_rank_ = 2;
  if (rel == "http://schemas.google.com/g/2005#feed" && self_rank_ < 1) feed_.feed_url = href, self_rank_ = 1;
  if (rel == "image") icon(href, 1);
  // RFC 5005: a paged feed names its older page "next", an archived one "prev-archive".
  if ((text::has_word_ignoring_case(rel, "next") || text::has_word_ignoring_case(rel, "prev-archive")) &&
      feed_.next_url.empty())
    feed_.next_url = href;
  if (text::has_word_ignoring_case(rel, "hub")) feed_.hubs.push_back({"WebSub", href});
  if (rel == "icon" || rel == "shortcut icon") feed_.favicon = href;
}

void ChannelMapper::icon(std::string url, int rank) {
  if (url.empty() || icon_rank_ >= rank) return;
  feed_.icon = std::move(url);
  icon_rank_ = rank;
}

void ChannelMapper::cloud(pugi::xml_node node) {
  auto const domain = attribute(node, "domain");
  if (domain.empty()) return;
  auto const port = attribute(node, "port");
  auto path = attribute(node, "path");
  if (!path.starts_with('/')) path.insert(0, "/");
  auto url = (port == "443" ? "https://" : "http://") + domain;
  if (!port.empty() && port != "80" && port != "443") url += ":" + port;
  feed_.hubs.push_back({"rssCloud", url + path});
}

void ChannelMapper::skip(pugi::xml_node node, Element element) {
  for (auto const inner : node.children()) {
    if (inner.type() != pugi::node_element) continue;
    auto const text = text_of(inner);
    if (element == Element::skip_hours) {
      auto const hour = whole_number(text);
      if (hour && *hour <= hour_max && feed_.skip_hours.size() <= hour_max)
        feed_.skip_hours.push_back(int(*hour % 24));
    } else {
      for (auto const day : weekdays)
        if (text::equals_ignoring_case(day, text) && feed_.skip_days.size() < std::size(weekdays))
          feed_.skip_days.emplace_back(day);
    }
  }
}

void ChannelMapper::owner(pugi::xml_node node) {
  for (auto const inner : node.children()) {
    if (inner.type() != pugi::node_element) continue;
    auto const local = local_name(inner);
    if (text::equals_ignoring_case(local, "name")) owner_.name = line_of(inner, context_);
    if (text::equals_ignoring_case(local, "email")) owner_.email = text_of(inner);
  }
}

void ChannelMapper::finish() {
  if (title_) feed_.title = line_of(title_.node(), context_);
  if (description_) feed_.description = summary_of(description_.node(), context_);
  if (updated_) feed_.updated = text::parse_date(text_of(updated_.node(), context_.scratch));
  if (rights_) feed_.copyright = line_of(rights_.node(), context_);
  if (language_) feed_.language = text_of(language_.node());
  if (generator_) {
    feed_.generator = line_of(generator_.node(), context_);
    if (feed_.generator.empty()) feed_.generator = attribute(generator_.node(), "resource");
  }
  // The owner of a podcast tells the address of its author; alone it is the author.
  if (!owner_.name.empty() || !owner_.email.empty()) {
    bool const known = std::any_of(feed_.authors.begin(), feed_.authors.end(),
                                   [&](Author const& a) { return a.name == owner_.name; });
    if (known || feed_.authors.empty()) add_author(feed_.authors, owner_);
  }
  if (entry_authors_.empty() && owner_.name.size() > 0) add_author(entry_authors_, owner_);
  if (feed_.authors.empty()) add_author(feed_.authors, web_master_);
  // RFC 4287 4.2.1: an entry without an author has those of its feed; podcasts mean it so, too.
  inherit_authors(feed_.items, entry_authors_, inherited_per_byte_max * context_.document.text().size());
}

}  // namespace newsfold::parse
