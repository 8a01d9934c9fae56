#include "daemon/commands/tail_line.h"

#include "daemon/admin/json_at.h"
#include "feeds/model/time.h"
#include "feeds/text/utf8.h"

#include <boost/json/value.hpp>

#include <ctime>

namespace newsfold {
namespace {

namespace json = boost::json;

constexpr std::size_t feed_columns = 18;
constexpr std::size_t what_columns = 12;

std::string local_time(std::string_view rfc3339) {
  auto const time = parse_rfc3339(rfc3339);
  if (!time) return "--:--:--";
  auto const seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(*time));
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &local);
  return text;
}

// What happened, and the colour that says so at a glance.
struct What {
  std::string text;
  char const* colour;
};

What what_of(std::string_view type, json::object const& ours) {
  if (type == "article.created") return {"new", "32"};
  if (type == "article.updated") {
    auto const edit = string_at(ours, "edit");
    return {edit.empty() || edit == "none" ? "updated" : std::string(edit), "33"};
  }
  if (type == "article.copied" && ours.contains("former_story")) return {"split", "35"};
  if (type == "article.copied") return {"copy", "90"};
  if (type == "article.merged") return {"merged", "35"};
  if (type == "article.withdrawn") return {"withdrawn", "31"};
  if (type == "article.snapshot") return {"known", "90"};
  if (type == "feed.failing") return {"failing", "31"};
  if (type == "feed.recovered") return {"recovered", "32"};
  if (type == "feed.moved") return {"moved", "36"};
  if (type == "feed.gone") return {"gone", "31"};
  if (type == "feed.gap") return {"gap", "33"};
  if (type == "lost") return {"lost", "31"};
  return {std::string(type), "0"};
}

// Cut or filled to so many characters.
std::string column(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size() && count < width; ++count) {
    auto const begin = at;
    text::next_char(text, at);
    out += text.substr(begin, at - begin);
  }
  return out + std::string(width - count, ' ');
}

std::string painted(std::string const& text, char const* colour, Colours colours) {
  return colours == Colours::on ? "\x1b[" + std::string(colour) + "m" + text + "\x1b[0m" : text;
}

std::string digits_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value && value->is_number() ? std::to_string(value->to_number<std::uint64_t>()) : std::string();
}

std::string story_note(std::string_view type, json::object const& ours) {
  if (type == "article.withdrawn") return printable(string_at(ours, "reason"));
  auto const former = digits_at(ours, "former_story");
  if (type == "article.merged")
    return "story " + former + " ended in " + digits_at(ours, "story") + ", " +
           printable(string_at(ours, "reason"));
  if (type != "article.copied") return {};
  if (!former.empty()) {
    auto const reason = string_at(ours, "reason");  // "split: by hand"
    return "out of story " + former + printable(reason.substr(std::min(reason.find(':'), reason.size())));
  }
  std::string out = "copy of " + digits_at(ours, "story");
  if (auto const* similarity = ours.if_contains("similarity"); similarity && similarity->is_number())
    out += ", " + std::to_string(int(similarity->to_number<double>() * 100 + 0.5)) + " %";
  // "agency NAME", "earlier ARTICLE", "heavier ARTICLE", "canonical URL": a person wants to know only what
  // the article before the comma does not say.
  auto const original = string_at(ours, "original");
  auto const what = original.substr(std::min(original.find(' ') + 1, original.size()));
  if (original.starts_with("agency "))
    out += ", from " + printable(what);
  else if (!original.empty() && !original.starts_with("canonical ") && what != digits_at(ours, "story"))
    out += ", likely after " + printable(what);
  return out;
}

}  // namespace

std::string printable(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    auto const c = text::next_char(utf8, at);
    // C0, C1, and the marks that turn the direction of what follows.
    bool const acts =
        c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (!acts)
      text::append_utf8(out, c);
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

std::string tail_line(json::object const& event, Colours colours) {
  auto const type = string_at(event, "type");
  auto const& data = object_at(event, "data");
  auto const& ours = object_at(data, "_newsfold");
  auto const what = what_of(type, ours);
  // Article events name their feed in our extension, feed events in their data, snapshots beside it.
  auto feed = string_at(object_at(ours, "feed"), "name");
  if (feed.empty()) feed = string_at(object_at(data, "feed"), "name");
  if (feed.empty()) feed = string_at(event, "feed");

  std::string out = painted(local_time(string_at(event, "time")), "90", colours) + "  ";
  out += painted(column(what.text, what_columns), what.colour, colours) + " ";
  out += painted(column(printable(feed), feed_columns), "36", colours) + " ";
  auto headline = printable(string_at(data, "title"));
  if (headline.empty()) headline = printable(string_at(data, "message"));
  if (headline.empty()) headline = printable(string_at(event, "message"));
  out += type == "article.copied" || type == "article.snapshot" ? headline : painted(headline, "1", colours);
  if (auto const note = story_note(type, ours); !note.empty())
    out += painted("  (" + note + ")", "90", colours);
  return out;
}

}  // namespace newsfold
