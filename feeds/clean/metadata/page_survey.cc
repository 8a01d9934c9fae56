#include "feeds/clean/metadata/page_survey.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

namespace newsfold::clean {
namespace {

constexpr std::size_t metas_max = 400;
constexpr std::size_t marks_max = 600;
constexpr std::size_t scripts_max = 64;
constexpr std::size_t class_bytes_max = 400;  // of a class or id that is read

enum Names : std::uint32_t {
  names_author = 1,
  names_date = 2,
  names_modified = 4,
  names_headline = 8,
  names_comments = 16,
  names_related = 32,
  names_footer = 64,
  names_navigation = 128,
  names_aside = 256,
  names_biography = 512,
  names_published = 1024,
};

struct Word {
  std::string_view word;
  std::uint32_t names;
};
// Sorted. Words that stand alone between the separators of a class or id.
constexpr auto class_words = std::to_array<Word>({
    {"about", names_biography},
    {"aside", names_aside},
    {"auteur", names_author},
    {"auteurs", names_author},
    {"author", names_author},
    {"authorbio", names_biography},
    {"authorbox", names_biography},
    {"authorname", names_author},
    {"authors", names_author},
    {"autor", names_author},
    {"autore", names_author},
    {"autoren", names_author},
    {"autores", names_author},
    {"autori", names_author},
    {"autors", names_author},
    {"bio", names_biography},
    {"biography", names_biography},
    {"breadcrumb", names_navigation},
    {"breadcrumbs", names_navigation},
    {"byline", names_author},
    {"bylines", names_author},
    {"carousel", names_related},
    {"comment", names_comments},
    {"commentlist", names_comments},
    {"comments", names_comments},
    {"contributor", names_author},
    {"contributors", names_author},
    {"created", names_published},
    {"data", names_date},
    {"date", names_date},
    {"dateline", names_date},
    {"datetime", names_date},
    {"datum", names_date},
    {"disqus", names_comments},
    {"entrydate", names_published},
    {"fecha", names_date},
    {"firma", names_author},
    {"footer", names_footer},
    {"hdate", names_date},
    {"headline", names_headline},
    {"journalist", names_author},
    {"kommentar", names_comments},
    {"kommentare", names_comments},
    {"menu", names_navigation},
    {"modified", names_modified},
    {"most", names_related},
    {"nav", names_navigation},
    {"navbar", names_navigation},
    {"navigation", names_navigation},
    {"news", 0},
    {"popular", names_related},
    {"postdate", names_published},
    {"posted", names_published},
    {"postmeta", names_date},
    {"promo", names_related},
    {"pubdate", names_published},
    {"publication", names_published},
    {"publicationdate", names_published},
    {"publish", names_published},
    {"publishdate", names_published},
    {"published", names_published},
    {"publishing", names_published},
    {"pubtime", names_published},
    {"recent", names_related},
    {"recirc", names_related},
    {"recommended", names_related},
    {"recommendations", names_related},
    {"redakteur", names_author},
    {"related", names_related},
    {"replies", names_comments},
    {"reporter", names_author},
    {"respond", names_comments},
    {"sidebar", names_aside},
    {"signature", names_author},
    {"teaser", names_related},
    {"teasers", names_related},
    {"time", names_date},
    {"timestamp", names_date},
    {"trending", names_related},
    {"updated", names_modified},
    {"uploaddate", names_published},
    {"verfasser", names_author},
    {"writer", names_author},
    {"writers", names_author},
    {"yazar", names_author},
});

// Which first two letters a known word may have.
constexpr std::size_t two_letters_of(std::string_view word) {
  return std::size_t(word[0] - 'a') * 26 + std::size_t(word[1] - 'a');
}
constexpr auto starts = [] {
  std::array<bool, 26 * 26> out{};
  for (auto const& it : class_words) out[two_letters_of(it.word)] = true;
  return out;
}();

// Walks the words of a class or id: parted by what is no letter, and where a capital follows a small letter.
std::uint32_t names_of(std::string_view names) {
  std::uint32_t out = 0;
  std::array<char, 20> word{};
  std::size_t length = 0;
  names = names.substr(0, class_bytes_max);
  for (std::size_t i = 0; i <= names.size(); ++i) {
    char const c = i < names.size() ? names[i] : ' ';
    bool const letter = text::is_alpha(c);
    bool const hump = letter && c >= 'A' && c <= 'Z' && i > 0 && names[i - 1] >= 'a' && names[i - 1] <= 'z';
    if ((!letter || hump) && length > 0) {
      if (length > 1 && length <= word.size() && starts[two_letters_of({word.data(), length})]) {
        std::string_view const whole(word.data(), length);
        auto const* const at = std::lower_bound(class_words.begin(), class_words.end(), whole,
                                                [](Word const& a, std::string_view b) { return a.word < b; });
        if (at != class_words.end() && at->word == whole) out |= at->names;
      }
      length = 0;
    }
    if (letter) {
      if (length < word.size()) word[length] = text::to_lower(c);
      ++length;
    }
  }
  return out;
}

std::uint32_t visible_bytes(std::string_view text) {
  std::uint32_t count = 0;
  for (char const c : text) count += text::is_space(c) ? 0 : 1;
  return count;
}

bool is_skipped(Element element) {
  switch (element) {
    case Element::noscript:
    case Element::script:
    case Element::select:
    case Element::style:
    case Element::svg:
    case Element::template_:
    case Element::textarea: return true;
    default: return false;
  }
}

bool parts_lines(HtmlDocument const& page, NodeIndex node) {
  return page.element(node) == Element::br || flow_of(page, node) != Flow::inline_;
}

class Surveyor {
 public:
  explicit Surveyor(HtmlDocument const& page) : page_(page), zones_(page.size()) {}

