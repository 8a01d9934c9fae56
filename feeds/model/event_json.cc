#include "feeds/model/event_json.h"

#include <array>
#include <charconv>

namespace newsfold {
namespace {

// Bytes of the UTF-8 sequence that begins at `at`, or 0 where none does (overlong forms, surrogates and
// numbers beyond U+10FFFF included).
std::size_t utf8_size(std::string_view text, std::size_t at) noexcept {
  auto const byte = [&](std::size_t offset) {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0u;
  };
  auto const follows = [&](std::size_t offset) { return (byte(offset) & 0xC0u) == 0x80u; };
  auto const lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!follows(1) || !follows(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

void append_control(std::string& json, unsigned char c) {
  constexpr char hex[] = "0123456789abcdef";
  switch (c) {
    case '\n': json += "\\n"; return;
    case '\r': json += "\\r"; return;
    case '\t': json += "\\t"; return;
    default: break;  // not an enum: every other control character takes the long form
  }
  json += "\\u00";
  json += hex[c >> 4];
  json += hex[c & 15];
}

template <class Number>
void append_number(std::string& json, Number value) {
  std::array<char, 32> digits;
  auto const [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  json.append(digits.data(), end);
}

// `,"key":` or, where it is the first of its object, `"key":`.
void append_key(std::string& json, std::string_view key) {
  if (json.back() != '{') json += ',';
  json += '"';
  json += key;
  json += "\":";
}

void append_field(std::string& json, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  append_key(json, key);
  append_json_string(json, value);
}

// As above, and says where the string's body lies.
RenderedEvent::Part append_located(std::string& json, std::string_view key, std::string_view value) {
  if (value.empty()) return {};
  append_key(json, key);
  auto const begin = json.size() + 1;
  append_json_string(json, value);
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(json.size() - 1 - begin)};
}

void append_field(std::string& json, std::string_view key, std::optional<UtcMicros> value) {
  if (value) append_field(json, key, std::string_view(format_rfc3339(*value)));
}

void append_authors(std::string& json, std::vector<Author> const& authors) {
  if (authors.empty()) return;
  append_key(json, "authors");
  json += '[';
  for (auto const& author : authors) {
    if (json.back() != '[') json += ',';
    json += '{';
    append_field(json, "name", author.name);
    append_field(json, "url", author.url);
    append_field(json, "avatar", author.avatar);
    json += '}';
  }
  json += ']';
}

void append_tags(std::string& json, std::vector<std::string> const& tags) {
  if (tags.empty()) return;
  append_key(json, "tags");
  json += '[';
  for (auto const& tag : tags) {
    if (json.back() != '[') json += ',';
    append_json_string(json, tag);
  }
  json += ']';
}

void append_attachments(std::string& json, std::vector<Attachment> const& attachments) {
  if (attachments.empty()) return;
  append_key(json, "attachments");
  json += '[';
  for (auto const& attachment : attachments) {
    if (json.back() != '[') json += ',';
    json += '{';
    append_field(json, "url", attachment.url);
    append_field(json, "mime_type", attachment.mime_type);
    append_field(json, "title", attachment.title);
    if (attachment.size_in_bytes) {
      append_key(json, "size_in_bytes");
      append_number(json, *attachment.size_in_bytes);
    }
    if (attachment.duration_in_seconds) {
      append_key(json, "duration_in_seconds");
      append_number(json, *attachment.duration_in_seconds);
    }
    json += '}';
  }
  json += ']';
}

// The item up to, not including, its last brace.
void append_open_item(std::string& json, ArticleId id, Article const& article, ItemExtras const& extras,
                      RenderedEvent::Part& title, RenderedEvent::Part& text) {
  json += '{';
  append_key(json, "id");
  json += '"';
  append_number(json, number(id));
  json += '"';
  append_field(json, "url", article.url.empty() ? extras.item_url : article.url);
  append_field(json, "external_url", extras.external_url);
  title = append_located(json, "title", article.title);
  append_field(json, "content_html", article.content_html);
  text = append_located(json, "content_text", article.content_text);
  if (article.content_html.empty() && article.content_text.empty()) {
    append_key(json, "content_text");  // JSON Feed 1.1 wants one of the two, be it empty
    json += "\"\"";
  }
  append_field(json, "summary", extras.summary);
  append_field(json, "image", article.image);
  append_field(json, "date_published", article.date_published);
  append_field(json, "date_modified", article.date_modified);
  append_authors(json, article.authors);
  append_tags(json, extras.tags);
  append_field(json, "language", article.language);
  append_attachments(json, extras.attachments);
}

void append_head(std::string& json, Epoch epoch, Event const& event) {
  json += R"({"specversion":"1.0","id":")";
  json += format_sequence(event.sequence);
  json += R"(","source":"/newsfold/)";
  json += format_epoch(epoch);
  json += R"(","type":")";
  json += to_string(event.type);
  json += R"(","time":")";
  json += format_rfc3339(event.time);
  json += R"(","datacontenttype":"application/json")";
}

void append_feed(std::string& json, Event const& event) {
  append_key(json, "feed");
  json += '{';
  append_key(json, "id");
  json += '"';
  json += format_epoch(Epoch{number(event.feed)});  // 64 bits do not fit a JSON reader's number: hexadecimal
  json += '"';
  append_field(json, "name", event.feed_name);
  json += '}';
}

void append_lineage(std::string& json, Lineage const& lineage) {
  append_field(json, "match", to_string(lineage.match));
  if (lineage.match != MatchKind::first) {
    append_key(json, "similarity");
    append_number(json, static_cast<float>(lineage.similarity));
    append_key(json, "matched");
    append_number(json, number(lineage.matched));
  }
  append_field(json, "original", lineage.original);
}

void append_source(std::string& json, ItemSource const& source) {
  if (source.title.empty() && source.url.empty()) return;
  append_key(json, "source");
  json += '{';
  append_field(json, "title", source.title);
  append_field(json, "url", source.url);
  json += '}';
}

void append_extension(std::string& json, Event const& event, ArticleEventData const& data) {
  auto const& article = *data.article;
  append_key(json, "_newsfold");
  json += '{';
  append_key(json, "article");
  append_number(json, number(event.article));
  append_key(json, "version");
  append_number(json, event.version);
  append_key(json, "story");
  append_number(json, number(event.story));
  if (number(event.former_story) != 0) {
    append_key(json, "former_story");
    append_number(json, number(event.former_story));
  }
  append_feed(json, event);
  if (data.lineage) append_lineage(json, *data.lineage);
  if (data.edit != EditClass::none) append_field(json, "edit", to_string(data.edit));
  if (!data.diff_json.empty()) {
    append_key(json, "diff");
    json += data.diff_json;
  }
  append_field(json, "reason", data.reason);
  append_field(json, "paywall", to_string(article.paywall));
  if (article.truncated) {
    append_key(json, "truncated");
    json += "true";
  }
  append_field(json, "extractor", article.extractor);
  append_field(json, "byline", article.byline);
  append_field(json, "site_name", article.site_name);
  append_field(json, "guid", data.extras->guid);
  append_field(json, "comments_url", data.extras->comments_url);
  append_field(json, "license", data.extras->license);
  append_source(json, data.extras->source);
  json += '}';
}

}  // namespace

std::string_view to_string(MatchKind kind) noexcept {
  switch (kind) {
    case MatchKind::first: return "new";
    case MatchKind::url: return "url";
    case MatchKind::exact: return "exact";
    case MatchKind::near: return "near";
    case MatchKind::by_hand: return "hand";
  }
  return "unknown";
}

void append_json_string(std::string& json, std::string_view text) {
  json += '"';
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto const c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++at;
      continue;
    }
    if (auto const size = c < 0x80 ? 0 : utf8_size(text, at); size != 0) {
      at += size;
      continue;
    }
    json.append(text, copied, at - copied);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += static_cast<char>(c);
    } else if (c < 0x20) {
      append_control(json, c);
    } else {
      json += "\xEF\xBF\xBD";
    }
    copied = ++at;
  }
  json.append(text, copied);
  json += '"';
}

