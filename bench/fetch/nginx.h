#pragma once
// nginx as a child on loopback, for the benchmarks of fetching: a page that answers 304, one that never ends,
// and a folder of feeds; plain and TLS, keeping connections or not.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace newsfold::bench {

inline constexpr char const* etag = "\"bench\"";
inline constexpr char const* ca_system = "/etc/ssl/certs/ca-certificates.crt";
inline constexpr int certificates = 100;  // for the hosts of feeds: each for as many names

// CPU seconds, user and system, of RUSAGE_SELF or RUSAGE_CHILDREN.
double cpu(int who);

class Nginx {
 public:
  Nginx();
  ~Nginx();
  Nginx(Nginx const&) = delete;
  Nginx& operator=(Nginx const&) = delete;

  bool up() const;
  std::string path(std::string const& name) const { return (dir_ / name).string(); }
  // Files below it are served at / of tls_feeds, with validators made from time and size.
  std::filesystem::path feeds() const { return dir_ / "feeds"; }

  // A name under its own registrable domain, for which tls_feeds has a certificate: number 0 to 9999. Takes
  // some seconds once: make_feed_certificates().
  static std::string host_of(int number);
  bool make_feed_certificates();
  // Answers by status since the start, of tls_feeds.
  struct Answers {
    std::uint64_t all = 0;
    std::uint64_t not_modified = 0;
  };
  Answers answers() const;

  std::uint16_t const plain_kept, plain_new;
  std::uint16_t const tls_kept, tls_new;  // TLS 1.2
  std::uint16_t const tls13_new;
  // TLS 1.2 and 1.3. The same feeds by a server that forgets TLS sessions after five minutes, as nginx and
  // Apache do unless told otherwise, and by one that takes them up for a day, as networks that stand before
  // many sites do.
  std::uint16_t const tls_feeds, tls_feeds_lasting;

 private:
  std::filesystem::path dir_;
  bool ready_ = false;
  pid_t pid_ = -1;
};

}  // namespace newsfold::bench