  PageSurvey survey() {
    for (NodeIndex node = 0; node < page_.size(); ++node) {
      auto const parent = page_.parent(node);
      auto const above = parent == no_node ? std::uint8_t{0} : zones_[parent];
      if (page_.is_text(node)) {
        if ((above & zone_skipped) == 0) offset_ += visible_bytes(page_.text(node));
        continue;
      }
      zones_[node] = above;
      if ((above & zone_skipped) == 0 || page_.element(parent) == Element::noscript) element(node);
    }
    out_.json_ld = read_json_ld(scripts_);
    out_.zones = std::move(zones_);
    return std::move(out_);
  }

 private:
  void element(NodeIndex node) {
    auto const kind = page_.element(node);
    attributes_ = page_.attributes(node);
    switch (kind) {
      case Element::script:
        script(node);
        zones_[node] |= zone_skipped;
        return;
      case Element::meta: return meta();
      case Element::link: return link();
      case Element::html: out_.language = value("lang"); break;
      case Element::title:
        if (out_.head_title.empty()) out_.head_title = text_of(page_, node, 2048);
        break;
      default: break;
    }
    if (is_skipped(kind)) zones_[node] |= zone_skipped;
    names(node, kind);
  }

  std::string_view value(std::string_view name) const {
    for (auto const& attribute : attributes_)
      if (attribute.name == name) return attribute.value;
    return {};
  }

  void script(NodeIndex node) {
    auto const type = page_.attribute(node, "type");
    if (type.size() < 19 || node + 1 >= page_.end(node) || scripts_.size() >= scripts_max) return;
    if (text::find_ignoring_case(type.substr(0, 60), "ld+json") != std::string_view::npos)
      scripts_.push_back(page_.text(node + 1));
  }

  void meta() {
    if (out_.metas.size() >= metas_max) return;
    auto content = text::trim(value("content"));
    if (content.empty()) content = text::trim(value("value"));  // some templates write it so
    if (content.empty()) return;
    for (auto const* key : {"property", "name", "itemprop", "http-equiv"})
      if (auto const name = value(key); !name.empty())
        out_.metas.push_back({text::lower(text::trim(name)), content});
  }

  void link() {
    auto const rel = value("rel");
    if (out_.canonical.empty() && text::equals_ignoring_case(rel, "canonical"))
      out_.canonical = value("href");
    // Microdata may stand in a link, too.
  }

  void names(NodeIndex node, Element kind) {
    std::uint32_t named = 0;
    std::string_view property;
    std::string_view rel;
    std::string_view href;
    bool pubdate = false;
    for (auto const& it : attributes_) {
      switch (it.kind) {
        case AttributeKind::class_:
        case AttributeKind::id:
        case AttributeKind::data_testid:
        case AttributeKind::data_component:
        case AttributeKind::data_qa: named |= known_names_of(it.value); break;
        case AttributeKind::itemprop:
        case AttributeKind::property: property = it.value; break;
        case AttributeKind::rel: rel = it.value; break;
        case AttributeKind::href: href = it.value; break;
        case AttributeKind::pubdate: pubdate = true; break;
        default: break;
      }
    }
    auto& zones = zones_[node];
    bool const is_article = kind == Element::main || kind == Element::article;
    bool const whole = is_article || kind == Element::body || kind == Element::html;
    if (is_article) zones |= zone_article;
    if (kind == Element::footer) zones |= zone_footer;
    if (kind == Element::nav) zones |= zone_navigation;
    if (kind == Element::aside) zones |= zone_aside;
    if (!whole) {
      if (named & names_comments) zones |= zone_comments;
      if (named & names_related) zones |= zone_related;
      if (named & names_footer) zones |= zone_footer;
      if (named & names_navigation) zones |= zone_navigation;
      if (named & names_aside) zones |= zone_aside;
      if (named & names_biography) zones |= zone_biography;
    }
    if (kind == Element::h1) mark(Mark::Kind::heading, node);
    if (property == "headline" || ((named & names_headline) && is_heading(kind) && kind != Element::h1))
      mark(Mark::Kind::heading_marked, node);
    if (text::equals_ignoring_case(property, "author") || text::equals_ignoring_case(property, "creator"))
      mark(Mark::Kind::author_property, node);
    else if (text::find_ignoring_case(rel.substr(0, 40), "author") != std::string_view::npos ||
             is_author_page(href))
      mark(Mark::Kind::author_link, node);
    else if (!whole && (named & names_author))
      mark(Mark::Kind::author_named, node);
    if (property == "datePublished" || property == "dateCreated" || pubdate)
      mark(Mark::Kind::time_published, node);
    else if (property == "dateModified")
      mark(Mark::Kind::time_modified, node);
    else if (kind == Element::time)
      mark((named & names_modified) && !(named & names_published) ? Mark::Kind::time_modified
           : (named & names_published)                            ? Mark::Kind::time_published
                                                                  : Mark::Kind::time_element,
           node);
    else if (!whole && (named & (names_date | names_published | names_modified)))
      mark((named & names_modified) && !(named & names_published) ? Mark::Kind::time_modified
                                                                  : Mark::Kind::time_named,
           node);
  }

