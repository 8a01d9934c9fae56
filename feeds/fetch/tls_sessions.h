#pragma once
// TLS sessions, one a host, so that a poll an hour later resumes instead of negotiating anew. libcurl's
// own cache holds 5 to 8 sessions and walks them; at hundreds of hosts it helps nobody.
//
// OpenSSL's object of a session has the host's certificate and its chain parsed: 20 KB and more. The first
// ones are kept so, 3 MB in all; those of further hosts as bytes, some 2 KB, which take 0.2 ms to read
// again. Most of these bytes are the certificate, and hosts of one platform or network share theirs: it is
// kept once.
//
// A server says for how long it takes a session up again (RFC 8446 4.6.1, RFC 5077 3.3), and many say five
// minutes, where a feed is polled every fifteen. A session is offered, and kept, no longer than that; a day
// where TLS 1.2 leaves it unsaid.

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace newsfold::fetch {

class TlsSessions {
 public:
  // The first `objects_max` as objects. `now`: seconds, by OpenSSL's clock.
  explicit TlsSessions(
      std::size_t sessions_max, std::size_t objects_max = 128,
      std::function<std::time_t()> now = [] { return std::time(nullptr); })
      : sessions_max_(sessions_max), objects_max_(objects_max), now_(std::move(now)) {}
  TlsSessions(TlsSessions const&) = delete;
  TlsSessions& operator=(TlsSessions const&) = delete;

  // Call when libcurl has set up the context of a connection to `peer` ("host:port"): handshakes of it
  // offer the kept session, and new sessions are kept. The context must not outlive *this.
  void attach(SSL_CTX* context, std::string_view peer);

  std::uint64_t resumed() const noexcept { return resumed_; }
  std::size_t size() const noexcept { return sessions_.size(); }

 private:
  struct Attachment {
    TlsSessions* owner;
    std::string peer;
    bool served = false;  // servers send two tickets and more at once: the first is kept
  };
  static int context_index();
  static Attachment* attachment_of(SSL const* ssl);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);
  static void on_info(SSL const* ssl, int where, int value);

  struct Free {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using Object = std::unique_ptr<SSL_SESSION, Free>;
  using Certificate = std::shared_ptr<std::string const>;
  struct Kept {
    std::time_t until = 0;
    Object object;
    // Where there is no object: DER, whose middle is the certificate.
    std::string before;
    Certificate certificate;
    std::string after;
  };
  using Sessions = std::unordered_map<std::string, Kept>;  // by peer
  bool keep(std::string const& peer, SSL_SESSION* session, std::time_t until);
  Kept as_bytes(SSL_SESSION* session, std::time_t until);
  Sessions::iterator drop(Sessions::iterator at);
  void drop_old();
  Certificate shared(std::string certificate);
  static Object read(Kept const& kept);

  std::size_t sessions_max_;
  std::size_t objects_max_;
  std::function<std::time_t()> now_;
  Sessions sessions_;
  std::unordered_map<std::size_t, std::weak_ptr<std::string const>> certificates_;  // by hash
  std::size_t objects_ = 0;
  std::size_t kept_since_drop_ = 0;
  std::uint64_t resumed_ = 0;
};

}  // namespace newsfold::fetch
