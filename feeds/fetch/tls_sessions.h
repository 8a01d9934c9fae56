#pragma once
// TLS sessions, one a host, so that a poll an hour later resumes instead of negotiating anew. libcurl's
// own cache holds 5 to 8 sessions and walks them; at hundreds of hosts it helps nobody.
//
// OpenSSL's object of a session has the host's certificate and its chain parsed: 20 KB and more. The first
// ones are kept so, 3 MB in all; those of further hosts as bytes, some 2 KB, which take 0.2 ms to read
// again. Most of these bytes are the certificate, and hosts of one platform or network share theirs: it is
// kept once.

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace newsfold::fetch {

class TlsSessions {
 public:
  // The first `objects_max` as objects.
  explicit TlsSessions(std::size_t sessions_max, std::size_t objects_max = 128)
      : sessions_max_(sessions_max), objects_max_(objects_max) {}
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
  };
  static int context_index();
  static Attachment* attachment_of(SSL const* ssl);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);
  static void on_info(SSL const* ssl, int where, int value);

  std::size_t sessions_max_;
  std::size_t objects_max_;
  struct Free {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using Object = std::unique_ptr<SSL_SESSION, Free>;
  using Certificate = std::shared_ptr<std::string const>;
  struct Kept {
    Object object;
    // Where there is no object: DER, whose middle is the certificate.
    std::string before;
    Certificate certificate;
    std::string after;
  };
  void keep_bytes(Kept& kept, SSL_SESSION* session);
  Certificate shared(std::string certificate);
  static Object read(Kept const& kept);

  std::unordered_map<std::string, Kept> sessions_;                                  // by peer
  std::unordered_map<std::size_t, std::weak_ptr<std::string const>> certificates_;  // by hash
  std::size_t objects_ = 0;
  std::uint64_t resumed_ = 0;
};

}  // namespace newsfold::fetch