  // "/author/ada-quay", "/autor/...", "/people/...": a path of two parts at least.
  static bool is_author_page(std::string_view href) {
    if (href.size() < 8 || href.size() > 300) return false;
    for (auto at = href.find('/'); at != std::string_view::npos; at = href.find('/', at + 1)) {
      auto const rest = href.substr(at + 1);
      static constexpr text::ByteSet first("abcjprswy");
      if (rest.empty() || !first.has(rest.front())) continue;
      for (std::string_view const part :
           {"author/", "authors/", "autor/", "autoren/", "auteur/", "autore/", "autores/", "journalist/",
            "by/", "profile/", "contributor/", "contributors/", "redakteur/", "staff/", "writers/", "yazar/"})
        if (rest.starts_with(part) && rest.size() > part.size()) return true;
    }
    return false;
  }

  // Pages repeat their classes: each is read once.
  std::uint32_t known_names_of(std::string_view value) {
    if (value.empty()) return 0;
    auto const [at, is_new] = known_names_.try_emplace(value, 0);
    if (is_new) at->second = names_of(value);
    return at->second;
  }

  void mark(Mark::Kind kind, NodeIndex node) {
    if (out_.marks.size() < marks_max) out_.marks.push_back({kind, node, zones_[node], offset_});
  }

  HtmlDocument const& page_;
  std::vector<std::uint8_t> zones_;
  std::span<HtmlDocument::Attribute const> attributes_;
  std::vector<std::string_view> scripts_;
  std::unordered_map<std::string_view, std::uint32_t> known_names_;
  std::uint32_t offset_ = 0;
  PageSurvey out_;
};

}  // namespace

std::string_view PageSurvey::meta(std::string_view name) const noexcept {
  for (auto const& field : metas)
    if (field.name == name) return field.content;
  return {};
}

PageSurvey survey_page(HtmlDocument const& page) { return Surveyor(page).survey(); }

Position position_of(HtmlDocument const& page, PageSurvey const& survey, NodeIndex element) {
  if (element == no_node) return {};
  for (auto const& mark : survey.marks)
    if (mark.node == element) return {mark.zones, mark.offset};
  Position out{survey.zones[element], 0};
  for (NodeIndex node = 0; node < element; ++node)
    if (page.is_text(node) && page.parent(node) != no_node &&
        (survey.zones[page.parent(node)] & zone_skipped) == 0)
      out.offset += visible_bytes(page.text(node));
  return out;
}

std::string text_of(HtmlDocument const& page, NodeIndex element, std::size_t bytes_max) {
  std::string raw;
  for (NodeIndex node = element; node < page.end(element) && raw.size() < bytes_max;) {
    if (page.is_text(node)) {
      raw += page.text(node);
    } else {
      if (node != element && is_skipped(page.element(node))) {
        node = page.end(node);
        continue;
      }
      raw += ' ';
    }
    ++node;
  }
  return text::collapse_space(raw);
}

std::vector<std::string> lines_between(HtmlDocument const& page, NodeIndex node, NodeIndex end,
                                       std::size_t bytes_max) {
  std::vector<std::string> out;
  std::string line;
  std::size_t bytes = 0;
  std::vector<NodeIndex> open;  // where the blocks end that are open
  auto const finish = [&] {
    auto text = text::collapse_space(line);
    line.clear();
    if (text.empty()) return;
    bytes += text.size();
    out.push_back(std::move(text));
  };
  for (; node < std::min(end, page.size()) && bytes + line.size() < bytes_max;) {
    while (!open.empty() && node >= open.back()) {
      finish();
      open.pop_back();
    }
    if (page.is_text(node)) {
      line += page.text(node);
      ++node;
      continue;
    }
    if (is_skipped(page.element(node))) {
      node = page.end(node);
      continue;
    }
    if (parts_lines(page, node)) {
      finish();
      open.push_back(page.end(node));
    } else {
      line += ' ';
    }
    ++node;
  }
  finish();
  return out;
}

}  // namespace newsfold::clean
