// Every witness names a day and has a weight; the day with the greatest sum wins, and of its witnesses the
// one that says most about the time. The weights were fitted on labelled pages.
#include "feeds/clean/metadata/dates.h"

#include "feeds/clean/metadata/clock.h"
#include "feeds/clean/metadata/printed_date.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"
#include "feeds/text/date_find.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <array>
#include <string>

namespace newsfold::clean {
namespace {

using namespace std::chrono;

constexpr std::size_t witnesses_max = 64;
constexpr std::size_t near_bytes = 700;  // of text between the headline and a date that is printed beside it

struct MetaName {
  std::string_view name;
  double weight;
};
// Names that mean the first publication, and names that are used for anything.
constexpr auto published_names = std::to_array<MetaName>({
    {"article:published_time", 10},
    {"article:published", 10},
    {"og:article:published_time", 10},
    {"og:published_time", 9},
    {"datepublished", 10},
    {"date_published", 9},
    {"published_date", 9},
    {"publish_date", 9},
    {"publish-date", 9},
    {"publishdate", 9},
    {"published_time", 9},
    {"published", 8},
    {"parsely-pub-date", 9},
    {"sailthru.date", 8},
    {"cxenseparse:recs:publishtime", 9},
    {"cxenseparse:publishtime", 9},
    {"rnews:datepublished", 9},
    {"shareaholic:article_published_time", 9},
    {"article_date_original", 9},
    {"originalpublicationdate", 9},
    {"article.published", 9},
    {"article.created", 8},
    {"article:create_at", 8},
    {"weibo:article:create_at", 8},
    {"dcterms.issued", 8},
    {"dc.date.issued", 8},
    {"dcterms.created", 7},
    {"dc.date.created", 7},
    {"dc.created", 7},
    {"dc.terms.created", 7},
    {"datecreated", 7},
    {"date.created", 7},
    {"pubdate", 8},
    {"pub_date", 8},
    {"og:pubdate", 8},
    {"displaydate", 8},
    {"vr:published_time", 9},
    {"bt:pubdate", 8},
    {"mediator_published_time", 9},
    {"pubtime", 8},
    {"gentime", 7},
    {"utime", 6},
    {"ptime", 7},
    {"citation_publication_date", 7},
    {"citation_online_date", 7},
    {"citation_date", 6},
    {"prism.publicationdate", 7},
    {"dcterms.date", 5},
    {"dc.date", 5},
    {"date", 5},
    {"search_date", 5},
    {"last_date", 4},
});
constexpr auto modified_names = std::to_array<std::string_view>(
    {"article:modified_time", "article:modified", "og:updated_time", "og:article:modified_time",
     "datemodified", "dcterms.modified", "dc.date.modified", "last-modified", "lastmod", "revised",
     "article:updated_time", "updated_time", "date.modified", "last_modified", "modified_time", "bt:moddate",
     "updated"});

bool is_plausible(UtcMicros time) {
  constexpr UtcMicros earliest = sys_days(year(1990) / January / 1);
  constexpr UtcMicros latest = sys_days(year(2100) / January / 1);
  return time >= earliest && time < latest;
}

text::Stamp to_stamp(text::FoundDate const& found) {
  return {found.time, found.offset_minutes, found.has_time};
}

std::optional<text::Stamp> read_machine(std::string_view text, text::NumericOrder order) {
  text = text::trim(text);
  if (text.empty()) return std::nullopt;
  // 03/04/2026 must be read in the page's order: the reader of machine dates takes it for American.
  bool const slashes = text.size() >= 8 && text.substr(0, 3).find('/') != std::string_view::npos;
  if (!slashes)
    if (auto const stamp = text::parse_stamp(text); stamp && is_plausible(stamp->time)) return stamp;
  if (auto const found = text::find_date(text, order)) return to_stamp(*found);
  if (auto const stamp = text::parse_stamp(text); stamp && is_plausible(stamp->time)) return stamp;
  return std::nullopt;
}

sys_days local_day(text::Stamp const& stamp) {
  return floor<days>(stamp.time + minutes(stamp.offset_minutes.value_or(0)));
}

// The same day; or the same instant, once by UTC and once by a clock whose zone is not told.
bool agree(text::Stamp const& a, text::Stamp const& b) {
  if (local_day(a) == local_day(b)) return true;
  if (!a.has_time || !b.has_time) return false;
  bool const told = a.offset_minutes.has_value() == b.offset_minutes.has_value();
  auto const apart = abs(a.time - b.time);
  if (told) return apart < minutes(1);
  auto const rest = apart % minutes(30);
  return apart <= hours(14) && (rest <= minutes(1) || rest >= minutes(29));
}

// Whether the date was read from numbers alone, day and month in doubt, is told by `by_numbers`.
std::optional<text::Stamp> read_element(HtmlDocument const& page, NodeIndex node, text::NumericOrder order,
                                        bool& by_numbers) {
  by_numbers = false;
  for (auto const* name :
       {"datetime", "content", "data-datetime", "data-time", "data-timestamp", "data-date", "title"})
    if (auto const value = page.attribute(node, name); !value.empty())
      if (auto const stamp = read_machine(value, order)) return stamp;
  auto const text = text_of(page, node, 200);
  auto const found = text::find_date(text, order);
  if (!found) return std::nullopt;
  by_numbers = found->by_numbers;
  return to_stamp(*found);
}

struct DateReader {
  HtmlDocument const& page;
  PageSurvey const& survey;
  text::NumericOrder order;
  NodeIndex heading;
  Position heading_position;

