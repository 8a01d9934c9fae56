#include "daemon/api/outgoing_feed.h"

#include "daemon/api/article_selection.h"
#include "daemon/api/changes_query.h"
#include "feeds/model/event_json.h"
#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>
#include <vector>

namespace newsfold::api {
namespace {

constexpr std::string_view feed_title = "Newsfold";
constexpr std::string_view json_type = "application/feed+json; charset=utf-8";
constexpr std::string_view atom_type = "application/atom+xml; charset=utf-8";

struct Entry {
  storage::ArticleHead head;
  storage::ArticleVersion version;
};

// "audio/mpeg" of " audio/mpeg; x=y"; empty where it is no media type: feeds say "mp3" as well.
std::string media_type(std::string_view text) {
  auto const type = text::trim(text.substr(0, text.find(';')));
  auto const is_token = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
      return text::is_alnum(c) || std::string_view("!#$&^_.+-").find(c) != std::string_view::npos;
    });
  };
  auto const slash = std::min(type.find('/'), type.size());
  bool const good =
      is_token(type.substr(0, slash)) && is_token(type.substr(std::min(slash + 1, type.size())));
  return good ? std::string(type) : std::string();
}

// What BCP 47 takes for a tag: "pt-BR", not "English (US)".
bool is_language_tag(std::string_view text) {
  if (text.empty() || !text::is_alpha(text.front())) return false;
  while (true) {
    auto const dash = text.find('-');
    auto const part = text.substr(0, dash);
    if (part.empty() || part.size() > 8 || !std::ranges::all_of(part, text::is_alnum)) return false;
    if (dash == std::string_view::npos) return true;
    text.remove_prefix(dash + 1);
  }
}

// Publishers' mistakes that the specifications of both dialects do not take.
void leave_out_mistakes(storage::ArticleVersion& version) {
  auto& content = version.content;
  std::erase_if(content.authors, [](Author const& author) {
    return author.name.empty() && author.url.empty() && author.avatar.empty();
  });
  if (!is_language_tag(content.language)) content.language.clear();
  for (auto& attachment : version.extras.attachments) attachment.mime_type = media_type(attachment.mime_type);
  std::erase_if(version.extras.attachments,
                [](Attachment const& attachment) { return attachment.url.empty(); });
}

Result<std::uint64_t> read_number(std::string_view text, std::string_view what, std::uint64_t max) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > max)
    return Error{ErrorCode::invalid, std::string(what) + " is a number from 1 to " + std::to_string(max)};
  return value;
}

// A page with the texts of its articles; one whose text cannot be read is left out.
struct Page {
  std::vector<Entry> entries;           // newest first
  std::optional<ArticleId> next_after;  // there are older ones
};

Result<Page> read_page(storage::View const& view, notify::Filter const& filter, PageWanted const& wanted) {
  auto selection = select_articles(view, filter, wanted);
  if (!selection) return selection.error();
  Page out{{}, selection->next_after};
  for (auto& one : selection->articles) {
    if (!one.version) {
      auto version = view.version(one.head.id, 0);
      if (!version) continue;  // set aside; counted in the store's metrics
      one.version = std::move(*version);
    }
    auto& published = one.version->content.date_published;
    if (!published) published = one.head.stored_at;
    leave_out_mistakes(*one.version);
    out.entries.push_back({std::move(one.head), std::move(*one.version)});
  }
  return out;
}

void append_encoded(std::string& out, std::string_view text) {
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    char escape[4];
    std::snprintf(escape, sizeof escape, "%%%02X", static_cast<unsigned char>(c));
    if (plain)
      out += c;
    else
      out += escape;
  }
}

