#include "bench/fetch/nginx.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

namespace newsfold::bench {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr int names_of_a_certificate = 100;

double seconds(timeval const& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
}

std::uint16_t free_port() {
  asio::io_context loop;
  asio::ip::tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

bool shell(std::string const& command) {
  return std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) == 0;
}

std::string certificate(std::string const& name, std::string const& hosts, std::string const& key,
                        std::string const& file) {
  return "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
         " -addext 'subjectAltName=" + hosts + "' -keyout " + key + " -out " + file;
}

}  // namespace

double cpu(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Nginx::Nginx()
    : plain_kept(free_port()),
      plain_new(free_port()),
      tls_kept(free_port()),
      tls_new(free_port()),
      tls13_new(free_port()),
      tls_feeds(free_port()),
      tls_feeds_lasting(free_port()),
      dir_(fs::temp_directory_path() / ("newsfold-bench-" + std::to_string(getpid()))) {
  fs::create_directories(dir_ / "logs");
  fs::create_directories(feeds());
  std::ofstream(dir_ / "slow") << std::string(1'000'000, 'x');
  ready_ = shell(certificate("bench", "DNS:*.bench.example", path("key.pem"), path("cert.pem"))) &&
           shell("cat " + std::string(ca_system) + " " + path("cert.pem") + " > " + path("all.pem"));
  std::ofstream conf(dir_ / "nginx.conf");
  conf << (getuid() == 0 ? "user root;\n" : "")
       << "worker_processes 1; worker_rlimit_nofile 20000; daemon off;\n"
       << "pid " << path("pid") << "; error_log /dev/null;\nevents { worker_connections 16000; }\n"
       << "http { access_log off; server_names_hash_bucket_size 128; keepalive_requests 1000000; "
          "ssl_session_tickets on; ssl_protocols TLSv1.2; types { application/rss+xml xml; } gzip on; "
          "gzip_types application/rss+xml;\n"
       << "log_format status '$status';\n"
       << "map $ssl_server_name $pair { default " << path("cert") << "; ~^h(?<group>[0-9][0-9])[0-9]*.feeds "
       << dir_.string() << "/h$group; }\n"
       << "ssl_session_cache shared:s:20m; ssl_certificate " << path("cert.pem") << "; ssl_certificate_key "
       << path("key.pem") << ";\n";
  auto const server = [&](std::uint16_t port, char const* kind, int keep, char const* protocols = "") {
    conf << "server { listen 127.0.0.1:" << port << kind << " backlog=8192; listen [::1]:" << port << kind
         << " backlog=8192; " << protocols << " keepalive_timeout " << keep << "; location / { "
         << "add_header ETag '" << etag << "' always; return 304; } location /slow { limit_rate 1; root "
         << dir_.string() << "; } }\n";
  };
  server(plain_kept, "", 75);
  server(plain_new, "", 0);
  server(tls_kept, " ssl", 75);
  server(tls_new, " ssl", 0);
  server(tls13_new, " ssl", 0, "ssl_protocols TLSv1.3;");
  for (auto const& [port, session_seconds] :
       {std::pair(tls_feeds, 5 * 60), std::pair(tls_feeds_lasting, 24 * 3600)})
    conf << "server { listen 127.0.0.1:" << port
         << " ssl backlog=8192; ssl_protocols TLSv1.2 TLSv1.3; keepalive_timeout 0; root " << feeds().string()
         << "; access_log " << path("feeds.log") << " status; ssl_session_timeout " << session_seconds
         << "; ssl_certificate $pair.pem; ssl_certificate_key $pair.key; }\n";
  conf << "}\n";
  conf.close();
  fs::copy_file(path("key.pem"), path("cert.key"));
  pid_ = fork();
  if (pid_ == 0) {
    execlp("nginx", "nginx", "-p", dir_.c_str(), "-c", path("nginx.conf").c_str(), nullptr);
    _exit(127);
  }
  for (int i = 0; i < 100 && !up(); ++i) std::this_thread::sleep_for(50ms);
}

Nginx::~Nginx() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  fs::remove_all(dir_);
}

bool Nginx::up() const {
  asio::io_context loop;
  asio::ip::tcp::socket socket(loop);
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), plain_kept}, error);
  return ready_ && !error;
}

std::string Nginx::host_of(int number) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "h%04d.feeds%04d.example", number, number);
  return name.data();
}

bool Nginx::make_feed_certificates() {
  // A command each: the names of all are more than one may be long.
  for (int group = 0; group < certificates; ++group) {
    std::array<char, 8> prefix{};
    std::snprintf(prefix.data(), prefix.size(), "h%02d", group);
    std::string names;
    for (int i = 0; i < names_of_a_certificate; ++i)
      names += (i > 0 ? ",DNS:" : "DNS:") + host_of(group * names_of_a_certificate + i);
    // A name of its own, as authorities have: of many by one name OpenSSL tries one after the other.
    std::string const name = prefix.data();
    if (!shell(certificate("bench-" + name, names, path(name + ".key"), path(name + ".pem")))) return false;
  }
  return shell("cat " + path("h??.pem") + " > " + path("feeds.pem"));
}

Nginx::Answers Nginx::answers() const {
  Answers out;
  std::ifstream log(path("feeds.log"));
  for (std::string line; std::getline(log, line);) {
    ++out.all;
    out.not_modified += line == "304" ? 1 : 0;
  }
  return out;
}

}  // namespace newsfold::bench
