#include "feeds/clean/metadata/title.h"

#include "feeds/clean/metadata/byline.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date_find.h"
#include "feeds/text/entities.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <optional>

namespace newsfold::clean {
namespace {

constexpr std::size_t title_bytes_max = 600;

struct Separator {
  std::string_view mark;
  bool is_strong;  // parts a site from a headline, not a headline from its second half
};
constexpr auto separators = std::to_array<Separator>({{" | ", true},
                                                      {"｜", true},
                                                      {" │ ", true},
                                                      {" :: ", true},
                                                      {" » ", false},
                                                      {" « ", true},
                                                      {" · ", true},
                                                      {" • ", true},
                                                      {" - ", false},
                                                      {" – ", false},
                                                      {" — ", false},
                                                      {" -- ", false},
                                                      {" / ", false},
                                                      {" > ", false},
                                                      {" ~ ", false},
                                                      {"_", false},
                                                      {"|", true}});

// References that were escaped twice and blanks of every kind.
std::string normal_title(std::string_view raw) {
  std::string decoded(text::utf8_prefix(raw, title_bytes_max));
  if (decoded.find('&') != std::string::npos) decoded = text::decode_entities(decoded);
  std::string plain;
  bool inside_tag = false;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    char const c = decoded[i];
    if (c == '<' && i + 1 < decoded.size() && (text::is_alpha(decoded[i + 1]) || decoded[i + 1] == '/') &&
        decoded.find('>', i) != std::string::npos)
      inside_tag = true;
    if (!inside_tag) plain += c;
    if (c == '>') inside_tag = false;
  }
  for (std::string_view const odd : {"\xC2\xA0", "\xE2\x80\xAF", "\xE3\x80\x80"})
    for (auto at = plain.find(odd); at != std::string::npos; at = plain.find(odd))
      plain.replace(at, odd.size(), " ");
  for (std::string_view const odd : {"\xC2\xAD", "\xE2\x80\x8B", "\xEF\xBB\xBF"})
    for (auto at = plain.find(odd); at != std::string::npos; at = plain.find(odd))
      plain.erase(at, odd.size());
  return text::collapse_space(plain);
}

struct Candidate {
  std::string text;
  std::string plain;
  std::string_view source;
  NodeIndex node = no_node;
  bool foreign = false;  // a heading that stands in furniture
};

bool holds(std::string_view outer, std::string_view inner) {
  return !inner.empty() &&
         (" " + std::string(outer) + " ").find(" " + std::string(inner) + " ") != std::string::npos;
}

// The name of the site, as a link to its front page.
bool is_logo(HtmlDocument const& page, NodeIndex heading) {
  auto const is_front = [](std::string_view href) {
    if (href == "/" || href == "#") return true;
    auto const scheme = href.find("://");
    if (scheme == std::string_view::npos) return false;
    auto const slash = href.find('/', scheme + 3);
    return slash == std::string_view::npos || slash + 1 == href.size();
  };
  for (NodeIndex node = heading; node < page.end(heading); ++node)
    if (!page.is_text(node) && page.tag(node) == "a" && is_front(page.attribute(node, "href"))) return true;
  auto const parent = page.parent(heading);
  return parent != no_node && page.tag(parent) == "a" && is_front(page.attribute(parent, "href"));
}

// Classes of the line above a headline that names its subject.
bool is_kicker(std::string_view names) {
  auto const lower = text::lower(names.substr(0, 200));
  for (std::string_view const word :
       {"kicker", "topline", "overline", "eyebrow", "dachzeile", "roofline", "spitzmarke", "supertitle",
        "suptitle", "pretitle", "surtitre", "occhiello", "volanta", "antetitulo", "screen-reader",
        "visually-hidden", "sr-only", "visuallyhidden"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

// The text of a heading without its kicker.
std::string heading_text(HtmlDocument const& page, NodeIndex heading) {
  std::string whole;
  std::string without;
  for (NodeIndex node = heading; node < page.end(heading) && whole.size() < title_bytes_max;) {
    auto const next = page.is_text(node) || node == heading ? node + 1 : page.end(node);
    bool const skipped = !page.is_text(node) && (page.tag(node) == "style" || page.tag(node) == "script");
    bool const kicker = !page.is_text(node) && node != heading && is_kicker(page.attribute(node, "class"));
    if (page.is_text(node)) {
      whole += page.text(node);
      without += page.text(node);
      ++node;
    } else if (skipped) {
      node = next;
    } else if (kicker) {
      whole += ' ' + text_of(page, node, title_bytes_max) + ' ';
      node = next;
    } else {
      // A soft line break may stand inside a word; every other element parts words.
      auto const tag = page.tag(node);
      if (tag != "wbr" && tag != "b" && tag != "i" && tag != "em" && tag != "strong" && tag != "span") {
        whole += ' ';
        without += ' ';
      } else if (tag == "span") {
        if (!without.empty() && without.back() != ' ') whole += ' ', without += ' ';
      }
      ++node;
    }
  }
  if (text::collapse_space(without).size() < 8) return whole;
  // The kicker's colon may stand behind its element.
  static constexpr text::ByteSet marks(" \n\t\r:|-");
  auto const begin = std::find_if(without.begin(), without.end(), [](char c) { return !marks.has(c); });
  return {begin, without.end()};
}

// "23.01.2026 - Headline", "Jun 17, 2026 Headline".
std::string without_date(std::string title) {
  auto const found = text::find_date(title);
  if (!found || found->begin > 0 || found->end + 12 > title.size()) return title;
  auto rest = std::string_view(title).substr(found->end);
  constexpr std::string_view marks = " -:|.,";
  while (!rest.empty() && marks.find(rest.front()) != std::string_view::npos) rest.remove_prefix(1);
  for (std::string_view const mark : {"–", "—", "•", "·"})
    if (rest.starts_with(mark)) rest = text::trim(rest.substr(mark.size()));
  return rest.size() < 12 ? title : std::string(rest);
}

std::size_t shared_words(Candidate const& heading, std::vector<Candidate> const& declared) {
  std::size_t best = 0;
  for (auto const& candidate : declared) {
    std::size_t shared = 0;
    std::string_view rest = heading.plain;
    while (!rest.empty()) {
      auto const end = std::min(rest.find(' '), rest.size());
      auto const word = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (word.size() > 2 && holds(candidate.plain, word)) ++shared;
    }
    best = std::max(best, shared);
  }
  return best;
}

// How much running text follows an element before `end`, as far as it matters.
std::size_t text_behind(HtmlDocument const& page, PageSurvey const& survey, NodeIndex element,
                        NodeIndex end) {
  constexpr std::size_t sentence_bytes = 80;
  constexpr std::size_t enough = 3000;
  std::size_t bytes = 0;
  for (auto node = page.end(element); node < end && bytes < enough; ++node) {
    if (!page.is_text(node) || page.text(node).size() < sentence_bytes) continue;
    auto const parent = page.parent(node);
    if (parent != no_node && (survey.zones[parent] & zone_skipped) == 0) bytes += page.text(node).size();
  }
  return std::min(bytes, enough);
}

// An element that says a declared title and nothing else, where no h1 does: old pages set the headline in
// <font>, others in a <div>. Of several, as the way to the page, the menu and the article have it, the one
// that most text follows.
std::optional<Title> from_any_element(HtmlDocument const& page, PageSurvey const& survey,
                                      std::vector<Candidate> const& declared) {
  constexpr std::size_t marks_bytes = 8;  // by which a title may be longer or shorter as it is shown
  constexpr std::size_t title_bytes_min = 12;
  constexpr std::size_t compared_max = 200;
  constexpr std::size_t found_max = 16;
  constexpr std::size_t nodes_max = 4;  // of an element with no more in it than the title
  constexpr std::uint8_t foreign =
      zone_comments | zone_related | zone_footer | zone_navigation | zone_aside | zone_skipped;
  std::vector<Title> found;
  std::size_t compared = 0;
  for (NodeIndex node = 0; node < page.size() && compared < compared_max && found.size() < found_max;
       ++node) {
    if (!page.is_text(node)) continue;
    auto const text = text::trim(page.text(node));
    auto const parent = page.parent(node);
    if (text.size() < title_bytes_min || parent == no_node || (survey.zones[parent] & foreign) != 0 ||
        page.element(parent) == Element::title || page.end(parent) - parent > nodes_max)
      continue;
    for (auto const& candidate : declared) {
      if (text.size() > candidate.text.size() + marks_bytes ||
          text.size() + marks_bytes < candidate.text.size())
        continue;
      ++compared;
      if (plain_words(normal_title(text)) != candidate.plain) continue;
      found.push_back({candidate.text, parent, "element"});
      break;
    }
  }
  std::optional<Title> best;
  std::size_t most = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto const end = i + 1 < found.size() ? found[i + 1].heading : page.size();
    auto const behind = text_behind(page, survey, found[i].heading, end);
    if (best && behind <= most) continue;
    most = behind;
    best = found[i];
  }
  return best;
}

}  // namespace

bool names_site(std::string_view part, std::vector<std::string> const& site_names) {
  auto const plain = plain_words(part);
  if (plain.empty()) return true;
  std::string squeezed;
  for (char const c : plain)
    if (c != ' ') squeezed += c;
  for (auto const& name : site_names) {
    if (name.empty()) continue;
    std::string site;
    for (char const c : plain_words(name))
      if (c != ' ') site += c;
    if (site.size() < 2) continue;
    if (squeezed == site) return true;
    // "The Paper", "Paper.com", "The Paper Online"
    if (site.size() >= 4 && squeezed.size() <= site.size() + 12 && squeezed.find(site) != std::string::npos)
      return true;
    if (squeezed.size() >= 4 && squeezed.size() * 2 >= site.size() &&
        site.find(squeezed) != std::string::npos)
      return true;
  }
  return false;
}

std::string without_site(std::string_view title, std::vector<std::string> const& site_names) {
  auto out = normal_title(title);
  // From the end: as long as the last part is the site or, behind a strong mark, shorter than what is left.
  for (int turn = 0; turn < 4; ++turn) {
    std::size_t best = std::string::npos;
    Separator used{};
    for (auto const& separator : separators) {
      auto const at = out.rfind(separator.mark);
      if (at == std::string::npos || at == 0 || (best != std::string::npos && at <= best)) continue;
      best = at;
      used = separator;
    }
    if (best == std::string::npos) break;
    auto const head = std::string_view(out).substr(0, best);
    auto const tail = std::string_view(out).substr(best + used.mark.size());
    auto const head_words = count_words(plain_words(head));
    auto const tail_words = count_words(plain_words(tail));
    bool const named = names_site(tail, site_names);
    // A bar parts site from headline, and a headline from what was added for search engines.
    bool const bar = used.mark == " | " || used.mark == "｜" || used.mark == " │ " || used.mark == "|";
    bool const short_tail = (used.is_strong && tail.size() * 2 < head.size() && tail_words <= 5) ||
                            (bar && head_words >= 3 && tail_words <= 8);
    // One capitalised word behind a dash, not told of elsewhere, is a name.
    bool const single = !used.is_strong && tail_words == 1 && head_words >= 4 && tail.front() >= 'A' &&
                        tail.front() <= 'Z' && tail.size() >= 4 && used.mark.size() >= 3;
    if (!(named && (head_words >= 1 || head.size() > 8)) && !short_tail && !single) break;
    out.resize(best);
    while (!out.empty() && text::is_space(out.back())) out.pop_back();
  }
  // Titles in scripts without blanks put the site behind a bare mark: "标题-新华网", "제목ㅣ한국일보".
  if (out.size() > 30 && static_cast<unsigned char>(out[0]) >= 0xE0) {
    for (std::string_view const mark : {"-", "_", "ㅣ", "—", ":", "："}) {
      auto const at = out.rfind(mark);
      if (at == std::string::npos || at < 18) continue;
      auto const tail = std::string_view(out).substr(at + mark.size());
      bool const wide_tail = !tail.empty() && static_cast<unsigned char>(tail[0]) >= 0xE3;
      bool const safe_mark = mark != ":" && mark != "：" && mark != "—";
      if (tail.size() <= 27 && (names_site(tail, site_names) || (safe_mark && wide_tail))) {
        out.resize(at);
        break;
      }
    }
  }
  // And from the front, where the site is named there.
  for (auto const& separator : separators) {
    auto const at = out.find(separator.mark);
    if (at == std::string::npos || at == 0) continue;
    auto const head = std::string_view(out).substr(0, at);
    auto const tail = std::string_view(out).substr(at + separator.mark.size());
    if (names_site(head, site_names) && count_words(plain_words(tail)) >= 2) {
      out = text::collapse_space(tail);
      break;
    }
  }
  // WordPress: "Site » Blog Archive » Headline".
  if (auto const at = out.rfind(" » ");
      at != std::string::npos &&
      text::find_ignoring_case(out.substr(0, at), "blog archiv") != std::string::npos)
    out = out.substr(at + 4);
  return out;
}

Title choose_title(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
                   std::vector<std::string> const& site_names) {
  std::vector<Candidate> declared;
  auto const declare = [&](std::string_view raw, std::string_view source) {
    auto text = without_site(raw, site_names);
    auto plain = plain_words(text);
    if (!plain.empty()) declared.push_back({std::move(text), std::move(plain), source, no_node, false});
  };
  declare(survey.meta("og:title"), "og:title");
  if (article) declare(article->headline, "JSON-LD");
  declare(survey.head_title, "title");
  for (auto const* name : {"twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title",
                           "title", "headline", "cxenseparse:title"})
    declare(survey.meta(name), name);

  std::vector<Candidate> headings;
  constexpr std::size_t headings_max = 40;
  for (auto const& mark : survey.marks) {
    if (mark.kind != Mark::Kind::heading && mark.kind != Mark::Kind::heading_marked) continue;
    if (headings.size() >= headings_max) break;
    auto text = without_date(normal_title(heading_text(page, mark.node)));
    auto plain = plain_words(text);
    if (plain.empty()) continue;
    bool const h1 = mark.kind == Mark::Kind::heading;
    constexpr std::uint8_t furniture = zone_comments | zone_related | zone_footer | zone_aside;
    headings.push_back({std::move(text), std::move(plain), h1 ? "h1" : "headline", mark.node,
                        (mark.zones & furniture) != 0});
  }

  // A heading that a declared title says word for word.
  for (auto const& candidate : declared)
    for (auto const& heading : headings)
      if (heading.plain == candidate.plain && !is_logo(page, heading.node))
        return {heading.text, heading.node, heading.source};
  // A heading that holds a declared title and more: a kicker in front, a date, a second line.
  for (auto const& heading : headings) {
    Candidate const* inner = nullptr;
    for (auto const& candidate : declared)
      if (holds(heading.plain, candidate.plain) && count_words(candidate.plain) >= 2 &&
          candidate.plain.size() * 3 > heading.plain.size() &&
          (inner == nullptr || candidate.plain.size() > inner->plain.size()))
        inner = &candidate;
    if (inner) return {inner->text, heading.node, inner->source};
  }
  // One that stands in a declared title.
  Candidate const* best = nullptr;
  for (auto const& heading : headings) {
    if (count_words(heading.plain) < 2 && heading.text.size() < 8) continue;
    if (names_site(heading.text, site_names) || is_logo(page, heading.node)) continue;
    for (auto const& candidate : declared)
      if (holds(candidate.plain, heading.plain))
        if (best == nullptr || heading.plain.size() > best->plain.size()) best = &heading;
  }
  if (best) return {best->text, best->node, best->source};
  auto const is_headline = [&](Candidate const& it) {
    return it.source == "h1" && !it.foreign && !names_site(it.text, site_names) && !is_logo(page, it.node);
  };
  if (std::none_of(headings.begin(), headings.end(), is_headline))
    if (auto found = from_any_element(page, survey, declared)) return std::move(*found);
  // The headline that readers see, where there is one alone, whatever was written for search engines.
  Candidate const* only = nullptr;
  std::size_t count = 0;
  for (auto const& heading : headings) {
    if (!is_headline(heading)) continue;
    if (only != nullptr && only->plain == heading.plain) continue;
    ++count;
    if (only == nullptr || shared_words(heading, declared) > shared_words(*only, declared)) only = &heading;
  }
  bool const plausible =
      only && (count == 1 || shared_words(*only, declared) >= 2) &&
      (count_words(only->plain) >= 2 || only->text.size() >= 12 || shared_words(*only, declared) > 0);
  if (plausible) return {only->text, only->node, only->source};
  if (!declared.empty()) return {declared.front().text, no_node, declared.front().source};
  for (auto const& heading : headings)
    if (!names_site(heading.text, site_names)) return {heading.text, heading.node, heading.source};
  if (!headings.empty()) return {headings.front().text, headings.front().node, headings.front().source};
  return {};
}

}  // namespace newsfold::clean