// The address of this feed, or of its continuation behind `after`.
std::string address(Request const& request, std::string_view path, std::optional<ArticleId> after,
                    bool first_page = false) {
  std::string out = request.base_url + std::string(path);
  char mark = '?';
  auto add = [&](std::string_view name, std::string_view value) {
    out += std::exchange(mark, '&');
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
  };
  for (auto const& [name, value] : request.query)
    if (name != "after" || (!after && !first_page)) add(name, value);
  if (after) add("after", std::to_string(number(*after)));
  return out;
}

// Epoch and number together never mean two things, and 128 bits are what a UUID has.
std::string urn(Epoch epoch, std::uint64_t id) {
  char text[64];
  auto const e = static_cast<unsigned long long>(epoch);
  std::snprintf(text, sizeof text, "urn:uuid:%08llx-%04llx-%04llx-%04llx-%012llx", e >> 32, e >> 16 & 0xFFFF,
                e & 0xFFFF, static_cast<unsigned long long>(id >> 48),
                static_cast<unsigned long long>(id & 0xFFFFFFFFFFFFULL));
  return text;
}

// ---- JSON Feed 1.1 ------------------------------------------------------------------------------

void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += ",\"" + std::string(name) + "\":";
  append_json_string(json, value);
}

void append_json_item(std::string& json, Entry const& entry) {
  auto extras = entry.version.extras;
  for (auto& attachment : extras.attachments)  // the spec wants a type
    if (attachment.mime_type.empty()) attachment.mime_type = "application/octet-stream";
  append_item_json(json, entry.head.id, entry.version.content, extras);
  json.pop_back();
  auto const& head = entry.head;
  json += ",\"_newsfold\":{\"article\":" + std::to_string(number(head.id)) +
          ",\"version\":" + std::to_string(head.version) + ",\"story\":" + std::to_string(number(head.story));
  append_member(json, "feed", head.feed_name);
  append_member(json, "stored_at", format_rfc3339(head.stored_at));
  append_member(json, "changed_at", format_rfc3339(head.changed_at));
  json += "}}";
}

std::string json_feed(Request const& request, Page const& page) {
  std::string json = "{\"version\":\"https://jsonfeed.org/version/1.1\"";
  append_member(json, "title", feed_title);
  append_member(json, "description", "One clean, folded stream of many sources");
  append_member(json, "home_page_url", request.base_url + "/");
  append_member(json, "feed_url", address(request, "/v1/feed.json", std::nullopt));
  if (page.next_after) append_member(json, "next_url", address(request, "/v1/feed.json", page.next_after));
  json += ",\"items\":[";
  for (auto const& entry : page.entries) {
    if (&entry != &page.entries.front()) json += ",\n";
    append_json_item(json, entry);
  }
  return json + "]}\n";
}

// ---- Atom -----------------------------------------------------------------------------------------

// For text and attributes. XML 1.0 has no way to write most control characters: they are left out.
void append_xml(std::string& xml, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    auto const c = text::next_char(text, at);
    switch (c) {
      case '&': xml += "&amp;"; break;
      case '<': xml += "&lt;"; break;
      case '>': xml += "&gt;"; break;
      case '"': xml += "&quot;"; break;
      default:
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF) break;
        text::append_utf8(xml, c);
    }
  }
}

void append_element(std::string& xml, std::string_view name, std::string_view text,
                    std::string_view attributes = {}) {
  xml += "<" + std::string(name) + std::string(attributes) + ">";
  append_xml(xml, text);
  xml += "</" + std::string(name) + ">\n";
}

void append_link(std::string& xml, std::string_view rel, std::string_view type, std::string_view href) {
  xml += "<link rel=\"" + std::string(rel) + "\"";
  if (!type.empty()) {
    xml += " type=\"";
    append_xml(xml, type);
    xml += '"';
  }
  xml += " href=\"";
  append_xml(xml, href);
  xml += "\"/>\n";
}

