// Every witness is read to a list of names. A declared list of people is taken first; a declared site, agency
// or log-in name only where no by-line is printed that names people.
#include "feeds/clean/metadata/authors.h"

#include "feeds/clean/metadata/byline.h"
#include "feeds/clean/metadata/title.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date_find.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <optional>

namespace newsfold::clean {
namespace {

constexpr std::size_t byline_text_max = 300;

}  // namespace

std::string byline_text(HtmlDocument const& page, NodeIndex element) {
  static constexpr auto transparent = std::to_array<std::string_view>(
      {"abbr", "b", "bdi", "em", "font", "i", "mark", "small", "strong", "u"});
  std::string out;
  std::vector<NodeIndex> ends;
  for (NodeIndex node = element; node < page.end(element) && out.size() < 2 * byline_text_max;) {
    while (!ends.empty() && node >= ends.back()) {
      out += byline_piece;
      ends.pop_back();
    }
    if (page.is_text(node)) {
      out += text::collapse_space(page.text(node));
      if (!page.text(node).empty() && text::is_space(page.text(node).back())) out += ' ';
      ++node;
      continue;
    }
    auto const tag = page.tag(node);
    if (tag == "script" || tag == "style" || tag == "svg" || tag == "template") {
      node = page.end(node);
      continue;
    }
    // Microdata may hide the name in an attribute.
    if ((tag == "meta" || tag == "link") && page.attribute(node, "itemprop") == "name") {
      out += byline_piece;
      out += page.attribute(node, "content");
    }
    if (std::find(transparent.begin(), transparent.end(), tag) == transparent.end()) {
      out += byline_piece;
      if (tag == "a") out += byline_link;
      ends.push_back(page.end(node));
    } else {
      out += ' ';
    }
    ++node;
  }
  return out;
}

namespace {

constexpr std::size_t near_lines_max = 16;
constexpr std::size_t near_bytes_max = 1500;
constexpr std::size_t page_lines_bytes_max = 400'000;
constexpr std::size_t names_declared_max = 15;  // more than that are references, not authors

constexpr auto meta_names = std::to_array<std::string_view>({"author",
                                                             "article:author",
                                                             "byl",
                                                             "parsely-author",
                                                             "sailthru.author",
                                                             "dc.creator",
                                                             "dcterms.creator",
                                                             "dc.contributor",
                                                             "cxenseparse:author",
                                                             "cxenseparse:recs:author",
                                                             "article:author_name",
                                                             "og:article:author",
                                                             "article.author",
                                                             "citation_author",
                                                             "authors",
                                                             "byline",
                                                             "article_author",
                                                             "twitter:data1",
                                                             "creator",
                                                             "bt:author",
                                                             "dcsext.author",
                                                             "author_name",
                                                             "authorname",
                                                             "vr:author",
                                                             "og:author",
                                                             "book:author",
                                                             "shareaholic:article_author_name",
                                                             "rbauthors",
                                                             "autor",
                                                             "mrf:authors"});

struct Witness {
  std::vector<std::string> names;
  std::vector<std::string> urls;
  std::string printed;
  std::string_view source;
  bool has_lead = false;
};

bool is_site_name(std::string_view name, std::vector<std::string> const& site_names) {
  return names_site(name, site_names);
}

// Two words at least, or a script that has no blanks: a name of a person, as far as can be told.
bool is_person_like(std::string_view name) {
  auto const words = std::size_t(std::count(name.begin(), name.end(), ' ')) + 1;
  bool const wide = !name.empty() && static_cast<unsigned char>(name[0]) >= 0xE3;
  bool const address = name.find('@') != std::string_view::npos || name.find("://") != std::string_view::npos;
  return ((words >= 2 && words <= 5) || wide) && !address;
}

void append(Witness& to, std::vector<std::string> names, std::string_view url) {
  for (auto& name : names) {
    auto const plain = plain_words(name);
    bool const known = std::any_of(to.names.begin(), to.names.end(),
                                   [&](std::string const& other) { return plain_words(other) == plain; });
    if (known) continue;
    to.names.push_back(std::move(name));
    to.urls.emplace_back(url);
  }
}

Witness from_json_ld(LdArticle const* article) {
  Witness out;
  out.source = "JSON-LD";
  if (article == nullptr) return out;
  for (auto const& person : article->authors) {
    if (person.name.starts_with("http")) continue;
    if (!out.printed.empty()) out.printed += ", ";
    out.printed += text::collapse_space(person.name);
    append(out, read_byline(person.name, NameSource::declared).names, person.url);
  }
  return out;
}

// "Quay, Ada" of library catalogues.
std::string in_order(std::string_view name) {
  auto const comma = name.find(',');
  if (comma == std::string_view::npos || name.find(',', comma + 1) != std::string_view::npos)
    return std::string(name);
  auto const family = text::trim(name.substr(0, comma));
  auto const given = text::trim(name.substr(comma + 1));
  if (family.find(' ') != std::string_view::npos || given.empty() || given.size() > 30)
    return std::string(name);
  return std::string(given) + ' ' + std::string(family);
}

std::vector<Witness> from_metas(PageSurvey const& survey) {
  std::vector<Witness> out;
  for (auto const name : meta_names) {
    // "Written by" labels it; anything else in this field is no name.
    if (name == "twitter:data1" &&
        text::find_ignoring_case(survey.meta("twitter:label1"), "written") == std::string_view::npos)
      continue;
    bool const catalogue = name.starts_with("dc") || name.starts_with("citation");
    Witness witness;
    witness.source = "meta";
    for (auto const& field : survey.metas) {
      if (field.name != name) continue;
      if (field.content.find("://") != std::string_view::npos || field.content.starts_with('@')) continue;
      if (!witness.printed.empty()) witness.printed += ", ";
      witness.printed += text::collapse_space(field.content.substr(0, byline_text_max));
      append(
          witness,
          read_byline(catalogue ? in_order(field.content) : std::string(field.content), NameSource::declared)
              .names,
          {});
    }
    if (!witness.printed.empty() && witness.names.size() <= names_declared_max)
      out.push_back(std::move(witness));
  }
  return out;
}

std::string without_marks(std::string text) {
  std::replace(text.begin(), text.end(), byline_piece, ' ');
  std::erase(text, byline_link);
  return text::collapse_space(text);
}

// Elements that are marked or named as by-lines, the nearest to the headline, with those of its kind beside
// it.
std::optional<Witness> from_marks(HtmlDocument const& page, PageSurvey const& survey, NodeIndex heading) {
  auto const at = position_of(page, survey, heading);
  constexpr std::uint8_t foreign = zone_comments | zone_related | zone_footer | zone_navigation;
  std::optional<Witness> best;
  double best_cost = 1e9;
  Mark best_mark;
  std::size_t looked_at = 0;
  constexpr std::size_t marks_looked_at_max = 80;
  for (auto const& mark : survey.marks) {
    bool const author = mark.kind == Mark::Kind::author_property || mark.kind == Mark::Kind::author_link ||
                        mark.kind == Mark::Kind::author_named;
    if (!author || (mark.zones & foreign & ~at.zones) != 0 || ++looked_at > marks_looked_at_max) continue;
    double cost = 0;
    if (heading != no_node) {
      double const distance = double(mark.offset) - double(at.offset);
      cost = distance < 0 ? 300 - 4 * distance : distance;
    } else {
      cost = double(mark.offset) / 4;
    }
    if (mark.zones & zone_biography) cost += 1500;
    if (mark.zones & zone_aside & ~at.zones) cost += 1500;
    if (mark.kind == Mark::Kind::author_named) cost += 30;
    bool const beside = best && mark.kind == best_mark.kind && mark.node >= page.end(best_mark.node) &&
                        mark.offset <= best_mark.offset + 120 &&
                        page.tag(mark.node) == page.tag(best_mark.node) &&
                        page.attribute(mark.node, "class") == page.attribute(best_mark.node, "class");
    if (cost >= best_cost && !beside) continue;
    auto const text = byline_text(page, mark.node);
    auto const printed = without_marks(text);
    if (printed.empty() || printed.size() > byline_text_max) continue;
    auto line = read_byline(text, NameSource::printed);
    if (line.names.empty()) continue;
    std::string_view const url =
        page.tag(mark.node) == "a" ? page.attribute(mark.node, "href") : std::string_view();
    if (beside && cost >= best_cost) {
      append(*best, std::move(line.names), url);
      best->printed += ", " + printed;
      continue;
    }
    Witness witness;
    witness.source = "by-line";
    witness.printed = printed;
    witness.has_lead = line.has_lead;
    append(witness, std::move(line.names), url);
    best_cost = cost;
    best_mark = mark;
    best = std::move(witness);
  }
  return best;
}

// "Written by", "Autor:", alone in a line: the name stands in the next.
bool is_lead_alone(std::string_view line) {
  if (line.size() > 30 || line.ends_with('.')) return false;
  auto const probe = std::string(line) + (line.ends_with(':') ? " Zyx Zyxw" : ": Zyx Zyxw");
  auto const read = read_byline(probe, NameSource::running);
  return read.has_lead && read.names.size() == 1 && read.names.front() == "Zyx Zyxw";
}

std::optional<Witness> witness_of(Byline line, std::string const& printed) {
  if (line.names.empty()) return std::nullopt;
  Witness witness;
  witness.source = "line";
  witness.printed = printed;
  witness.has_lead = true;
  append(witness, std::move(line.names), {});
  return witness;
}

// A line of a date and a name: "04.02.2026 | 13:10 | Ada Quay".
std::optional<Witness> from_dateline(std::string const& line) {
  constexpr std::size_t dateline_max = 90;
  if (line.size() > dateline_max || !text::find_date(line)) return std::nullopt;
  auto read = read_byline(line, NameSource::printed);
  std::erase_if(read.names, [](std::string const& name) {
    auto const words = count_words(name);
    return words < 2 || words > 3;
  });
  if (read.names.size() != 1) return std::nullopt;
  return witness_of(std::move(read), line);
}

// Lines beside the headline that begin with "By" in some language.
std::optional<Witness> from_lines(HtmlDocument const& page, NodeIndex heading) {
  auto const begin = heading == no_node ? NodeIndex{0} : page.end(heading);
  auto const lines = lines_between(page, begin, page.size(), near_bytes_max);
  std::optional<Witness> dated;
  for (std::size_t i = 0; i < lines.size() && i < near_lines_max; ++i) {
    if (lines[i].size() > 160) continue;
    if (auto found = witness_of(read_byline(lines[i], NameSource::running), lines[i])) return found;
    if (i + 1 < lines.size() && lines[i + 1].size() < 100 && is_lead_alone(lines[i])) {
      auto const both = lines[i] + ": " + lines[i + 1];
      if (auto found = witness_of(read_byline(both, NameSource::running), lines[i] + ' ' + lines[i + 1]))
        return found;
    }
    if (!dated && i < 6 && heading != no_node) dated = from_dateline(lines[i]);
  }
  return dated;
}

// "（记者 胡晓蓉）", "本报记者刘国栋 周炜": Chinese papers name the reporter in the text, at its begin or
// end.
std::optional<Witness> from_reporter(std::string_view line) {
  constexpr std::string_view reporter = "记者";
  auto const at = line.find(reporter);
  if (at == std::string_view::npos) return std::nullopt;
  auto const before = line.substr(0, at);
  static constexpr auto signs =
      std::to_array<std::string_view>({"（", "(", "报", "刊", "网", "社", "□", "■"});
  bool const signed_so = before.empty() || std::any_of(signs.begin(), signs.end(),
                                                       [&](auto sign) { return before.ends_with(sign); });
  if (!signed_so) return std::nullopt;
  auto rest = line.substr(at + reporter.size());
  Witness witness;
  witness.source = "line";
  while (!rest.empty()) {
    while (rest.starts_with(' ') || rest.starts_with("　") || rest.starts_with("、"))
      rest.remove_prefix(rest.front() == ' ' ? 1 : 3);
    std::size_t bytes = 0;
    for (; bytes + 3 <= rest.size(); bytes += 3) {
      auto const lead = static_cast<unsigned char>(rest[bytes]);
      std::size_t next = bytes;
      auto const c = text::next_char(rest, next);
      if (lead < 0xE4 || lead > 0xE9 || c < 0x4E00 || c > 0x9FFF) break;
    }
    // Names have two to four characters; more are the sentence that goes on.
    if (bytes < 6 || bytes > 12) break;
    append(witness, {std::string(rest.substr(0, bytes))}, {});
    rest.remove_prefix(bytes);
    bool const goes_on = rest.starts_with(' ') || rest.starts_with("　") || rest.starts_with("、");
    if (!goes_on) break;
  }
  if (witness.names.empty()) return std::nullopt;
  witness.printed = text::utf8_prefix(line.substr(at), 60);
  return witness;
}

// Anywhere in the page, behind a strong lead: "Autor: Ada Quay", "作者：宋怡", a label and its name in the
// next line.
std::optional<Witness> from_labels(HtmlDocument const& page) {
  constexpr auto inner = std::to_array<std::string_view>(
      {"Autor:", "Autorin:",    "Author:",   "Auteur :",        "Auteur:",    "Autore:",
       "Автор:", "Yazar:",      "作者：",    "作者:",           "记者：",     "記者：",
       "撰文：", "글쓴이:",     "執筆者：",  "责任编辑：",      "責任編輯：", "编辑：",
       "編輯：", "Written by:", "Posted by", "Eingestellt von", "Written by"});
  auto const lines = lines_between(page, 0, page.size(), page_lines_bytes_max);
  std::optional<Witness> editor;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (auto found =
            from_reporter(lines[i].size() > 240 ? std::string_view(lines[i]).substr(0, 240) : lines[i]))
      return found;
    if (lines[i].size() > 240) {
      if (auto found = from_reporter(std::string_view(lines[i]).substr(lines[i].size() - 80))) return found;
      continue;
    }
    for (auto const label : inner) {
      auto const at = lines[i].find(label);
      if (at == std::string::npos) continue;
      auto text = lines[i].substr(at);
      if (text.size() <= label.size() + 1 && i + 1 < lines.size() && lines[i + 1].size() < 100)
        text += (label.ends_with(':') || label.ends_with("：") ? " " : ": ") + lines[i + 1];
      if (auto found = witness_of(read_byline(text, NameSource::running), text)) {
        // Who edited it is named where nobody else is.
        bool const edits =
            label.find("编辑") != std::string_view::npos || label.find("編輯") != std::string_view::npos;
        if (!edits) return found;
        if (!editor) editor = std::move(found);
      }
    }
  }
  return editor;
}

// The site, an address, a log-in name: weaker than any name of a person.
bool names_people(Witness const& witness, std::vector<std::string> const& site_names) {
  return std::any_of(witness.names.begin(), witness.names.end(), [&](std::string const& name) {
    return is_person_like(name) && !is_site_name(name, site_names);
  });
}

// Every name of `part` is among those of `whole`.
bool holds(Witness const& whole, Witness const& part) {
  return std::all_of(part.names.begin(), part.names.end(), [&](std::string const& name) {
    return std::any_of(whole.names.begin(), whole.names.end(),
                       [&](std::string const& other) { return plain_words(other) == plain_words(name); });
  });
}

}  // namespace

