#include "feeds/dedup/lineage.h"

#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <algorithm>

namespace newsfold::dedup {

namespace {

struct Agency {
  std::string_view mark;  // as printed
  std::string_view name;
};

constexpr Agency agencies[] = {
    {"Reuters", "Reuters"},
    {"Thomson Reuters", "Reuters"},
    {"رويترز", "Reuters"},
    {"Рейтер", "Reuters"},
    {"ロイター", "Reuters"},
    {"路透社", "Reuters"},
    {"로이터", "Reuters"},
    {"Associated Press", "AP"},
    {"AP", "AP"},
    {"AP通信", "AP"},
    {"美联社", "AP"},
    {"美聯社", "AP"},
    {"AFP", "AFP"},
    {"Agence France-Presse", "AFP"},
    {"فرانس برس", "AFP"},
    {"法新社", "AFP"},
    {"dpa", "dpa"},
    {"dpa-AFX", "dpa"},
    {"DPA", "dpa"},
    {"EFE", "EFE"},
    {"Europa Press", "Europa Press"},
    {"ANSA", "ANSA"},
    {"Adnkronos", "Adnkronos"},
    {"Lusa", "Lusa"},
    {"ANP", "ANP"},
    {"Belga", "Belga"},
    {"APA", "APA"},
    {"SDA", "Keystone-SDA"},
    {"Keystone-SDA", "Keystone-SDA"},
    {"epd", "epd"},
    {"KNA", "KNA"},
    {"TT", "TT"},
    {"NTB", "NTB"},
    {"Ritzau", "Ritzau"},
    {"PAP", "PAP"},
    {"ČTK", "ČTK"},
    {"MTI", "MTI"},
    {"ТАСС", "TASS"},
    {"TASS", "TASS"},
    {"РИА Новости", "RIA Novosti"},
    {"Интерфакс", "Interfax"},
    {"Interfax", "Interfax"},
    {"Укринформ", "Ukrinform"},
    {"Укрінформ", "Ukrinform"},
    {"Anadolu", "Anadolu"},
    {"AA", "Anadolu"},
    {"PTI", "PTI"},
    {"पीटीआई", "PTI"},
    {"भाषा", "PTI"},
    {"ANI", "ANI"},
    {"IANS", "IANS"},
    {"Xinhua", "Xinhua"},
    {"新华社", "Xinhua"},
    {"新華社", "Xinhua"},
    {"中新社", "China News Service"},
    {"中央社", "CNA"},
    {"Kyodo", "Kyodo"},
    {"共同通信", "Kyodo"},
    {"共同", "Kyodo"},
    {"時事通信", "Jiji"},
    {"時事", "Jiji"},
    {"연합뉴스", "Yonhap"},
    {"Yonhap", "Yonhap"},
    {"뉴시스", "Newsis"},
    {"뉴스1", "News1"},
    {"UPI", "UPI"},
    {"PA", "PA"},
    {"PA Media", "PA"},
    {"Press Association", "PA"},
    {"Canadian Press", "The Canadian Press"},
    {"AAP", "AAP"},
    {"Bloomberg", "Bloomberg"},
    {"واس", "SPA"},
    {"وام", "WAM"},
};

// A credit stands at the head or at the foot.
constexpr std::size_t head_credit_bytes = 240;
constexpr std::size_t foot_bytes = 320;

bool is_word_byte(char c) noexcept { return text::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80; }

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](auto end) { return text.ends_with(end); });
}
bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](auto start) { return text.starts_with(start); });
}

// Three letters may stand for anything: "the Automobile Association (AA) said".
bool is_short(std::string_view mark) noexcept {
  return mark.size() <= 3 && static_cast<unsigned char>(mark.front()) < 0x80;
}

// Behind the bracket that closes a dateline or ends a text: "(AA) - ", "(EFE).- ", "(APA)".
bool dateline_ends(std::string_view after) {
  after.remove_prefix(std::min(after.find_first_of(")]") + 1, after.size()));
  while (starts_with_any(after, {" ", "."})) after.remove_prefix(1);
  return after.empty() || starts_with_any(after, {"-", "\u2014", "\u2013", "\n"});
}

// "【北京共同】": the place stands between bracket and agency.
bool is_behind_place(std::string_view before) {
  constexpr std::size_t place_bytes_max = 15;
  auto const tail = before.substr(before.size() - std::min(before.size(), place_bytes_max));
  auto const bracket = tail.rfind("【");
  return bracket != tail.npos && tail.find_first_of(" \n", bracket) == tail.npos;
}

// In brackets, behind a copyright or a source, or with a desk behind a slash: "(Reuters)", "© AFP",
// "dpa/bsj".
bool is_credit(std::string_view before, std::string_view mark, std::string_view after) {
  while (before.ends_with(' ')) before.remove_suffix(1);
  while (after.starts_with(' ')) after.remove_prefix(1);
  bool const opened = ends_with_any(before, {"(", "（", "[", "【", "〔"});
  bool const closed = starts_with_any(after, {")", "）", "]", "】", "〕"});
  if (opened && closed && is_short(mark)) return dateline_ends(after);
  if (opened && (closed || starts_with_any(after, {"/", "-", "—", "–", "=", ","}))) return true;
  if (closed && (ends_with_any(before, {"/", "-", ",", "="}) || is_behind_place(before))) return true;
  if (ends_with_any(before, {"©", "Source:", "Quelle:", "Fuente:", "Source :", "Fonte:", "Источник:",
                             "来源：", "出典："}))
    return true;
  // A line of its own, or one that begins with it: "dpa/bsj", "Reuters -", "— AFP".
  bool const signed_off = ends_with_any(before, {"\n-", "\n—", "\n–"});
  bool const begins_line = before.empty() || before.ends_with('\n') || signed_off;
  bool const ends_line = after.empty() || after.starts_with('\n');
  return begins_line && (ends_line || starts_with_any(after, {"/", "\u2014", "\u2013", "- "}));
}

