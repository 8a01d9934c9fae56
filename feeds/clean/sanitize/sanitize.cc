#include "feeds/clean/sanitize/sanitize.h"

#include "feeds/clean/sanitize/html_token.h"
#include "feeds/clean/sanitize/tags.h"
#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"
#include "feeds/text/url.h"

#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

namespace newsfold::clean {

namespace {

using text::EntityContext;

// Where lazy loaders keep the picture that src only promises.
constexpr std::string_view lazy_sources[] = {"data-src", "data-lazy-src", "data-original", "data-orig-file"};

std::string_view lazy_source_of(HtmlToken const& token) {
  for (auto const name : lazy_sources)
    if (auto const value = token.attribute(name); !value.empty()) return value;
  return {};
}

// A picture that stands in the markup itself: a small one. It is none where a lazy loader keeps the real one.
constexpr std::size_t data_bytes_max = 8 * 1024;

// A text of short links only, which are all relative, grows with the length of the base.
constexpr std::size_t growth_per_byte_max = 8;

class Sanitizer {
 public:
  Sanitizer(std::string& out, SanitizeOptions const& options) : out_(out), options_(options) {}

  void run(std::string_view html);

 private:
  void write_as_text(std::string_view rest);
  void start_tag(std::string_view html);
  void end_tag();
  void skip_content(std::string_view html, Tag const& tag);
  void write_start(Tag const& tag);
  void write_attribute(std::string_view name, std::string_view value, AttributeRule rule);
  void write_url(std::string_view name, std::string_view value, text::UrlUse use);
  void write_srcset(std::string_view value);
  void open(Tag const& tag);
  void pop();
  bool is_repeated(std::size_t attribute) const noexcept;
  bool is_tracking_pixel() const noexcept;
  bool is_known_player();
  bool may_grow(std::size_t from, std::size_t to) noexcept;