Authors choose_authors(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
                       NodeIndex heading, std::vector<std::string> const& site_names) {
  std::vector<Witness> witnesses;
  auto declared = from_json_ld(article);
  auto declared_text = declared.printed;
  if (!declared.names.empty()) witnesses.push_back(std::move(declared));
  auto marked = from_marks(page, survey, heading);
  auto line = from_lines(page, heading);
  auto const printed = marked ? marked->printed : line ? line->printed : std::string();
  for (auto& witness : from_metas(survey)) {
    if (declared_text.empty()) declared_text = witness.printed;
    if (!witness.names.empty()) witnesses.push_back(std::move(witness));
  }
  if (marked) witnesses.push_back(std::move(*marked));
  if (line) witnesses.push_back(std::move(*line));

  Witness const* chosen = nullptr;
  for (auto const& witness : witnesses)
    if (chosen == nullptr && names_people(witness, site_names)) chosen = &witness;
  if (chosen == nullptr)
    if (auto labelled = from_labels(page)) {
      witnesses.push_back(std::move(*labelled));
      if (names_people(witnesses.back(), site_names) || witnesses.size() == 1) chosen = &witnesses.back();
    }
  if (chosen == nullptr && !witnesses.empty()) chosen = &witnesses.front();
  // The page prints more names than it declares.
  if (chosen && (chosen->source == "JSON-LD" || chosen->source == "meta"))
    for (auto const& witness : witnesses)
      if (witness.source == "by-line" && witness.names.size() > chosen->names.size() &&
          witness.names.size() <= 6 && holds(witness, *chosen) && names_people(witness, site_names)) {
        chosen = &witness;
        break;
      }

  Authors out;
  out.byline = printed;
  if (chosen == nullptr) {
    // "Staff", "Redaktion": no author, but what the page says.
    if (out.byline.empty()) out.byline = declared_text;
    return out;
  }
  out.source = chosen->source;
  for (std::size_t i = 0; i < chosen->names.size(); ++i) {
    if (chosen->names.size() > 1 && is_site_name(chosen->names[i], site_names)) continue;
    Author author;
    author.name = chosen->names[i];
    author.url = chosen->urls[i];
    out.authors.push_back(std::move(author));
  }
  if (out.byline.empty())
    for (auto const& author : out.authors) out.byline += (out.byline.empty() ? "" : ", ") + author.name;
  return out;
}

}  // namespace newsfold::clean