  std::optional<text::Stamp> element(NodeIndex node, bool& by_numbers) const {
    return read_element(page, node, order, by_numbers);
  }

  // The one nearest to the headline of a kind.
  struct Found {
    text::Stamp stamp;
    double distance = 0;
    bool by_numbers = false;
  };
  std::optional<Found> mark(Mark::Kind kind, std::uint8_t foreign) const {
    std::optional<Found> best;
    double best_cost = 1e9;
    std::size_t looked_at = 0;
    constexpr std::size_t marks_looked_at_max = 60;
    for (auto const& it : survey.marks) {
      // What stands in the same furniture as the headline is no furniture.
      if (it.kind != kind || (it.zones & foreign & ~heading_position.zones) != 0) continue;
      if (++looked_at > marks_looked_at_max) break;
      double const distance = double(it.offset) - double(heading_position.offset);
      double const cost = heading == no_node ? double(it.offset)
                          : distance < 0     ? 150 - 2 * distance
                                             : distance;
      if (cost >= best_cost) continue;
      bool by_numbers = false;
      if (auto const stamp = element(it.node, by_numbers); stamp && is_plausible(stamp->time)) {
        best = Found{*stamp, cost, by_numbers};
        best_cost = cost;
      }
    }
    return best;
  }

  std::optional<text::Stamp> modified_meta() const {
    for (auto const name : modified_names)
      for (auto const& field : survey.metas)
        if (field.name == name)
          if (auto const stamp = read_machine(field.content, order)) return stamp;
    return std::nullopt;
  }
};

// The page says when in UTC and shows the time of its own clock beside it: their difference.
std::optional<int> shown_offset(UtcMicros time, text::Stamp const& shown) {
  constexpr minutes most = hours(14);
  if (!shown.has_time || shown.offset_minutes) return std::nullopt;
  auto const shift = floor<minutes>(shown.time - time + minutes(7));
  auto const offset = shift.count() - ((shift.count() % 15) + 15) % 15;
  auto const rest = shown.time - time - minutes(offset);
  bool const fits = std::abs(offset) <= most.count() && abs(rest) < minutes(3);
  return fits ? std::optional(int(offset)) : std::nullopt;
}

// It shows another day: the smallest shift that gives the day that readers see.
std::optional<int> least_offset(UtcMicros time, sys_days shown) {
  constexpr minutes most = hours(10);
  auto const own = floor<days>(time);
  if (shown == own + days(1)) {
    auto const missing = ceil<hours>(sys_time<microseconds>(shown) - time);
    if (missing <= most) return int(minutes(missing).count());
  }
  if (shown == own - days(1)) {
    auto const missing = ceil<hours>(time - sys_time<microseconds>(own) + microseconds(1));
    if (missing <= most) return -int(minutes(missing).count());
  }
  return std::nullopt;
}

// Keys of a script's state that mean the first publication: letters alone, lower case.
bool is_published_key(std::string_view raw) {
  static constexpr auto keys = std::to_array<std::string_view>({"createdat",
                                                                "createdate",
                                                                "creationdate",
                                                                "datecreated",
                                                                "datecreation",
                                                                "datepublication",
                                                                "datepublished",
                                                                "datetimepublished",
                                                                "firstpublicationdate",
                                                                "firstpublished",
                                                                "firstpublishedat",
                                                                "firstpublisheddate",
                                                                "originalpublicationdate",
                                                                "postdate",
                                                                "pubdate",
                                                                "publicationdate",
                                                                "publicationtime",
                                                                "publishdate",
                                                                "published",
                                                                "publishedat",
                                                                "publisheddate",
                                                                "publishedon",
                                                                "publishedtime",
                                                                "publishtime",
                                                                "pubtime"});
  std::array<char, 24> key{};
  std::size_t length = 0;
  for (char const c : raw) {
    if (!text::is_alpha(c)) continue;
    if (length == key.size()) return false;
    key[length++] = text::to_lower(c);
  }
  return std::binary_search(keys.begin(), keys.end(), std::string_view(key.data(), length));
}

// The first date behind such a key, quoted or not: {"publishedAt": "2026-03-01"}, firstPublicationDate:
// 20260301.
std::optional<text::Stamp> date_of_state(std::string_view state, text::NumericOrder order) {
  constexpr std::size_t value_bytes_max = 40;
  static constexpr text::ByteSet in_key("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
  for (auto colon = state.find(':'); colon != std::string_view::npos; colon = state.find(':', colon + 1)) {
    auto end = colon;
    while (end > 0 && (text::is_space(state[end - 1]) || state[end - 1] == '"' || state[end - 1] == '\\'))
      --end;
    auto begin = end;
    while (begin > 0 && end - begin < 30 && in_key.has(state[begin - 1])) --begin;
    if (end - begin < 7 || !is_published_key(state.substr(begin, end - begin))) continue;
    auto at = colon + 1;
    while (at < state.size() && (text::is_space(state[at]) || state[at] == '"' || state[at] == '\\')) ++at;
    auto const value = state.substr(at, value_bytes_max);
    auto const stamp = read_machine(value.substr(0, value.find_first_of("\",}\\")), order);
    if (stamp && is_plausible(stamp->time)) return stamp;
  }
  return std::nullopt;
}

// What scripts build the page from, in their own text or in an attribute of the element that they fill.
std::optional<text::Stamp> from_scripts(HtmlDocument const& page, text::NumericOrder order) {
  constexpr std::size_t bytes_max = 4UL << 20;
  constexpr std::size_t state_bytes_min = 200;  // shorter attributes are settings
  std::size_t seen = 0;
  for (NodeIndex node = 0; node < page.size() && seen < bytes_max; ++node) {
    if (page.is_text(node)) {
      auto const parent = page.parent(node);
      if (parent == no_node || page.element(parent) != Element::script) continue;
      seen += page.text(node).size();
      if (auto const stamp = date_of_state(page.text(node), order)) return stamp;
      continue;
    }
    for (auto const& it : page.attributes(node)) {
      if (it.value.size() < state_bytes_min || it.kind != AttributeKind::other) continue;
      seen += it.value.size();
      if (auto const stamp = date_of_state(it.value, order)) return stamp;
    }
  }
  return std::nullopt;
}

// Many addresses tell the month: /2026/03/sluice-opens.
std::optional<year_month> month_in_url(std::string_view url) {
  auto const number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (auto i = at; i < at + digits; ++i)
      value = i < url.size() && text::is_digit(url[i]) ? value * 10 + (url[i] - '0') : -100000;
    return value;
  };
  for (auto at = url.find('/'); at != std::string_view::npos; at = url.find('/', at + 1)) {
    if (at + 8 >= url.size() || url[at + 5] != '/' || url[at + 8] != '/') continue;
    auto const y = number(at + 1, 4);
    auto const m = number(at + 6, 2);
    if (y >= 1990 && y < 2100 && m >= 1 && m <= 12) return year(y) / month(unsigned(m));
  }
  return std::nullopt;
}

// Takes part of the weight of those that name a day outside of the month in the address.
void hold_against(year_month address, std::vector<DateWitness>& witnesses) {
  auto const first = sys_days(address / 1) - days(1);
  auto const end = sys_days((address + months(1)) / 1) + days(1);
  constexpr double doubt = 0.4;
  for (auto& it : witnesses)
    if (local_day(it.stamp) < first || local_day(it.stamp) >= end) it.weight *= doubt;
}

// 03/04/2026 means what a witness that leaves no doubt says, where day and month swapped give its day.
void unswap(std::vector<DateWitness>& witnesses) {
  for (auto& one : witnesses) {
    if (!one.by_numbers && (one.stamp.has_time || one.source == "shown")) continue;
    year_month_day const date{local_day(one.stamp)};
    year_month_day const swapped{date.year(), month(unsigned(date.day())), day(unsigned(date.month()))};
    if (!swapped.ok() || swapped == date) continue;
    bool const confirmed = std::any_of(witnesses.begin(), witnesses.end(), [&](DateWitness const& other) {
      // Some templates swap even a date of machines: there only what is printed with the month's name counts.
      bool const telling = !other.by_numbers && (one.by_numbers || other.source == "shown");
      return telling && local_day(other.stamp) == sys_days(swapped);
    });
    if (confirmed) one.stamp.time += sys_days(swapped) - sys_days(date);
  }
}

// The offset of the publisher's clock, where the page leaves it open: from the time that it shows, from the
// country, or from the day that it shows. A time without a zone was read off that clock.
void set_clock(std::optional<text::Stamp> const& shown, bool has_time, std::string_view url,
               std::string_view language, Dates& dates) {
  auto& offset = dates.published_offset_minutes;
  if (offset.value_or(0) != 0) return;
  auto const own = floor<days>(*dates.published);
  if (has_time && shown)
    if (auto const exact = shown_offset(*dates.published, *shown); exact && (offset || *exact != 0)) {
      offset = exact;
      return;
    }
  auto const by_country = clock_offset(text::host_of(url), language, *dates.published);
  bool const is_local = !offset && (!has_time || !shown || local_day(*shown) == own);
  if (is_local) {
    if (!by_country) return;
    *dates.published -= minutes(*by_country);
    offset = by_country;
    return;
  }
  if (!has_time) return;
  auto const day = shown ? local_day(*shown) : own;
  bool const agrees = by_country && (!shown || floor<days>(*dates.published + minutes(*by_country)) == day);
  if (agrees)
    offset = by_country;
  else if (auto const least = least_offset(*dates.published, day))
    offset = least;
}

}  // namespace

std::optional<text::Stamp> date_of_element(HtmlDocument const& page, NodeIndex element,
                                           text::NumericOrder order) {
  bool by_numbers = false;
  auto const stamp = read_element(page, element, order, by_numbers);
  return stamp && is_plausible(stamp->time) ? stamp : std::nullopt;
}

Dates choose_dates(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
                   NodeIndex heading, std::string_view url, std::string_view language) {
  Dates out;
  DateReader const reader{page, survey, text::numeric_order_of(language), heading,
                          position_of(page, survey, heading)};
  auto const add = [&](std::optional<text::Stamp> stamp, std::string_view source, double weight) {
    if (!stamp || !is_plausible(stamp->time) || out.witnesses.size() >= witnesses_max) return;
    out.witnesses.push_back({*stamp, source, weight, false});
  };

  if (article)
    add(read_machine(article->date_published, reader.order), "JSON-LD", article->is_article ? 9.9 : 9);
  // Of the meta elements the most telling: they come from one hand.
  auto best_meta = published_names.end();
  for (auto const& field : survey.metas) {
    auto const* const name = std::find_if(published_names.begin(), published_names.end(),
                                          [&](MetaName const& it) { return it.name == field.name; });
    if (name == published_names.end() ||
        (best_meta != published_names.end() && best_meta->weight >= name->weight))
      continue;
    auto const stamp = read_machine(field.content, reader.order);
    if (!stamp || !is_plausible(stamp->time)) continue;
    best_meta = name;
    std::erase_if(out.witnesses, [](DateWitness const& it) { return it.source == "meta"; });
    add(stamp, "meta", name->weight);
  }
  constexpr std::uint8_t foreign = zone_comments | zone_related | zone_footer | zone_navigation | zone_aside;
  auto const add_mark = [&](std::optional<DateReader::Found> const& found, std::string_view source,
                            double near_weight, double far_weight) {
    if (!found) return;
    add(found->stamp, source, found->distance < near_bytes ? near_weight : far_weight);
    if (!out.witnesses.empty()) out.witnesses.back().by_numbers = found->by_numbers;
  };
  if (auto const found = reader.mark(Mark::Kind::time_published, foreign))
    add_mark(found, "marked", 9, 4);
  else  // below the article, as blogs have it
    add_mark(reader.mark(Mark::Kind::time_published, foreign & ~zone_footer), "marked", 4, 4);
  if (auto const found = reader.mark(Mark::Kind::time_element, foreign))
    add_mark(found, "time", 8, 2);
  else
    add_mark(reader.mark(Mark::Kind::time_element, zone_comments | zone_related), "time", 1.5, 1.5);
  add_mark(reader.mark(Mark::Kind::time_named, foreign), "named", 5, 1);
  if (auto const day = text::date_in_url(url)) add(text::Stamp{*day, std::nullopt, false}, "url", 7);

  auto out_modified = article ? read_machine(article->date_modified, reader.order) : std::nullopt;
  if (!out_modified) out_modified = reader.modified_meta();
  auto const near = dates_near(page, heading, reader.order);
  PrintedDate const* shown = nullptr;
  double shown_weight = 0;
  for (auto const& printed : near) {
    if (printed.label == DateLabel::foreign || !is_plausible(printed.date.time)) continue;
    if (printed.label == DateLabel::modified) {
      if (!out_modified) out_modified = to_stamp(printed.date);
      add(to_stamp(printed.date), "shown-modified", 0.5);
      continue;
    }
    bool const close = printed.distance < near_bytes;
    double weight = printed.label == DateLabel::first       ? 12
                    : printed.label == DateLabel::published ? 9
                    : printed.is_line                       ? 7
                    : printed.is_prose                      ? 1.5
                                                            : 4;
    if (!close) weight /= 4;
    if (printed.is_before) weight *= 0.6;
    if (printed.date.by_numbers) weight *= 0.95;
    // The first that is shown, unless a later one is more of a date line.
    constexpr double clearly = 1.5;
    if (shown == nullptr || shown->label < printed.label ||
        (shown->label == printed.label && weight > clearly * shown_weight)) {
      if (shown != nullptr)
        std::erase_if(out.witnesses, [](DateWitness const& it) { return it.source == "shown"; });
      shown = &printed;
      shown_weight = weight;
      add(to_stamp(printed.date), "shown", weight);
      out.witnesses.back().by_numbers = printed.date.by_numbers;
    }
  }
  if (out.witnesses.empty() || (out.witnesses.size() == 1 && out.witnesses.front().weight <= 1)) {
    auto const labelled = labelled_dates(page, reader.order);
    bool is_first = true;  // the others are those of answers and comments
    for (auto const& printed : labelled) {
      bool const published = printed.label != DateLabel::modified;
      add(to_stamp(printed.date), "labelled", !published ? 0.3 : is_first ? 3 : 0.5);
      is_first &= !published;
    }
  }
  if (!out_modified)
    if (auto const found = reader.mark(Mark::Kind::time_modified, foreign)) out_modified = found->stamp;
  add(out_modified, "modified", 0.3);

  if (auto const month = month_in_url(url)) hold_against(*month, out.witnesses);
  // Dates far from the headline are as often those of something else.
  constexpr double doubtful = 1.5;
  double known = 0;
  for (auto const& it : out.witnesses) known += it.weight;
  if (known <= doubtful) add(from_scripts(page, reader.order), "script", 2);
  if (known <= doubtful) add_mark(reader.mark(Mark::Kind::author_named, foreign), "by-line", 2, 1.5);
  if (known <= doubtful)
    for (auto const* name : {"og:title", "og:description", "description"})
      if (auto const found = text::find_date(survey.meta(name), reader.order))
        add(to_stamp(*found), "described", 0.6);
  if (out.witnesses.empty()) {
    auto const image = survey.meta("og:image");
    if (auto const day = text::date_in_url(image)) add(text::Stamp{*day, std::nullopt, false}, "image", 0.3);
  }
  unswap(out.witnesses);
  // What is shown is often the day of the last change: where another witness tells of an earlier publication,
  // it says nothing about that.
  bool const earlier_known =
      out_modified && std::any_of(out.witnesses.begin(), out.witnesses.end(), [&](DateWitness const& it) {
        return (it.source == "JSON-LD" || it.source == "meta") && it.weight >= 7 &&
               local_day(it.stamp) < local_day(*out_modified);
      });
  if (earlier_known)
    for (auto& it : out.witnesses)
      if (it.source != "JSON-LD" && it.source != "meta" && it.source != "url" &&
          local_day(it.stamp) == local_day(*out_modified))
        it.weight *= 0.25;

  // An element that is named as a date and shows, behind "Updated", the day of the change.
  auto const has = [&](std::string_view source, sys_days day) {
    return std::any_of(out.witnesses.begin(), out.witnesses.end(), [&](DateWitness const& it) {
      return it.source == source && local_day(it.stamp) == day;
    });
  };
  for (auto& it : out.witnesses)
    if ((it.source == "named" || it.source == "time") && has("shown-modified", local_day(it.stamp)) &&
        !has("shown", local_day(it.stamp)))
      it.weight *= 0.25;

  // A declared day that the page prints behind "Updated", with another behind "Published".
  if (shown != nullptr && shown->label == DateLabel::published)
    for (auto& it : out.witnesses)
      if ((it.source == "JSON-LD" || it.source == "meta") && has("shown-modified", local_day(it.stamp)) &&
          local_day(it.stamp) > local_day(to_stamp(shown->date)))
        it.weight *= 0.5;

  DateWitness const* best = nullptr;
  double best_sum = 0;
  for (auto const& one : out.witnesses) {
    double sum = 0;
    for (auto const& other : out.witnesses)
      if (agree(other.stamp, one.stamp)) sum += other.weight;
    // Of those that agree the first that knows the time, and then the one that knows the zone.
    bool const better = best == nullptr || sum > best_sum + 1e-9 ||
                        (sum > best_sum - 1e-9 && local_day(one.stamp) == local_day(best->stamp) &&
                         ((one.stamp.has_time && !best->stamp.has_time)));
    if (!better) continue;
    best = &one;
    best_sum = sum;
  }
  if (best) {
    out.published = best->stamp.time;
    out.source = best->source;
    out.published_offset_minutes = best->stamp.offset_minutes;
    // Another witness may name the zone of the same instant.
    for (auto const& other : out.witnesses)
      if (other.stamp.time == best->stamp.time && other.stamp.offset_minutes.value_or(0) != 0)
        out.published_offset_minutes = other.stamp.offset_minutes;
    bool const near_shown = shown != nullptr && shown->distance < near_bytes;
    set_clock(near_shown ? std::optional(to_stamp(shown->date)) : std::nullopt, best->stamp.has_time, url,
              language, out);
  }
  if (out_modified && is_plausible(out_modified->time)) out.modified = out_modified->time;
  return out;
}

}  // namespace newsfold::clean