bool is_credited_in(std::string_view passage, std::string_view mark) {
  for (auto at = passage.find(mark); at != passage.npos; at = passage.find(mark, at + 1)) {
    auto const before = passage.substr(0, at);
    auto const after = passage.substr(at + mark.size());
    bool const plain = static_cast<unsigned char>(mark.front()) < 0x80;
    if (plain && ((!before.empty() && text::is_alnum(before.back())) ||
                  (!after.empty() && is_word_byte(after.front()) &&
                   !starts_with_any(after, {"）", "】", "〕", "—", "–"}))))
      continue;
    if (is_credit(before, mark, after)) return true;
  }
  return false;
}

bool is_named_in_byline(std::string_view byline, std::string_view mark) {
  for (auto at = byline.find(mark); at != byline.npos; at = byline.find(mark, at + 1)) {
    auto const end = at + mark.size();
    bool const alone =
        (at == 0 || !is_word_byte(byline[at - 1])) && (end == byline.size() || !is_word_byte(byline[end]));
    // "AA Gill" is a person.
    auto const behind = std::min(byline.find_first_not_of(' ', end), byline.size());
    bool const initials =
        is_short(mark) && behind > end && behind < byline.size() && is_word_byte(byline[behind]);
    if ((alone && !initials) || static_cast<unsigned char>(mark.front()) >= 0x80) return true;
  }
  return false;
}

}  // namespace

std::string_view credited_agency(std::string_view byline, std::string_view text) noexcept {
  auto const head = text.substr(0, head_credit_bytes);
  auto const foot = text.size() > foot_bytes ? text.substr(text.size() - foot_bytes) : text;
  for (auto const& agency : agencies)
    if (is_named_in_byline(byline, agency.mark)) return agency.name;
  for (auto const& agency : agencies)
    if (is_credited_in(head, agency.mark) || is_credited_in(foot, agency.mark)) return agency.name;
  return {};
}

std::string_view to_string(OriginalSign sign) noexcept {
  switch (sign) {
    case OriginalSign::canonical: return "canonical";
    case OriginalSign::agency: return "agency";
    case OriginalSign::time: return "time";
    case OriginalSign::weight: return "weight";
    case OriginalSign::arrival: return "arrival";
  }
  return "arrival";
}

namespace {

// "Reuters" in "www.reuters.com" and in "Reuters World News".
bool is_of_agency(CopyClues const& copy, std::string_view agency) noexcept {
  auto const same = [](char a, char b) { return text::to_lower(a) == text::to_lower(b); };
  auto const& site = copy.site;
  for (auto at = site.begin(); at != site.end();) {
    at = std::search(at, site.end(), agency.begin(), agency.end(), same);
    if (at == site.end()) return false;
    auto const after = at + std::ptrdiff_t(agency.size());
    bool const begins = at == site.begin() || !is_word_byte(*(at - 1));
    // "apnews.com" is AP's, "apotheke.example" is not dpa's: a short name stands alone or before "news".
    auto const rest = std::string_view(after, site.end());
    bool const ends = rest.empty() || !is_word_byte(rest.front()) || starts_with_any(rest, {"news", "News"});
    if (begins && ends) return true;
    ++at;
  }
  return false;
}

}  // namespace

Original original_among(std::span<CopyClues const> copies) noexcept {
  auto const find = [&](auto const& holds) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < copies.size(); ++i)
      if (!copies[i].mirror && holds(copies[i])) return i;
    return std::nullopt;
  };
  for (auto const& copy : copies) {
    if (copy.mirror || copy.names_canonical.empty()) continue;
    auto const named = find([&](CopyClues const& other) { return other.url == copy.names_canonical; });
    if (named) return {*named, OriginalSign::canonical};
  }
  for (auto const& copy : copies) {
    if (copy.credits_agency.empty()) continue;
    auto const own = find([&](CopyClues const& other) { return is_of_agency(other, copy.credits_agency); });
    if (own) return {*own, OriginalSign::agency};
  }

  // By time only where one is earlier than all others by more than clocks differ.
  auto const first = find([](CopyClues const&) { return true; }).value_or(0);
  std::optional<std::size_t> earliest;
  std::optional<UtcMicros> next;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    auto const& copy = copies[i];
    if (copy.mirror || !copy.published) continue;
    if (!earliest || *copy.published < *copies[*earliest].published) {
      if (earliest) next = copies[*earliest].published;
      earliest = i;
    } else if (!next || *copy.published < *next) {
      next = copy.published;
    }
  }
  if (earliest && next && *next - *copies[*earliest].published >= published_apart_min)
    return {*earliest, OriginalSign::time};

  auto heaviest = first;
  bool differ = false;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (copies[i].mirror) continue;
    differ |= copies[i].feed_weight != copies[first].feed_weight;
    if (copies[i].feed_weight > copies[heaviest].feed_weight) heaviest = i;
  }
  return {heaviest, differ ? OriginalSign::weight : OriginalSign::arrival};
}

}  // namespace newsfold::dedup
