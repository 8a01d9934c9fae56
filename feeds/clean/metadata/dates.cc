// Every witness names a day and has a weight; the day with the greatest sum wins, and of its witnesses the
// one that says most about the time. The weights were fitted on labelled pages.
#include "feeds/clean/metadata/dates.h"

#include "feeds/clean/metadata/printed_date.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"
#include "feeds/text/date_find.h"

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
  std::uint32_t heading_offset = 0;
  std::uint8_t heading_zones = 0;

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
      if (it.kind != kind || (it.zones & foreign & ~heading_zones) != 0) continue;
      if (++looked_at > marks_looked_at_max) break;
      double const distance = double(it.offset) - double(heading_offset);
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

// The page says when in UTC and shows another day beside it: its clock differs from UTC. Where the time is
// shown too the offset follows; else the smallest shift is taken that gives the day that readers see.
std::optional<int> shown_offset(text::Stamp const& stamp, text::Stamp const& shown) {
  constexpr minutes most = hours(14);
  constexpr minutes most_guessed = hours(10);
  if (shown.has_time && !shown.offset_minutes) {
    auto const shift = floor<minutes>(shown.time - stamp.time + minutes(7));
    auto const offset = shift.count() - ((shift.count() % 15) + 15) % 15;
    auto const rest = shown.time - stamp.time - minutes(offset);
    if (std::abs(offset) <= most.count() && abs(rest) < minutes(3)) return int(offset);
  }
  auto const day = local_day(shown);
  auto const own = floor<days>(stamp.time);
  if (day == own + days(1)) {
    auto const missing = ceil<hours>(sys_time<microseconds>(day) - stamp.time);
    if (missing <= most_guessed) return int(minutes(missing).count());
  }
  if (day == own - days(1)) {
    auto const missing = ceil<hours>(stamp.time - sys_time<microseconds>(own) + microseconds(1));
    if (missing <= most_guessed) return -int(minutes(missing).count());
  }
  return std::nullopt;
}

// State that scripts build the page from: the first of these keys with a date behind it.
std::optional<text::Stamp> from_scripts(HtmlDocument const& page, text::NumericOrder order) {
  constexpr std::size_t bytes_max = 4UL << 20;
  constexpr auto keys = std::to_array<std::string_view>(
      {"\"datePublished\"", "\"publishedAt\"", "\"published_at\"", "\"publishedDate\"", "\"publishDate\"",
       "\"publish_date\"", "\"publicationDate\"", "\"publication_date\"", "\"firstPublished\"", "\"pubDate\"",
       "\"date_published\"", "\"published_time\"", "\"createDate\"", "\"createdAt\"", "\"created_at\""});
  std::size_t seen = 0;
  for (NodeIndex node = 0; node < page.size() && seen < bytes_max; ++node) {
    if (!page.is_text(node) || page.parent(node) == no_node ||
        page.element(page.parent(node)) != Element::script)
      continue;
    auto const text = page.text(node);
    seen += text.size();
    // Where each key stands first, in one walk.
    std::array<std::size_t, keys.size()> found{};
    for (auto at = text.find('"'); at != std::string_view::npos; at = text.find('"', at + 1)) {
      static constexpr text::ByteSet first("pdfc");
      if (at + 1 >= text.size() || !first.has(text[at + 1])) continue;
      auto const rest = text.substr(at);
      for (std::size_t i = 0; i < keys.size(); ++i)
        if (found[i] == 0 && rest.starts_with(keys[i])) found[i] = at + keys[i].size();
    }
    for (auto at : found) {
      if (at == 0) continue;
      while (at < text.size() && (text::is_space(text[at]) || text[at] == ':' || text[at] == '"')) ++at;
      auto const end = std::min(text.find_first_of("\",}", at), at + 40);
      if (auto const stamp = read_machine(text.substr(std::min(at, text.size()), end - at), order);
          stamp && is_plausible(stamp->time))
        return stamp;
    }
  }
  return std::nullopt;
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
  DateReader reader{page, survey, text::numeric_order_of(language), heading};
  for (auto const& mark : survey.marks)
    if (mark.node == heading) {
      reader.heading_offset = mark.offset;
      reader.heading_zones = mark.zones;
    }
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
  add_mark(reader.mark(Mark::Kind::time_published, foreign), "marked", 9, 4);
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
  for (auto const& printed : near) {
    if (printed.label == DateLabel::foreign || !is_plausible(printed.date.time)) continue;
    if (printed.label == DateLabel::modified) {
      if (!out_modified) out_modified = to_stamp(printed.date);
      add(to_stamp(printed.date), "shown-modified", 0.5);
      continue;
    }
    bool const close = printed.distance < near_bytes;
    double weight = printed.label == DateLabel::published ? 9 : printed.is_line ? 7 : 4;
    if (!close) weight /= 4;
    if (printed.is_before) weight *= 0.6;
    if (printed.date.by_numbers) weight *= 0.95;
    if (shown == nullptr || (shown->label != DateLabel::published && printed.label == DateLabel::published)) {
      if (shown != nullptr)
        std::erase_if(out.witnesses, [](DateWitness const& it) { return it.source == "shown"; });
      shown = &printed;
      add(to_stamp(printed.date), "shown", weight);
      out.witnesses.back().by_numbers = printed.date.by_numbers;
    }
  }
  if (out.witnesses.empty() || (out.witnesses.size() == 1 && out.witnesses.front().weight <= 1)) {
    auto const labelled = labelled_dates(page, reader.order);
    for (auto const& printed : labelled)
      add(to_stamp(printed.date), "labelled", printed.label == DateLabel::published ? 3 : 0.3);
  }
  if (!out_modified)
    if (auto const found = reader.mark(Mark::Kind::time_modified, foreign)) out_modified = found->stamp;
  add(out_modified, "modified", 0.3);

  if (out.witnesses.empty()) add(from_scripts(page, reader.order), "script", 2);
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
    if (best->stamp.has_time && out.published_offset_minutes.value_or(0) == 0 && shown != nullptr &&
        shown->distance < near_bytes)
      if (auto const offset = shown_offset(best->stamp, to_stamp(shown->date)))
        out.published_offset_minutes = offset;
  }
  if (out_modified && is_plausible(out_modified->time)) out.modified = out_modified->time;
  return out;
}

}  // namespace newsfold::clean
