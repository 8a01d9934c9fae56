#pragma once
// How the commands talk to a running daemon: blocking HTTP over its Unix socket, or to a URL.

#include "feeds/model/error.h"

#include <functional>
#include <string>
#include <string_view>

namespace newsfold {

struct ApiAddress {
  std::string socket;  // a Unix socket's path; used where `url` is empty
  std::string url;     // "http://127.0.0.1:8480"
  std::string token_file;
  std::string ca_file = {};  // certificates to trust for https; empty: the system's

  // --socket or --url as given, else $NEWSFOLD_SOCKET, else $RUNTIME_DIRECTORY/newsfold.sock, else
  // /run/newsfold/newsfold.sock.
  static ApiAddress with_defaults(ApiAddress given);
  std::string name() const;  // for messages
};

struct ApiAnswer {
  long status = 0;
  std::string body;
};

class ApiClient {
 public:
  explicit ApiClient(ApiAddress address) : address_(std::move(address)) {}

  // Any status is an answer. Fails with `unreachable` where no daemon answers, with `refused` where
  // this user may not ask; the message says what to do.
  Result<ApiAnswer> get(std::string_view target) const;
  Result<ApiAnswer> send(std::string_view method, std::string_view target, std::string_view body) const;
  // The same for what may take minutes without a byte: a backup, a verification.
  Result<ApiAnswer> send_and_wait(std::string_view method, std::string_view target,
                                  std::string_view body) const;

  // The lines of an NDJSON stream, until it ends or `on_line` returns false (then the answer is a success).
  // A status other than 200 is an answer whose body was read instead.
  using OnLine = std::function<bool(std::string_view line)>;
  Result<ApiAnswer> stream(std::string_view target, OnLine const& on_line) const;

 private:
  ApiAddress address_;
};

// What an answer that is no success says: error.message, or the status.
Error error_of(ApiAnswer const& answer);

// For a path segment or a query value.
std::string percent_encoded(std::string_view text);

}  // namespace newsfold
