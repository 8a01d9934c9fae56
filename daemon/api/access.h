#pragma once
// Who may ask for what: tokens, the names we answer to, the web pages that may read. No sockets, no Beast.
//
// A page in a browser can send requests to 127.0.0.1 and can have any name of its own resolve to it (DNS
// rebinding): over TCP the Host must be an address or one of our names. A WebSocket is open to pages of all
// origins unless the server looks: foreign() does.

#include "daemon/api/http.h"
#include "daemon/api/route_table.h"
#include "feeds/model/secret.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::api {

struct AccessRules {
  std::vector<Secret> read_tokens;   // none: everyone who reaches us may read
  std::vector<Secret> admin_tokens;  // none: nobody changes anything over TCP
  std::string public_url;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> cors_origins;  // "https://news.example", "*"; none: CORS is off
};

struct Caller {
  bool is_local = false;           // came by the Unix socket, whose file mode has let them in
  std::string_view host;           // the header, port and all
  std::string_view authorization;  // the header
  std::string_view origin;         // the header; empty: not a page of another site
};

class Access {
 public:
  explicit Access(AccessRules rules) : rules_(std::move(rules)) {}

  // Those from now on, instead of the ones before.
  void set_tokens(std::vector<Secret> read, std::vector<Secret> admin);

  struct Verdict {
    bool admin = false;            // may change things
    std::optional<Reply> refusal;  // 401 or 403
  };
  Verdict judge(Caller const& caller, Scope scope) const;

  // A page of another site that was not given leave.
  bool foreign(Caller const& caller) const;
  // Where a page of `origin` may read: adds the headers that say so.
  void allow_origin(std::string_view origin, Reply& reply) const;
  bool cors() const noexcept { return !rules_.cors_origins.empty(); }

 private:
  bool knows_host(std::string_view host) const;
  bool may_read_from(std::string_view origin) const;

  AccessRules rules_;
};

// "[::1]:8480" -> "[::1]", "News.Example:80" -> "news.example"
std::string host_without_port(std::string_view host);

}  // namespace newsfold::api
