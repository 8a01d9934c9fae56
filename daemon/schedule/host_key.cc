#include "daemon/schedule/host_key.h"

#include <libpsl.h>

#include <algorithm>

namespace newsfold::schedule {

namespace {

struct Authority {
  std::string_view scheme;
  std::string host_and_port;  // lower case
};

Authority authority_of(std::string_view url) {
  auto const scheme_end = url.find("://");
  if (scheme_end == url.npos) return {};
  auto rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (auto const at = rest.rfind('@'); at != rest.npos) rest = rest.substr(at + 1);
  Authority authority{url.substr(0, scheme_end), std::string(rest)};
  for (char& c : authority.host_and_port)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return authority;
}

bool is_address(std::string_view host) {
  return host.find(':') != host.npos ||
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace

std::string host_of(std::string_view url) {
  auto host = authority_of(url).host_and_port;
  if (host.starts_with('['))
    return host.substr(1, host.find(']') == host.npos ? host.npos : host.find(']') - 1);
  host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.pop_back();
  return host;
}

std::string host_key(std::string_view url) {
  auto const host = host_of(url);
  if (host.empty() || is_address(host)) return host;
  char const* const domain = psl_registrable_domain(psl_builtin(), host.c_str());
  return domain ? std::string(domain) : host;  // a public suffix itself, "localhost"
}

std::string origin_of(std::string_view url) {
  auto const authority = authority_of(url);
  return std::string(authority.scheme) + "://" + authority.host_and_port;
}

}  // namespace newsfold::schedule
