#include "feeds/parse/construct.h"

#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <charconv>

namespace newsfold::parse {

namespace {

using clean::Dialect;

std::string_view bounded(std::string_view text, MapContext const& context) noexcept {
  return text::utf8_prefix(text, context.limits.field_bytes_max);
}

bool has_markup(std::string_view text) noexcept {
  return text.find('<') != std::string_view::npos || text.find('&') != std::string_view::npos;
}

std::string decode_base64(std::string_view in) {
  std::string out;
  out.reserve(in.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (char const c : in) {
    int value = -1;
    if (c >= 'A' && c <= 'Z')
      value = c - 'A';
    else if (c >= 'a' && c <= 'z')
      value = c - 'a' + 26;
    else if (c >= '0' && c <= '9')
      value = c - '0' + 52;
    else if (c == '+' || c == '-')
      value = 62;
    else if (c == '/' || c == '_')
      value = 63;
    if (value < 0) continue;
    bits = bits << 6 | std::uint32_t(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += char(bits >> count & 0xFF);
  }
  return text::is_valid_utf8(out) ? out : text::mend_utf8(out);
}

bool is_base64(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_alnum(c) || c == '+' || c == '/' || c == '=' || text::is_space(c);
  });
}

// Text that stands in base64 under a media type; nothing for pictures and other bytes.
std::optional<std::string> decode_media(std::string_view text) {
  if (!is_base64(text)) return std::nullopt;
  auto decoded = decode_base64(text);
  auto const seen = text::survey_utf8(decoded);
  if (seen.has_controls || decoded.empty() || decoded.find("\xEF\xBF\xBD") != std::string::npos)
    return std::nullopt;
  return decoded;
}

bool is_html_type(std::string_view type) noexcept {
  return text::equals_ignoring_case(type, "html") || text::equals_ignoring_case(type, "text/html") ||
         text::starts_with_ignoring_case(type, "text/html;");
}
bool is_xhtml_type(std::string_view type) noexcept {
  return text::equals_ignoring_case(type, "xhtml") ||
         text::equals_ignoring_case(type, "application/xhtml+xml");
}
bool is_plain_type(std::string_view type) noexcept {
  return text::equals_ignoring_case(type, "text") || text::starts_with_ignoring_case(type, "text/plain");
}

// The content of an element of kind xhtml: the <div> that Atom wants around it is not part of the text.
std::string_view xhtml_inside(pugi::xml_node node, MapContext const& context) {
  return context.document.inner_markup(node);
}

void append_body(std::string& out, std::string_view html, std::string_view base, Dialect dialect,
                 MapContext const& context) {
  html = bounded(html, context);
  if (context.bodies == Bodies::keep) {
    out.append(html);
    return;
  }
  clean::SanitizeOptions options;
  options.base_url = base;
  options.dialect = dialect;
  out.reserve(html.size() + html.size() / 16);
  clean::append_sanitized(out, html, options);
}

}  // namespace

TextKind text_kind(pugi::xml_node node, MapContext const& context) {
  bool const nested = has_element_children(node);
  if (!node.first_attribute()) {
    if (nested) return TextKind::xhtml;
    return context.is_atom ? TextKind::plain : TextKind::html;
  }
  auto const type = attribute(node, "type");
  auto const mode = attribute(node, "mode");
  if (text::equals_ignoring_case(mode, "base64")) return TextKind::base64;
  if (nested) return TextKind::xhtml;
  if (is_html_type(type)) return TextKind::html;
  if (is_plain_type(type)) return TextKind::plain;
  if (is_xhtml_type(type)) return TextKind::html;  // escaped, against the rules
  if (text::equals_ignoring_case(mode, "escaped")) return TextKind::html;
  if (type.empty() || type.find('/') == std::string::npos)
    return context.is_atom ? TextKind::plain : TextKind::html;
  if (text::starts_with_ignoring_case(type, "text/")) return TextKind::plain;
  return context.is_atom ? TextKind::other : TextKind::html;
}

std::string base_of(pugi::xml_node node, std::string_view base) {
  for (auto const a : node.attributes()) {
    if (!text::equals_ignoring_case(a.name(), "xml:base")) continue;
    auto own = text::resolve_url(text::decode_entities(a.value(), text::EntityContext::attribute), base);
    if (own.size() <= text::base_bytes_max) return own;
  }
  return std::string(base);
}

std::string line_of(pugi::xml_node node, MapContext& context) {
  auto const kind = text_kind(node, context);
  if (kind == TextKind::xhtml)
    return clean::html_to_line(bounded(xhtml_inside(node, context), context), Dialect::xml);
  auto text = bounded(text_of(node, context.scratch), context);
  if (kind == TextKind::base64) return clean::html_to_line(decode_base64(text));
  if (kind == TextKind::other)
    if (auto const decoded = decode_media(text)) return clean::html_to_line(*decoded);
  if (kind == TextKind::plain || !has_markup(text)) return text::collapse_space(text);
  return clean::html_to_line(text);
}

std::string summary_of(pugi::xml_node node, MapContext& context) {
  auto const kind = text_kind(node, context);
  if (kind == TextKind::xhtml)
    return clean::html_to_text(bounded(xhtml_inside(node, context), context), Dialect::xml);
  auto text = bounded(text_of(node, context.scratch), context);
  if (kind == TextKind::base64) return clean::html_to_text(decode_base64(text));
  if (kind == TextKind::other)
    if (auto const decoded = decode_media(text)) return clean::html_to_text(*decoded);
  if (kind == TextKind::plain || !has_markup(text)) return std::string(text);
  return clean::html_to_text(text);
}

Body body_of(pugi::xml_node node, std::string_view base, MapContext& context) {
  Body body;
  switch (text_kind(node, context)) {
    case TextKind::plain: body.text = bounded(text_of(node, context.scratch), context); break;
    case TextKind::html:
      append_body(body.html, text_of(node, context.scratch), base, Dialect::html, context);
      break;
    case TextKind::xhtml:
      append_body(body.html, xhtml_inside(node, context), base, Dialect::xml, context);
      break;
    case TextKind::base64: {
      auto const decoded = decode_base64(text_of(node, context.scratch));
      auto const type = attribute(node, "type");
      if (is_plain_type(type))
        body.text = bounded(decoded, context);
      else
        append_body(body.html, decoded, base, Dialect::html, context);
      break;
    }
    case TextKind::other: {
      // RFC 4287 4.1.3.3: base64, unless it is plainly something else.
      auto const raw = text_of(node, context.scratch);
      auto const decoded = decode_media(raw);
      if (decoded)
        append_body(body.html, *decoded, base, Dialect::html, context);
      else if (!is_base64(raw))
        body.text = bounded(raw, context);
      break;
    }
  }
  return body;
}

std::string url_of(std::string_view reference, std::string_view base) {
  reference = text::trim(reference);
  if (reference.empty() || !text::is_allowed_url(reference, text::UrlUse::link)) return {};
  return text::resolve_url(reference, base);
}

std::string address_of(pugi::xml_node node, std::string_view base) {
  std::string url;
  bool has_elements = false;
  for (auto const inner : node.children()) {
    if (inner.type() != pugi::node_element) continue;
    has_elements = true;
    if (text::equals_ignoring_case(local_name(inner), "url")) url = text_of(inner);
  }
  for (std::string_view name : {"url", "href", "resource"})
    if (url.empty()) url = attribute(node, name);
  if (url.empty() && !has_elements) url = text_of(node);
  return url_of(url, base);
}

Author person_of_text(std::string_view raw) {
  Author author;
  auto text = text::trim(raw);
  auto const at_sign = text.find('@');
  if (at_sign == std::string_view::npos) {
    author.name = text::collapse_space(text);
    return author;
  }
  // The address is what touches the '@' without blanks or brackets; the rest is the name.
  constexpr std::string_view ends = " \t\r\n()<>[],;\"";
  auto begin = text.find_last_of(ends, at_sign);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  auto const end = std::min(text.find_first_of(ends, at_sign), text.size());
  auto email = text.substr(begin, end - begin);
  if (text::starts_with_ignoring_case(email, "mailto:")) email.remove_prefix(7);
  std::string name(text.substr(0, begin));
  name.append(" ").append(text.substr(end));
  std::erase_if(name, [](char c) {
    return c == '(' || c == ')' || c == '<' || c == '>' || c == '"' || c == '[' || c == ']';
  });
  author.name = text::collapse_space(name);
  while (!author.name.empty() &&
         (author.name.back() == ',' || author.name.back() == ':' || author.name.back() == '-'))
    author.name.pop_back();
  auto const at = email.find('@');
  if (at != std::string_view::npos && at > 0 && at + 1 < email.size())
    author.email = email;
  else
    author.name = text::collapse_space(text);
  return author;
}

Author person_of(pugi::xml_node node, std::string_view base, MapContext& context) {
  if (!has_element_children(node)) return person_of_text(line_of(node, context));
  Author author;
  auto const node_base = base_of(node, base);
  // RDF puts a Description around a person.
  auto inside = node;
  for (auto const child : node.children())
    if (child.type() == pugi::node_element &&
        (local_name(child) == "Description" || local_name(child) == "Person"))
      inside = child;
  bool known = false;
  for (auto const child : inside.children()) {
    if (child.type() != pugi::node_element) continue;
    auto const local = local_name(child);
    if (text::equals_ignoring_case(local, "name") || text::equals_ignoring_case(local, "value")) {
      known = true;
      author.name = line_of(child, context);
    } else if (text::equals_ignoring_case(local, "email")) {
      known = true;
      author.email = text_of(child);
      if (text::starts_with_ignoring_case(author.email, "mailto:")) author.email.erase(0, 7);
    } else if (text::equals_ignoring_case(local, "uri") || text::equals_ignoring_case(local, "url") ||
               text::equals_ignoring_case(local, "homepage") || text::equals_ignoring_case(local, "link")) {
      known = true;
      author.url = url_of(text_of(child), base_of(child, node_base));
    } else if (text::equals_ignoring_case(local, "image")) {
      author.avatar = url_of(attribute(child, "src"), node_base);
    }
  }
  if (!known) return person_of_text(line_of(node, context));
  // Some write the address into the name.
  if (author.email.empty() && author.name.find('@') != std::string::npos) {
    auto const split = person_of_text(author.name);
    author.email = split.email;
    author.name = split.name;
  }
  return author;
}

Author podcast_person_of(pugi::xml_node node, std::string_view base, MapContext& context) {
  auto author = person_of_text(line_of(node, context));
  author.url = url_of(attribute(node, "href"), base);
  author.avatar = url_of(attribute(node, "img"), base);
  return author;
}

std::string itunes_category_of(pugi::xml_node node) {
  auto text = attribute(node, "text");
  return text.empty() ? text_of(node) : text;
}

void add_author(std::vector<Author>& authors, Author author) {
  constexpr std::size_t authors_max = 64;
  if (author.name.empty() && author.email.empty() && author.url.empty()) return;
  for (auto& known : authors) {
    bool const same_name = !author.name.empty() && known.name == author.name;
    bool const same_email =
        !author.email.empty() && known.email == author.email && (known.name.empty() || author.name.empty());
    if (!same_name && !same_email) continue;
    if (known.name.empty()) known.name = std::move(author.name);
    if (known.email.empty()) known.email = std::move(author.email);
    if (known.url.empty()) known.url = std::move(author.url);
    if (known.avatar.empty()) known.avatar = std::move(author.avatar);
    return;
  }
  if (authors.size() < authors_max) authors.push_back(std::move(author));
}

void inherit_authors(std::vector<Item>& items, std::vector<Author> const& authors, std::size_t bytes_max) {
  std::size_t bytes_each = 0;
  for (auto const& author : authors)
    bytes_each +=
        sizeof author + author.name.size() + author.url.size() + author.avatar.size() + author.email.size();
  for (auto& item : items) {
    if (!item.authors.empty()) continue;
    if (bytes_each > bytes_max) return;
    bytes_max -= bytes_each;
    item.authors = authors;
  }
}

void add_tag(std::vector<std::string>& tags, std::string_view tag) {
  constexpr std::size_t tags_max = 256;
  tag = text::trim(tag);
  if (tag.empty() || tags.size() >= tags_max) return;
  if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.emplace_back(tag);
}

void add_tags_by_comma(std::vector<std::string>& tags, std::string_view list) {
  while (!list.empty()) {
    auto const end = std::min(list.find(','), list.size());
    add_tag(tags, list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
  text = text::trim(text);
  std::uint64_t value = 0;
  auto const [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> explicit_of(std::string_view text) noexcept {
  text = text::trim(text);
  for (std::string_view yes : {"yes", "true", "explicit", "1"})
    if (text::equals_ignoring_case(text, yes)) return true;
  for (std::string_view no : {"no", "false", "clean", "0"})
    if (text::equals_ignoring_case(text, no)) return false;
  return std::nullopt;
}

}  // namespace newsfold::parse