void append_item_json(std::string& json, ArticleId id, Article const& article, ItemExtras const& extras) {
  RenderedEvent::Part title;
  RenderedEvent::Part text;
  append_open_item(json, id, article, extras, title, text);
  json += '}';
}

RenderedEvent render_event(Epoch epoch, Event const& event, ArticleEventData const& data) {
  RenderedEvent rendered;
  auto& json = rendered.open_json;
  json.reserve(data.article->content_html.size() + data.article->content_text.size() + 2048);
  append_head(json, epoch, event);
  append_key(json, "data");
  append_open_item(json, event.article, *data.article, *data.extras, rendered.title, rendered.text);
  append_extension(json, event, data);
  json += '}';
  return rendered;
}

RenderedEvent render_event(Epoch epoch, Event const& event, FeedEventData const& data) {
  RenderedEvent rendered;
  auto& json = rendered.open_json;
  append_head(json, epoch, event);
  append_key(json, "data");
  json += '{';
  append_feed(json, event);
  append_field(json, "message", data.message);
  append_field(json, "url", data.url);
  append_field(json, "since", data.since);
  json += '}';
  return rendered;
}

void append_event_end(std::string& json, Sequence prev) {
  json += R"(,"prev":")";
  append_sequence(json, prev);
  json += "\"}";
}

void append_event_end(std::string& json) { json += '}'; }

}  // namespace newsfold
