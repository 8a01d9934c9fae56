#pragma once
// Debian's nats-server with JetStream, on a port that the system picks, with its files in a directory of the
// test.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::nats {

class NatsServer {
 public:
  explicit NatsServer(std::filesystem::path directory);
  ~NatsServer();  // ends it
  NatsServer(NatsServer const&) = delete;
  NatsServer& operator=(NatsServer const&) = delete;

  static bool installed();
  void start();  // on the port that it had before, once it had one; returns when it takes connections
  void kill();   // SIGKILL
  std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

 private:
  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

struct StoredMessage {
  std::string subject;
  std::string id;
  std::string epoch;
  std::string content_type;
  std::string body;
};

// What a stream holds, in its order; read with the library's plain calls.
std::vector<StoredMessage> stored_in(std::string const& url, std::string const& stream);
// Stores one message under a subject, as another program would.
void publish_as_another(std::string const& url, std::string const& subject, std::string const& body);
// Makes a stream whose messages are few and small.
void make_stream(std::string const& url, std::string const& stream, std::string const& pattern);
void purge(std::string const& url, std::string const& stream);

}  // namespace newsfold::nats
