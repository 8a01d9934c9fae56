#include "feeds/fetch/target.h"

#include <curl/curl.h>
#include <idn2.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace newsfold::fetch {

namespace {

constexpr std::size_t url_bytes_max = 8 * 1024;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::string part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

bool is_plain(std::string_view url) {
  return std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string to_show(std::string_view url) {
  std::string shown(url.substr(0, 200));
  // What stands before '@' may be a password.
  if (auto const at = shown.find('@'); at != std::string::npos) shown.erase(0, at + 1);
  return shown;
}

Error bad_url(std::string_view url, CURLUcode code) {
  auto const shown = to_show(url);
  if (code == CURLUE_UNSUPPORTED_SCHEME)
    return {ErrorCode::refused, "only http and https are fetched, not " + shown};
  return {ErrorCode::malformed, std::string("not a usable URL (") + curl_url_strerror(code) + "): " + shown};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Host and port as they stand there.
std::string_view authority_of(std::string_view url) {
  auto const begin = url.find("://");
  if (begin == url.npos) return {};
  url = url.substr(begin + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  return url.substr(url.rfind('@') + 1);
}

// "müller.example" to "xn--mller-kva.example" (IDNA 2008 by TR 46), as DNS and everybody else wants it. Not
// by libcurl, which takes the name for one of the process's locale.
Result<void> make_host_ascii(CURLU* url, std::string_view as_given) {
  auto const host = part(url, CURLUPART_HOST);
  char* text = nullptr;
  int const code = idn2_to_ascii_8z(host.c_str(), &text, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  std::unique_ptr<char, void (*)(void*)> const ascii(text, idn2_free);
  if (code != IDN2_OK)
    return Error{ErrorCode::malformed, "not a usable URL (its host is no name: " +
                                           std::string(idn2_strerror(code)) + "): " + to_show(as_given)};
  curl_url_set(url, CURLUPART_HOST, ascii.get(), 0);
  return {};
}

Result<Target> dissect(CURLU* url, std::string_view as_given) {
  Target target;
  target.scheme = part(url, CURLUPART_SCHEME);
  if (target.scheme != "http" && target.scheme != "https")
    return bad_url(as_given, CURLUE_UNSUPPORTED_SCHEME);
  bool const is_foreign = !is_ascii(part(url, CURLUPART_HOST));
  bool const as_is = !is_foreign && authority_of(as_given).find('%') == std::string_view::npos;
  if (is_foreign)
    if (auto const named = make_host_ascii(url, as_given); !named) return named.error();
  target.host = part(url, CURLUPART_HOST);
  for (char& c : target.host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  if (target.host.empty()) return bad_url(as_given, CURLUE_NO_HOST);
  auto const port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  target.user = part(url, CURLUPART_USER, CURLU_URLDECODE);
  target.password = part(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
  bool const has_fragment = as_given.find('#') != std::string_view::npos;
  bool const has_user = !target.user.empty() || !target.password.empty();
  if (is_plain(as_given) && as_given.starts_with("http") && !has_fragment && !has_user && as_is) {
    target.url = std::string(as_given);
  } else {
    curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);
    curl_url_set(url, CURLUPART_USER, nullptr, 0);
    curl_url_set(url, CURLUPART_PASSWORD, nullptr, 0);
    target.url = part(url, CURLUPART_URL);
  }
  return target;
}

// PATH_AS_IS: a server may tell /a/../b from /b; it is not for us to tidy up.
constexpr unsigned parse_flags = CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS;

}  // namespace

bool Target::host_is_address() const noexcept {
  return host.starts_with('[') ||
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

Result<Target> parse_target(std::string_view text) {
  if (text.size() > url_bytes_max) return Error{ErrorCode::malformed, "the URL is longer than 8 KiB"};
  Url const url(curl_url());
  if (auto const code = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), parse_flags))
    return bad_url(text, code);
  return dissect(url.get(), text);
}

std::string with_ascii_host(std::string url) {
  auto const authority = authority_of(url);
  if (is_ascii(authority) && authority.find('%') == authority.npos) return url;
  auto target = parse_target(url);
  return target ? std::move(target->url) : url;
}

Result<Target> follow(Target const& base, std::string_view location) {
  if (location.size() > url_bytes_max)
    return Error{ErrorCode::malformed, base.host + " redirects to a URL longer than 8 KiB"};
  Url const url(curl_url());
  curl_url_set(url.get(), CURLUPART_URL, base.url.c_str(), parse_flags);
  // Against a base, dot segments of a relative reference are resolved (RFC 3986 5.2.4), not kept.
  unsigned const flags = CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME;
  if (auto const code = curl_url_set(url.get(), CURLUPART_URL, std::string(location).c_str(), flags))
    return bad_url(location, code);
  auto target = dissect(url.get(), part(url.get(), CURLUPART_URL));
  if (target) {
    target->user.clear();
    target->password.clear();
  }
  return target;
}

bool may_keep_credentials(Target const& from, Target const& to) noexcept {
  if (from.host != to.host) return false;
  if (from.scheme == to.scheme) return from.port == to.port;
  return from.scheme == "http" && from.port == 80 && to.scheme == "https" && to.port == 443;
}

Result<void> check_proxy(std::string const& text) {
  auto const refused = [](std::string const& why) {
    return Error{ErrorCode::invalid,
                 "fetch.proxy: " + why + R"(; wanted is "http://HOST:PORT" or "socks5h://HOST:PORT")"};
  };
  Url const url(curl_url());
  if (auto const code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME))
    return refused(curl_url_strerror(code));
  auto const scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "socks5h") return refused(scheme + " is no kind of proxy that is used");
  if (part(url.get(), CURLUPART_PORT).empty()) return refused("it names no port");
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty())
    return refused("a user or a password in it cannot be used");
  return {};
}

}  // namespace newsfold::fetch