  std::string& out_;
  SanitizeOptions const& options_;
  HtmlToken token_;
  std::size_t at_ = 0;
  std::vector<Tag const*> open_;
  std::array<std::uint32_t, tags_max> open_count_{};  // makes a stray end tag cost nothing
  std::array<bool, tags_max> unclosed_{};             // no end tag follows: it is looked for once
  std::size_t growth_left_ = 0;                       // bytes that addresses may gain through the base
  std::string url_;                                   // scratch
};

void Sanitizer::run(std::string_view html) {
  growth_left_ = text::base_bytes_max + growth_per_byte_max * html.size();
  while (at_ < html.size()) {
    auto const markup = html.find('<', at_);
    if (markup == std::string_view::npos) {
      out_.append(html.substr(at_));
      break;
    }
    out_.append(html.substr(at_, markup - at_));
    read_token(html, markup, token_);
    at_ = token_.end;
    switch (token_.kind) {
      case HtmlTokenKind::text: out_.append("&lt;"); break;
      case HtmlTokenKind::comment: break;
      case HtmlTokenKind::cdata:
        if (options_.dialect == Dialect::xml) text::append_escaped(out_, token_.content);
        break;
      case HtmlTokenKind::start:
        if (!token_.cut_off) {
          start_tag(html);
        } else if (token_.is_text_after_all()) {
          write_as_text(html.substr(markup));
        }
        break;
      case HtmlTokenKind::end:
        if (!token_.cut_off) end_tag();
        break;
    }
  }
  while (!open_.empty()) pop();
}

// Nothing ends a tag any more: to look again behind each '<' would take a text of them for ever.
void Sanitizer::write_as_text(std::string_view rest) {
  for (auto at = rest.find('<'); at != std::string_view::npos; at = rest.find('<')) {
    out_.append(rest.substr(0, at)).append("&lt;");
    rest.remove_prefix(at + 1);
  }
  out_.append(rest);
}

void Sanitizer::start_tag(std::string_view html) {
  auto const* tag = find_tag(without_prefix(token_.name));
  if (!tag) return;
  bool const is_empty = tag->is_void || (options_.dialect == Dialect::xml && token_.self_closing);
  switch (tag->rule) {
    case TagRule::unwrap: return;
    case TagRule::drop_content:
      if (!is_empty) skip_content(html, *tag);
      return;
    case TagRule::embed: {
      bool const known = is_known_player();
      if (known) write_start(*tag);
      if (!is_empty) skip_content(html, *tag);
      if (known) out_.append("</iframe>");
      return;
    }
    case TagRule::keep: break;
  }
  if (tag->name == "img" && is_tracking_pixel()) return;
  if (tag->closes_same && !open_.empty() && open_.back() == tag) pop();
  if (tag->is_void) return write_start(*tag);
  if (is_empty) {
    write_start(*tag);
    out_.append("</").append(tag->name).append(">");
    return;
  }
  if (open_.size() >= options_.depth_max) return;
  write_start(*tag);
  open(*tag);
}

void Sanitizer::end_tag() {
  auto const* tag = find_tag(without_prefix(token_.name));
  if (!tag || tag->rule != TagRule::keep) return;
  if (tag->is_void) {
    // HTML reads "</br>" so; in XHTML it only closes the "<br>" before it.
    if (tag->name == "br" && options_.dialect == Dialect::html) out_.append("<br>");
    return;
  }
  if (open_count_[tag->id] == 0) return;
  while (open_.back() != tag) pop();
  pop();
}

// Raw elements end at their own end tag; a template may hold templates.
void Sanitizer::skip_content(std::string_view html, Tag const& tag) {
  if (tag.raw_text) {
    if (unclosed_[tag.id]) return;
    auto const end = find_raw_end(html, at_, tag.name);
    if (end >= html.size()) {
      // A frame that is never closed must not swallow the rest; code must.
      if (tag.name == "iframe")
        unclosed_[tag.id] = true;
      else
        at_ = html.size();
      return;
    }
    read_token(html, end, token_);
    at_ = token_.end;
    return;
  }
  std::size_t depth = 1;
  while (depth > 0) {
    auto const markup = html.find('<', at_);
    if (markup == std::string_view::npos) {
      at_ = html.size();
      return;
    }
    read_token(html, markup, token_);
    at_ = token_.end;
    if (!text::equals_ignoring_case(without_prefix(token_.name), tag.name)) continue;
    if (token_.kind == HtmlTokenKind::start) ++depth;
    if (token_.kind == HtmlTokenKind::end) --depth;
  }
}

void Sanitizer::write_start(Tag const& tag) {
  out_ += '<';
  out_.append(tag.name);
  auto const lazy_source = tag.name == "img" ? lazy_source_of(token_) : std::string_view();
  bool has_source = false;
  for (std::size_t i = 0; i < token_.attribute_count; ++i) {
    auto const& attribute = token_.attributes[i];
    auto const rule = attribute_rule(attribute.name);
    if (rule == AttributeRule::drop || is_repeated(i)) continue;
    bool const is_data =
        rule == AttributeRule::media && text::starts_with_ignoring_case(attribute.value, "data:");
    if (is_data && (!lazy_source.empty() || attribute.value.size() > data_bytes_max)) continue;
    auto const before = out_.size();
    write_attribute(text::lower(attribute.name), attribute.value, rule);
    if (rule == AttributeRule::media && out_.size() != before) has_source = true;
  }
  if (!has_source && !lazy_source.empty()) write_url("src", lazy_source, text::UrlUse::media);
  out_ += '>';
}

void Sanitizer::write_attribute(std::string_view name, std::string_view value, AttributeRule rule) {
  switch (rule) {
    case AttributeRule::drop: return;
    case AttributeRule::link: return write_url(name, value, text::UrlUse::link);
    case AttributeRule::media: return write_url(name, value, text::UrlUse::media);
    case AttributeRule::srcset: return write_srcset(value);
    case AttributeRule::number: {
      constexpr std::size_t number_bytes_max = 8;
      value = text::trim(value);
      if (value.empty() || value.size() > number_bytes_max ||
          value.find_first_not_of("0123456789.px%-") != std::string_view::npos)
        return;
      break;
    }
    case AttributeRule::text: break;
  }
  out_ += ' ';
  out_.append(name).append("=\"");
  // References stay as they are; only what would end the value or look like markup is escaped.
  constexpr text::ByteSet ends_value("\"<>");
  if (!ends_value.is_in(value)) {
    out_.append(value);
  } else {
    text::append_escaped(out_, text::decode_entities(value, EntityContext::attribute),
                         EntityContext::attribute);
  }
  out_ += '"';
}

void Sanitizer::write_url(std::string_view name, std::string_view value, text::UrlUse use) {
  constexpr text::ByteSet not_plain("\"<> \t\r\n\\");
  bool const plain_web = (value.starts_with("https://") || value.starts_with("http://")) &&
                         !not_plain.is_in(value) && value.find("/.") == std::string_view::npos;
  if (!plain_web) {
    auto const decoded = text::decode_entities(value, EntityContext::attribute);
    if (!text::is_allowed_url(decoded, use)) return;
    url_ = text::resolve_url(decoded, options_.base_url);
    if (!text::is_allowed_url(url_, use) || !may_grow(value.size(), url_.size())) return;
  }
  out_ += ' ';
  out_.append(name).append("=\"");
  if (plain_web)
    out_.append(value);
  else
    text::append_escaped(out_, url_, EntityContext::attribute);
  out_ += '"';
}

void Sanitizer::write_srcset(std::string_view value) {
  auto const decoded = text::decode_entities(value, EntityContext::attribute);
  std::string list;
  for (std::size_t at = 0; at < decoded.size();) {
    while (at < decoded.size() && (text::is_space(decoded[at]) || decoded[at] == ',')) ++at;
    auto const url_at = at;
    while (at < decoded.size() && !text::is_space(decoded[at])) ++at;
    std::string_view url(decoded.data() + url_at, at - url_at);
    bool const no_descriptor = url.ends_with(',');
    while (url.ends_with(',')) url.remove_suffix(1);
    auto const descriptor_at = at;
    if (!no_descriptor)
      while (at < decoded.size() && decoded[at] != ',') ++at;
    auto const descriptor = text::trim(std::string_view(decoded.data() + descriptor_at, at - descriptor_at));
    if (url.empty() || !text::is_allowed_url(url, text::UrlUse::media)) continue;
    auto const address = text::resolve_url(url, options_.base_url);
    if (address.empty() || !text::is_allowed_url(address, text::UrlUse::media) ||
        !may_grow(url.size(), address.size()))
      continue;
    if (!list.empty()) list += ", ";
    list += address;
    if (!descriptor.empty()) list.append(" ").append(descriptor);
  }
  if (list.empty()) return;
  out_.append(" srcset=\"");
  text::append_escaped(out_, list, EntityContext::attribute);
  out_ += '"';
}

void Sanitizer::open(Tag const& tag) {
  open_.push_back(&tag);
  ++open_count_[tag.id];
}

void Sanitizer::pop() {
  auto const& tag = *open_.back();
  open_.pop_back();
  assert(open_count_[tag.id] > 0);
  --open_count_[tag.id];
  out_.append("</").append(tag.name).append(">");
}

// Of attributes of one name the first counts, as in browsers.
bool Sanitizer::is_repeated(std::size_t attribute) const noexcept {
  auto const name = token_.attributes[attribute].name;
  for (std::size_t i = 0; i < attribute; ++i)
    if (text::equals_ignoring_case(token_.attributes[i].name, name)) return true;
  return false;
}

// A picture of at most one by one pixel counts readers, it does not show them anything.
bool Sanitizer::is_tracking_pixel() const noexcept {
  auto const tiny = [](std::string_view value) {
    value = text::trim(value);
    return value == "0" || value == "1" || value == "0px" || value == "1px";
  };
  return tiny(token_.attribute("width")) && tiny(token_.attribute("height"));
}

// What addresses gain through the base, over the whole text.
bool Sanitizer::may_grow(std::size_t from, std::size_t to) noexcept {
  if (to <= from) return true;
  if (to - from > growth_left_) return false;
  growth_left_ -= to - from;
  return true;
}

bool Sanitizer::is_known_player() {
  auto const source = text::decode_entities(text::trim(token_.attribute("src")), EntityContext::attribute);
  return text::is_allowed_url(source, text::UrlUse::media) && is_embed_host(text::host_of(source));
}

}  // namespace

bool may_hold_markup(std::string_view html) noexcept { return html.find('<') != std::string_view::npos; }

void append_sanitized(std::string& out, std::string_view html, SanitizeOptions const& options) {
  if (!may_hold_markup(html)) {
    out.append(html);
    return;
  }
  Sanitizer(out, options).run(html);
}

std::string sanitize_html(std::string_view html, std::string_view base_url) {
  SanitizeOptions options;
  options.base_url = base_url;
  std::string out;
  out.reserve(html.size() + html.size() / 8);
  append_sanitized(out, html, options);
  return out;
}

}  // namespace newsfold::clean
