#pragma once
// Whom a TLS connection talks to, checked by OpenSSL in the handshake (RFC 5280, RFC 9525): the server's
// certificate leads to an authority of the bundle, is in force and names the host. libcurl's own check wants
// to see the certificate again on resumption; ours ends with the handshake that made the session, which so
// need not carry it.
//
// Does not ask for revocation, and takes no common name for the name of a host. Not thread-safe.

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace newsfold::fetch {

class ServerVerification {
 public:
  using Clock = std::chrono::steady_clock;

  // `ca_file`: one PEM bundle, read at the first connection and again after a day. While it cannot be read
  // again, the authorities stay as they are, and each ten minutes it is tried.
  explicit ServerVerification(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  enum class Prepared : unsigned char { yes, no_authorities, no_host };
  // Handshakes of `context` fail unless the server proves to be `host`: a name, or an address (IPv6 in
  // brackets). After anything but `yes` the context must not be used.
  [[nodiscard]] Prepared prepare(SSL_CTX* context, std::string_view host,
                                 Clock::time_point now = Clock::now());

 private:
  struct Free {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  };
  using Authorities = std::unique_ptr<X509_STORE, Free>;
  static Authorities read(std::string const& ca_file);
  void read_when_due(Clock::time_point now);

  std::string ca_file_;
  Authorities authorities_;
  Clock::time_point read_again_{};
};

}  // namespace newsfold::fetch
