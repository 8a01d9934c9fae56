#include "feeds/fetch/server_verification.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace newsfold::fetch {

namespace {

constexpr auto read_again_after = std::chrono::hours(24);
constexpr auto try_again_after = std::chrono::minutes(10);

// "*.b.example" for "a_1.b.example", else "". OpenSSL lets a certificate's "*" stand for no label with an
// underscore, and such hosts have no other certificates: authorities may not name them. Its "*" does stand
// for itself.
std::string wildcard_for(std::string_view host) {
  auto const dot = host.find('.');
  if (dot == std::string_view::npos || host.substr(0, dot).find('_') == std::string_view::npos) return {};
  auto const rest = host.substr(dot);
  return std::ranges::count(rest, '.') < 2 ? std::string() : '*' + std::string(rest);  // not "*.example"
}

// Whether certificates must name `host` from now on.
bool expect(X509_VERIFY_PARAM* parameters, std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.remove_suffix(1);  // certificates name hosts without it (RFC 6066, 3)
  if (host.empty() || host.starts_with('.')) return false;  // to OpenSSL, ".example" is any host below it
  std::string const name(host);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str())) return true;
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (!X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size())) return false;
  auto const wildcard = wildcard_for(name);
  return wildcard.empty() || X509_VERIFY_PARAM_add1_host(parameters, wildcard.data(), wildcard.size());
}

}  // namespace

ServerVerification::Authorities ServerVerification::read(std::string const& ca_file) {
  Authorities authorities(X509_STORE_new());
  if (!authorities || !X509_STORE_load_file(authorities.get(), ca_file.c_str())) {
    ERR_clear_error();
    return nullptr;
  }
  X509_STORE_set_flags(authorities.get(), X509_V_FLAG_PARTIAL_CHAIN);  // an intermediate authority is enough
  return authorities;
}

void ServerVerification::read_when_due(Clock::time_point now) {
  if (authorities_ && now < read_again_) return;
  auto again = read(ca_file_);
  read_again_ = now + (again ? read_again_after : try_again_after);
  if (again) authorities_ = std::move(again);
}

ServerVerification::Prepared ServerVerification::prepare(SSL_CTX* context, std::string_view host,
                                                         Clock::time_point now) {
  read_when_due(now);
  if (!authorities_) return Prepared::no_authorities;
  if (!expect(SSL_CTX_get0_param(context), host)) return Prepared::no_host;
  SSL_CTX_set1_cert_store(context, authorities_.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return Prepared::yes;
}

}  // namespace newsfold::fetch
