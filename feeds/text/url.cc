#include "feeds/text/url.h"

#include "feeds/text/ascii.h"

#include <algorithm>

namespace newsfold::text {

namespace {

// RFC 3986 appendix B.
struct Parts {
  std::string_view scheme;
  bool has_authority = false;
  std::string_view authority;
  std::string_view path;
  bool has_query = false;
  std::string_view query;
  bool has_fragment = false;
  std::string_view fragment;
};

Parts split(std::string_view url) noexcept {
  Parts p;
  p.scheme = scheme_of(url);
  if (!p.scheme.empty()) url.remove_prefix(p.scheme.size() + 1);
  if (auto const hash = url.find('#'); hash != std::string_view::npos) {
    p.has_fragment = true;
    p.fragment = url.substr(hash + 1);
    url = url.substr(0, hash);
  }
  if (auto const mark = url.find('?'); mark != std::string_view::npos) {
    p.has_query = true;
    p.query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  if (url.starts_with("//")) {
    p.has_authority = true;
    url.remove_prefix(2);
    auto const end = std::min(url.find('/'), url.size());
    p.authority = url.substr(0, end);
    url.remove_prefix(end);
  }
  p.path = url;
  return p;
}

// RFC 3986 section 5.2.4, without its quadratic text surgery.
std::string remove_dot_segments(std::string_view path) {
  if (path.find("./") == std::string_view::npos && !path.ends_with("/.") && !path.ends_with("/.."))
    return std::string(path);
  bool const absolute = path.starts_with('/');
  std::string out;
  std::size_t at = absolute ? 1 : 0;
  if (absolute) out = "/";
  for (;;) {
    auto const end = std::min(path.find('/', at), path.size());
    auto const segment = path.substr(at, end - at);
    bool const last = end == path.size();
    if (segment == "..") {
      // Up: drop the last segment, keep the leading slash.
      auto const keep = out.size() > 1 ? out.rfind('/', out.size() - 2) : std::string::npos;
      out.resize(keep == std::string::npos ? (absolute ? 1 : 0) : keep + 1);
    } else if (segment != ".") {
      out += segment;
      if (!last) out += '/';
    }
    if (last) break;
    at = end + 1;
  }
  return out;
}

constexpr ByteSet escaped_bytes(std::string_view(
    "\0\1\2\3\4\5\6\a\b\t\n\v\f\r\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37 \x7F\"<>`{}^", 41));
constexpr ByteSet not_in_urls(std::string_view(
    "\0\1\2\3\4\5\6\a\b\t\n\v\f\r\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37 \x7F\"<>`{}^\\", 42));

bool needs_escape(char c) noexcept { return escaped_bytes.has(c); }

// Line breaks and tabs go, what no URL has is escaped, backslashes of an http URL are slashes.
std::string clean(std::string_view reference) {
  reference = trim(reference);
  // Controls in front hide a scheme from us, but not from every reader.
  while (!reference.empty() && static_cast<unsigned char>(reference.front()) <= 0x20)
    reference.remove_prefix(1);
  if (!not_in_urls.is_in(reference)) return std::string(reference);
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(reference.size() + 16);
  bool const web = !reference.starts_with("data:") && !reference.starts_with("mailto:");
  bool in_path = true;
  // A host with blanks in it is no host, and escaping does not make it one: it stays as it is written.
  auto const slashes = scheme_of(reference).empty() ? std::string_view::npos : reference.find("://");
  auto const host_at = slashes == std::string_view::npos ? reference.size() : slashes + 3;
  auto const host_end = std::min(reference.find_first_of("/?#\\", host_at), reference.size());
  for (std::size_t i = 0; i < reference.size(); ++i) {
    char const c = reference[i];
    if (c == '\n' || c == '\r' || c == '\t') continue;
    if (i >= host_at && i < host_end && c == ' ') {
      out += c;
      continue;
    }
    if (c == '?' || c == '#') in_path = false;
    if (c == '\\' && web && in_path) {
      out += '/';
    } else if (needs_escape(c)) {
      out += '%';
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[c & 0xF];
    } else {
      out += c;
    }
  }
  return out;
}

std::string merge_paths(Parts const& base, std::string_view path) {
  if (base.has_authority && base.path.empty()) return "/" + std::string(path);
  auto const slash = base.path.rfind('/');
  std::string out(base.path.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  return out.append(path);
}

constexpr std::string_view link_schemes[] = {
    "http",    "https", "mailto", "tel",  "sms",  "ftp",  "ftps", "sftp",   "feed",   "magnet",  "irc",
    "ircs",    "xmpp",  "news",   "nntp", "sip",  "sips", "geo",  "webcal", "callto", "gopher",  "gemini",
    "bitcoin", "ed2k",  "git",    "ssh",  "svn",  "rtsp", "rtmp", "mms",    "aim",    "skype",   "matrix",
    "urn",     "tag",   "doi",    "info", "acct", "ipfs", "itms", "itpc",   "pcast",  "podcast", "spotify"};

bool contains_ignoring_case(auto const& schemes, std::string_view scheme) noexcept {
  return std::any_of(std::begin(schemes), std::end(schemes),
                     [&](std::string_view s) { return equals_ignoring_case(s, scheme); });
}

// Only pictures made of pixels: SVG runs scripts.
bool is_raster_data(std::string_view url) noexcept {
  for (std::string_view type : {"data:image/png", "data:image/gif", "data:image/jpeg", "data:image/jpg",
                                "data:image/webp", "data:image/avif"})
    if (starts_with_ignoring_case(url, type)) return true;
  return false;
}

}  // namespace

std::string_view scheme_of(std::string_view url) noexcept {
  if (url.empty() || !is_alpha(url.front())) return {};
  for (std::size_t i = 1; i < url.size(); ++i) {
    char const c = url[i];
    if (c == ':') return url.substr(0, i);
    if (!is_alnum(c) && c != '+' && c != '-' && c != '.') return {};
  }
  return {};
}

std::string_view host_of(std::string_view url) noexcept {
  auto host = split(url).authority;
  if (auto const at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.starts_with('[')) {
    auto const end = host.find(']');
    return end == std::string_view::npos ? std::string_view{} : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

std::string resolve_url(std::string_view reference, std::string_view base) {
  // Nine of ten: absolute, with nothing to clean.
  if ((reference.starts_with("https://") || reference.starts_with("http://")) && reference.size() > 8 &&
      reference[8] != '/' && !not_in_urls.is_in(reference) && reference.find("/.") == std::string_view::npos)
    return std::string(reference);
  auto cleaned = clean(reference);
  auto const r = split(cleaned);
  // "http:page" without slashes is a path for old browsers; "http:" alone is nothing to resolve.
  bool const web_scheme = equals_ignoring_case(r.scheme, "http") || equals_ignoring_case(r.scheme, "https");
  if (!r.scheme.empty() && (!web_scheme || r.has_authority)) {
    if (!web_scheme || (r.path.find("/.") == std::string_view::npos)) return cleaned;
    auto const path_at = std::size_t(r.path.data() - cleaned.data());
    return cleaned.substr(0, path_at) + remove_dot_segments(r.path) + cleaned.substr(path_at + r.path.size());
  }
  if (base.size() > base_bytes_max)
    base = base.substr(0, base.substr(0, base_bytes_max + 1).find_first_of("?#"));
  if (base.size() > base_bytes_max || cleaned.empty()) return cleaned;
  auto const b = split(base);
  if (b.scheme.empty()) return cleaned;
  if (!r.scheme.empty() && !equals_ignoring_case(r.scheme, b.scheme)) return cleaned;
  bool const hierarchical = b.has_authority || b.path.starts_with('/');
  if (!hierarchical) return cleaned;

  std::string out(b.scheme);
  out += ':';
  if (r.has_authority) {
    out.append("//").append(r.authority).append(remove_dot_segments(r.path));
  } else {
    if (b.has_authority) out.append("//").append(b.authority);
    if (r.path.empty())
      out.append(b.path);
    else if (r.path.starts_with('/'))
      out.append(remove_dot_segments(r.path));
    else
      out.append(remove_dot_segments(merge_paths(b, r.path)));
  }
  bool const keeps_query = !r.has_authority && r.path.empty() && !r.has_query;
  if (r.has_query)
    out.append("?").append(r.query);
  else if (keeps_query && b.has_query)
    out.append("?").append(b.query);
  if (r.has_fragment) out.append("#").append(r.fragment);
  return out;
}

bool is_allowed_url(std::string_view url, UrlUse use) noexcept {
  // Browsers drop tabs and line breaks anywhere and controls in front before they look for the scheme;
  // here the first characters are read the same way, into a buffer longer than any scheme.
  char head[32];
  std::size_t size = 0;
  for (char const c : url) {
    if (size == sizeof head) break;
    auto const u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u == 0x7F || u >= 0x80) continue;
    head[size++] = c;
  }
  std::string_view const seen(head, size);
  auto const colon = seen.find(':');
  if (colon == std::string_view::npos || seen.find_first_of("/?#") < colon) {
    // An escape cannot make a scheme, but readers that decode too early exist: "javascript&#58;" and
    // "javascript%3a" at the start are nobody's relative path.
    return !starts_with_ignoring_case(seen, "javascript&") &&
           !starts_with_ignoring_case(seen, "javascript%3a");
  }
  auto const scheme = seen.substr(0, colon);
  if (use == UrlUse::media) {
    for (std::string_view s : {"http", "https", "ftp"})
      if (equals_ignoring_case(s, scheme)) return true;
    return is_raster_data(seen);
  }
  return contains_ignoring_case(link_schemes, scheme);
}

bool is_web_url(std::string_view url) noexcept {
  for (std::string_view start : {"http://", "https://"})
    if (starts_with_ignoring_case(url, start) && url.size() > start.size() && url[start.size()] != '/')
      return true;
  return false;
}

}  // namespace newsfold::text
