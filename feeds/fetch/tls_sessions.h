#pragma once
// TLS sessions, one a host, so that a poll an hour later resumes instead of negotiating anew. libcurl's
// own cache holds 5 to 8 sessions and walks them; at hundreds of hosts it helps nobody.
//
// They are kept as bytes, without the server's certificate: some 0.4 KB each instead of 3 to 20, and nothing
// to parse when one is offered. So a resumed connection shows no certificate, and whoever makes contexts
// must have them verified in the handshake (server_verification.h): only sessions of those are kept.
//
// A server says for how long it takes a session up again (RFC 8446 4.6.1, RFC 5077 3.3), and many say five
// minutes, where a feed is polled every fifteen. A session is offered, and kept, no longer than that; a day
// where TLS 1.2 leaves it unsaid. However often it is renewed, seven days after the certificate was shown, or
// when that expires, it is shown again.

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace newsfold::fetch {

class TlsSessions {
 public:
  // `now`: seconds of the wall clock, as OpenSSL counts them.
  explicit TlsSessions(
      std::size_t sessions_max, std::function<std::time_t()> now = [] { return std::time(nullptr); })
      : sessions_max_(sessions_max), now_(std::move(now)) {}
  TlsSessions(TlsSessions const&) = delete;
  TlsSessions& operator=(TlsSessions const&) = delete;

  // Call when libcurl has set up the context of a connection to `peer` ("host:port"): handshakes of it
  // offer the kept session, and new sessions are kept. The context must not outlive *this.
  void attach(SSL_CTX* context, std::string_view peer);
  // Call when a handshake with `peer` failed: what it was offered may be why (RFC 8446, 6.2).
  void forget(std::string const& peer) { sessions_.erase(peer); }

  std::uint64_t resumed() const noexcept { return resumed_; }
  std::size_t size() const noexcept { return sessions_.size(); }

 private:
  struct Kept {
    std::time_t until = 0;
    std::time_t shown_until = 0;  // of it and all that renew it
    std::string der;
  };
  struct Attachment {
    TlsSessions* owner;
    std::string peer;
    std::time_t shown_until = 0;  // of the session that was offered
    bool served = false;          // servers send two tickets and more at once: the first is kept
  };
  static int context_index();
  static Attachment* attachment_of(SSL const* ssl);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);
  static void on_info(SSL const* ssl, int where, int value);
  void offer(SSL* ssl, Attachment& attachment);
  void keep(std::string const& peer, Kept session);
  void drop_old();

  std::size_t sessions_max_;
  std::function<std::time_t()> now_;
  std::unordered_map<std::string, Kept> sessions_;  // by peer
  std::size_t kept_since_drop_ = 0;
  std::uint64_t resumed_ = 0;
};

}  // namespace newsfold::fetch
