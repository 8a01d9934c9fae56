#include "feeds/dedup/identity.h"
#include "feeds/text/ascii.h"
#include "feeds/text/url.h"

#include <algorithm>
#include <cstdlib>

namespace newsfold::dedup {

namespace {

constexpr std::size_t url_bytes_max = 8192;  // longer ones are compared as they are
constexpr int wrappers_max = 3;              // a wrapper inside a wrapper inside a wrapper

// Parameters that say where a reader came from, not what is read. A name ending in * is a prefix.
constexpr std::string_view tracking_parameters[] = {
    "utm_*",
    "mc_*",
    "pk_*",
    "piwik_*",
    "mtm_*",
    "hsa_*",
    "_hs*",
    "at_*",
    "ga_*",
    "itm_*",
    "wt_*",
    "cm_*",
    "xtor",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "li_fat_id",
    "mkt_tok",
    "_ga",
    "_gl",
    "ocid",
    "cmpid",
    "cmp",
    "ncid",
    "icid",
    "intcmp",
    "mbid",
    "smid",
    "smtyp",
    "smprod",
    "sr_share",
    "partner",
    "rss",
    "rssfeed",
    "ref_src",
    "ref_url",
    "referrer",
    "referer",
    "source_id",
    "spm",
    "share",
    "shared",
    "s_cid",
    "s_kwcid",
    "ito",
    "ns_mchannel",
    "ns_campaign",
    "ns_source",
    "ns_linkname",
    "ns_fee",
    "wtrid",
    "sref",
    "soc_src",
    "soc_trk",
    "guccounter",
    "guce_*",
    "echobox",
    "taid",
    "ftag",
    "cmpfeed",
    "feedname",
    "feedtype",
    "kmi_*",
    "traffic_source",
    "fb_action_ids",
    "fb_action_types",
    "fb_source",
    "__twitter_impression",
    "vero_id",
    "vero_conv",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "wickedid",
    "maca",
    "wprov",
    "src",
    "ref",
    "campaign_id",
    "campaign",
    "medium",
    "amp_*",
    "usqp",
};

// Parameters and path parts that name a visit.
constexpr std::string_view session_parameters[] = {
    "phpsessid",     "jsessionid", "sid",         "sessionid", "session_id", "session",
    "aspsessionid*", "cfid",       "cftoken",     "zenid",     "osc_sid",    "s",
    "timestamp",     "nocache",    "cachebuster", "_",         "rnd",        "random",
};

// Where a redirecting wrapper keeps the address: host suffix, path prefix, parameter.
struct Wrapper {
  std::string_view host;
  std::string_view path;
  std::string_view parameter;
};
constexpr Wrapper wrappers[] = {
    {"google.com", "/url", "q"},
    {"google.com", "/url", "url"},
    {"news.google.com", "/news/url", "url"},
    {"l.facebook.com", "/l.php", "u"},
    {"facebook.com", "/l.php", "u"},
    {"t.umblr.com", "/redirect", "z"},
    {"out.reddit.com", "", "url"},
    {"youtube.com", "/redirect", "q"},
    {"getpocket.com", "/redirect", "url"},
    {"exit.sc", "", "url"},
    {"steamcommunity.com", "/linkfilter", "url"},
    {"bing.com", "/news/apiclick.aspx", "url"},
    {"vk.com", "/away.php", "to"},
    {"medium.com", "/r/", "url"},
};

constexpr std::string_view index_files[] = {"index.html", "index.htm",   "index.php",    "index.shtml",
                                            "index.asp",  "index.aspx",  "default.aspx", "default.htm",
                                            "index.jsp",  "default.asp", "index.cfm"};

bool matches(std::string_view name, std::string_view pattern) {
  if (!pattern.empty() && pattern.back() == '*')
    return text::starts_with_ignoring_case(name, pattern.substr(0, pattern.size() - 1));
  return text::equals_ignoring_case(name, pattern);
}

template <std::size_t N>
bool any_matches(std::string_view name, std::string_view const (&patterns)[N]) {
  return std::any_of(std::begin(patterns), std::end(patterns), [&](auto p) { return matches(name, p); });
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Decode { unreserved, everything };

bool is_unreserved(char c) noexcept {
  return text::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// RFC 3986 6.2.2: what need not be escaped is not, and what is has upper-case digits. A character that needs
// escaping and is not is escaped, so that "a b" is "a%20b".
std::string percent_normal(std::string_view part, Decode decode) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    char c = part[i];
    if (c == '%' && i + 2 < part.size() && hex_digit(part[i + 1]) >= 0 && hex_digit(part[i + 2]) >= 0) {
      c = char(hex_digit(part[i + 1]) * 16 + hex_digit(part[i + 2]));
      if (decode == Decode::everything || is_unreserved(c)) {
        out += c;
      } else {
        out += '%';
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
      }
      i += 2;
    } else if (c == ' ') {
      out += decode == Decode::everything ? " " : "%20";
    } else {
      out += c;
    }
  }
  return out;
}

struct Parts {
  std::string_view host;  // with port
  std::string_view path;
  std::string_view query;
};

Parts split(std::string_view url) {
  Parts parts;
  auto rest = url.substr(url.find("://") + 3);
  rest = rest.substr(0, rest.find('#'));
  auto const host_end = std::min(rest.find_first_of("/?\\"), rest.size());
  parts.host = rest.substr(0, host_end);
  if (auto const at = parts.host.rfind('@'); at != parts.host.npos) parts.host.remove_prefix(at + 1);
  rest.remove_prefix(host_end);
  auto const question = std::min(rest.find('?'), rest.size());
  parts.path = rest.substr(0, question);
  if (question < rest.size()) parts.query = rest.substr(question + 1);
  return parts;
}

bool is_front_door(std::string_view label) {
  if (label == "m" || label == "mobile" || label == "amp") return true;
  return label.starts_with("www") && (label.size() == 3 || (label.size() == 4 && text::is_digit(label[3])));
}

std::string normal_host(std::string_view host) {
  auto out = text::lower(host);
  for (std::string_view const port : {":80", ":443"})
    if (out.size() > port.size() && out.ends_with(port)) out.resize(out.size() - port.size());
  while (!out.empty() && out.back() == '.') out.pop_back();
  // www, www2, m, amp ... are one site's front doors.
  while (std::count(out.begin(), out.end(), '.') >= 2 &&
         is_front_door(std::string_view(out).substr(0, out.find('.'))))
    out.erase(0, out.find('.') + 1);
  return out;
}

// The forms in which AMP pages stand beside their article: /amp/a, /a/amp, /a.amp, /a.amp.html.
void drop_amp(std::vector<std::string>& segments) {
  if (segments.empty()) return;
  if (segments.size() > 1 && segments.back() == "amp")
    segments.pop_back();
  else if (segments.size() > 1 && segments.front() == "amp")
    segments.erase(segments.begin());
  auto& last = segments.back();
  for (std::string_view const ending : {".amp", ".amp.html"})
    if (last.size() > ending.size() && last.ends_with(ending)) last.erase(last.size() - ending.size(), 4);
}

std::string normal_path(std::string_view path) {
  std::vector<std::string> kept;
  while (!path.empty()) {
    auto const end = std::min(path.find_first_of("/\\"), path.size());
    auto segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    // ";jsessionid=..." and its like ride on a segment.
    if (auto const semicolon = segment.find(';'); semicolon != segment.npos) {
      auto const parameter = segment.substr(semicolon + 1);
      if (any_matches(parameter.substr(0, parameter.find('=')), session_parameters))
        segment = segment.substr(0, semicolon);
    }
    auto normal = percent_normal(segment, Decode::unreserved);
    if (normal.empty() || normal == ".") continue;
    if (normal == "..") {
      if (!kept.empty()) kept.pop_back();
      continue;
    }
    kept.push_back(std::move(normal));
  }
  if (!kept.empty() && any_matches(kept.back(), index_files)) kept.pop_back();
  drop_amp(kept);
  std::string out;
  for (auto const& segment : kept) out += '/' + segment;
  return out;
}

std::vector<std::string_view> parameters(std::string_view query) {
  std::vector<std::string_view> found;
  while (!query.empty()) {
    auto const end = std::min(query.find_first_of("&;"), query.size());
    auto parameter = query.substr(0, end);
    // "&amp;" that was escaped once too often.
    if (text::starts_with_ignoring_case(parameter, "amp;")) parameter.remove_prefix(4);
    if (!parameter.empty() && parameter != "amp") found.push_back(parameter);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return found;
}

// Session ids are long and drawn at random; "?s=12" and "?sid=7" name a page on many a small site.
bool looks_drawn_at_random(std::string_view value) {
  constexpr std::size_t random_chars_min = 9;
  return value.size() >= random_chars_min;
}

bool asks_for_amp(std::string_view name, std::string_view value) {
  auto const is = [](std::string_view one, std::string_view other) {
    return text::equals_ignoring_case(one, other);
  };
  if (is(name, "amp") || is(name, "_amp")) return value.empty() || value == "1" || is(value, "true");
  return (is(name, "output") || is(name, "outputType")) && is(value, "amp");
}

std::string normal_query(std::string_view query) {
  std::vector<std::string> kept;
  for (auto const parameter : parameters(query)) {
    auto const equals = std::min(parameter.find('='), parameter.size());
    auto const name = parameter.substr(0, equals);
    auto const value = parameter.substr(std::min(equals + 1, parameter.size()));
    if (any_matches(name, tracking_parameters) || asks_for_amp(name, value)) continue;
    if (any_matches(name, session_parameters) && (value.empty() || looks_drawn_at_random(value))) continue;
    auto normal = percent_normal(parameter, Decode::unreserved);
    if (normal.ends_with('=')) normal.pop_back();
    if (!normal.empty()) kept.push_back(std::move(normal));
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  std::string out;
  for (auto const& parameter : kept) out += (out.empty() ? '?' : '&') + parameter;
  return out;
}

bool host_is(std::string_view host, std::string_view suffix) {
  return host == suffix || (host.size() > suffix.size() && host.ends_with(suffix) &&
                            host[host.size() - suffix.size() - 1] == '.');
}

// The address of the article whose AMP page a cache serves: google.com/amp/s/HOST/...,
// X.cdn.ampproject.org/c/s/HOST/...
std::string behind_amp_cache(std::string_view host, std::string_view path) {
  bool const of_google = host_is(host, "google.com") && path.starts_with("/amp/");
  bool const of_project =
      host_is(host, "cdn.ampproject.org") && (path.starts_with("/c/") || path.starts_with("/v/"));
  if (!of_google && !of_project) return {};
  path.remove_prefix(of_google ? 5 : 3);
  bool const secure = path.starts_with("s/");
  if (secure) path.remove_prefix(2);
  if (path.substr(0, path.find('/')).find('.') == path.npos) return {};
  return (secure ? "https://" : "http://") + std::string(path);
}

// The address inside a redirecting wrapper; "" for any other.
std::string unwrapped(Parts const& parts) {
  auto const host = normal_host(parts.host);
  if (auto inner = behind_amp_cache(host, parts.path); !inner.empty()) {
    if (!parts.query.empty()) inner += '?' + std::string(parts.query);
    return inner;
  }
  for (auto const& wrapper : wrappers) {
    if (!host_is(host, wrapper.host) || !parts.path.starts_with(wrapper.path)) continue;
    for (auto const parameter : parameters(parts.query)) {
      auto const equals = parameter.find('=');
      if (equals == parameter.npos || parameter.substr(0, equals) != wrapper.parameter) continue;
      auto inner = percent_normal(parameter.substr(equals + 1), Decode::everything);
      if (text::is_web_url(inner)) return inner;
    }
  }
  return {};
}

}  // namespace

std::string identity_url(std::string_view url) {
  auto cleaned = text::resolve_url(text::trim(url), {});
  for (int i = 0;; ++i) {
    if (cleaned.size() > url_bytes_max || !text::is_web_url(cleaned)) return cleaned;
    auto inner = i < wrappers_max ? unwrapped(split(cleaned)) : std::string();
    if (inner.empty()) break;
    cleaned = std::move(inner);
  }
  auto const parts = split(cleaned);
  return normal_host(parts.host) + normal_path(parts.path) + normal_query(parts.query);
}

bool names_one_page(std::string_view identity_url) noexcept {
  auto const slash = identity_url.find_first_of("/?");
  return slash != identity_url.npos && slash + 1 < identity_url.size();
}

}  // namespace newsfold::dedup
