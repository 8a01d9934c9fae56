#include "daemon/api/access.h"

#include "feeds/text/ascii.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace newsfold::api {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

Digest digest_of(std::string_view text) {
  Digest out{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr);
  return out;
}

// Takes as long for a wrong token as for the right one: digests have one size, and all tokens are compared.
bool is_one_of(std::string_view token, std::vector<Secret> const& secrets) {
  auto const given = digest_of(token);
  bool found = false;
  for (auto const& secret : secrets) {
    auto const known = digest_of(secret.reveal());
    found |= !secret.empty() && CRYPTO_memcmp(given.data(), known.data(), given.size()) == 0;
  }
  return found;
}

// The token of "Bearer TOKEN"; the scheme's case does not matter.
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() < scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if (text::to_lower(header[i]) != scheme[i]) return {};
  header.remove_prefix(scheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

std::string_view without_scheme(std::string_view url) {
  auto const at = url.find("://");
  if (at != std::string_view::npos) url.remove_prefix(at + 3);
  return url.substr(0, url.find('/'));
}

bool is_address(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code failure;
  boost::asio::ip::make_address(std::string(host), failure);
  return !failure;
}

Reply refused(std::string message) { return error_reply({ErrorCode::refused, std::move(message)}); }

}  // namespace

std::string host_without_port(std::string_view host) {
  std::string out(host.starts_with('[') ? host.substr(0, host.find(']') + 1)
                                        : host.substr(0, host.find(':')));
  std::transform(out.begin(), out.end(), out.begin(), text::to_lower);
  return out;
}

void Access::set_tokens(std::vector<Secret> read, std::vector<Secret> admin) {
  rules_.read_tokens = std::move(read);
  rules_.admin_tokens = std::move(admin);
}

// Addresses cannot be rebound: a page that is served from one came from us.
bool Access::knows_host(std::string_view header) const {
  auto const host = host_without_port(header);
  if (host.empty()) return false;
  if (host == "localhost" || is_address(host)) return true;
  if (!rules_.public_url.empty() && host == host_without_port(without_scheme(rules_.public_url))) return true;
  return std::any_of(rules_.allowed_hosts.begin(), rules_.allowed_hosts.end(),
                     [&](std::string const& known) { return host_without_port(known) == host; });
}

bool Access::may_read_from(std::string_view origin) const {
  return std::any_of(rules_.cors_origins.begin(), rules_.cors_origins.end(),
                     [&](std::string const& known) { return known == "*" || known == origin; });
}

Access::Verdict Access::judge(Caller const& caller, Scope scope) const {
  Verdict verdict;
  verdict.admin = caller.is_local;
  if (caller.is_local) return verdict;
  if (!knows_host(caller.host)) {
    verdict.refusal = refused("this server is not called \"" + host_without_port(caller.host) +
                              "\"; set http.allowed_hosts or http.public_url");
    return verdict;
  }
  auto const token = bearer_token(caller.authorization);
  verdict.admin = is_one_of(token, rules_.admin_tokens);
  bool const may_read = rules_.read_tokens.empty() || verdict.admin || is_one_of(token, rules_.read_tokens);
  if (!may_read && scope != Scope::open) {
    verdict.refusal = refused("a token is needed: Authorization: Bearer TOKEN");
    verdict.refusal->status = 401;
    verdict.refusal->headers.emplace_back("WWW-Authenticate", "Bearer");
  } else if (scope == Scope::admin && !verdict.admin) {
    verdict.refusal = refused("this changes something: use the Unix socket or the admin token");
  }
  return verdict;
}

bool Access::foreign(Caller const& caller) const {
  if (caller.origin.empty() || caller.is_local) return false;
  return without_scheme(caller.origin) != caller.host && !may_read_from(caller.origin);
}

void Access::allow_origin(std::string_view origin, Reply& reply) const {
  if (!cors()) return;
  reply.headers.emplace_back("Vary", "Origin");
  if (origin.empty() || !may_read_from(origin)) return;
  reply.headers.emplace_back("Access-Control-Allow-Origin", origin);
}

}  // namespace newsfold::api