void append_atom_entry(std::string& xml, Entry const& entry, Epoch epoch) {
  auto const& content = entry.version.content;
  auto const& extras = entry.version.extras;
  xml += "<entry";
  if (!content.language.empty()) {
    xml += " xml:lang=\"";
    append_xml(xml, content.language);
    xml += '"';
  }
  xml += ">\n";
  append_element(xml, "id", urn(epoch, number(entry.head.id)));
  append_element(xml, "title", content.title);
  append_element(xml, "updated", format_rfc3339(entry.head.changed_at));
  append_element(xml, "published", format_rfc3339(*content.date_published));
  auto const& url = content.url.empty() ? extras.item_url : content.url;
  if (!url.empty()) append_link(xml, "alternate", "text/html", url);
  if (!extras.external_url.empty()) append_link(xml, "related", {}, extras.external_url);
  for (auto const& attachment : extras.attachments)
    append_link(xml, "enclosure", attachment.mime_type, attachment.url);
  for (auto const& author : content.authors) {
    if (author.name.empty()) continue;
    xml += "<author>";
    append_element(xml, "name", author.name);
    xml += "</author>\n";
  }
  for (auto const& tag : extras.tags) {
    xml += "<category term=\"";
    append_xml(xml, tag);
    xml += "\"/>\n";
  }
  if (!extras.summary.empty()) append_element(xml, "summary", extras.summary);
  if (!content.content_html.empty())
    append_element(xml, "content", content.content_html, " type=\"html\"");
  else
    append_element(xml, "content", content.content_text, " type=\"text\"");
  xml += "</entry>\n";
}

std::string atom_feed(Request const& request, Page const& page, Epoch epoch) {
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n";
  UtcMicros updated{};
  for (auto const& entry : page.entries) updated = std::max(updated, entry.head.changed_at);
  auto const self = address(request, "/v1/feed.atom", std::nullopt);
  append_element(xml, "id", address(request, "/v1/feed.atom", std::nullopt, true));
  append_element(xml, "title", feed_title);
  append_element(xml, "updated", format_rfc3339(updated));
  append_link(xml, "self", "application/atom+xml", self);
  append_link(xml, "alternate", "application/feed+json", address(request, "/v1/feed.json", std::nullopt));
  if (page.next_after)
    append_link(xml, "next", "application/atom+xml", address(request, "/v1/feed.atom", page.next_after));
  append_element(xml, "generator", "Newsfold");
  xml += "<author>";
  append_element(xml, "name", feed_title);
  xml += "</author>\n";
  for (auto const& entry : page.entries) append_atom_entry(xml, entry, epoch);
  return xml + "</feed>\n";
}

}  // namespace

Result<Reply> answer_feed(storage::Store const& store, Request const& request, FeedDialect dialect) {
  PageWanted wanted;
  wanted.limit = feed_items_default;
  if (auto const text = request.parameter("limit"); !text.empty()) {
    auto const read = read_number(text, "limit", feed_items_max);
    if (!read) return read.error();
    wanted.limit = *read;
  }
  if (auto const text = request.parameter("after"); !text.empty()) {
    auto const read = read_number(text, "after", UINT64_MAX);
    if (!read) return read.error();
    wanted.after = ArticleId{*read};
  }
  auto const filter = filter_of(request, notify::Copies::fold);
  if (!filter) return filter.error();
  auto const view = store.view();
  auto const tag = "W/\"" + format_epoch(view.epoch()) + "-" + std::to_string(number(view.sequence())) + "\"";
  Reply reply;
  reply.content_type = dialect == FeedDialect::json ? json_type : atom_type;
  reply.headers = {{"ETag", tag}, {"Cache-Control", "no-cache"}};
  if (request.if_none_match.find(tag) != std::string::npos) {
    reply.status = 304;
    return reply;
  }
  auto const page = read_page(view, *filter, wanted);
  if (!page) return page.error();
  reply.body =
      dialect == FeedDialect::json ? json_feed(request, *page) : atom_feed(request, *page, view.epoch());
  return reply;
}

}  // namespace newsfold::api
