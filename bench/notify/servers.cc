#include "bench/notify/servers.h"

#include "daemon/api/server.h"
#include "daemon/runtime/clock.h"
#include "storage/store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace newsfold::bench {

namespace asio = boost::asio;

namespace {

std::string mark(std::uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "#%08u#", number);
  return text;
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint16_t free_port() {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

int connect_when_up(std::uint16_t port) {
  for (int tries = 0; tries < 200; ++tries) {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      int const on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return fd;
    }
    ::close(fd);
    ::usleep(25'000);
  }
  throw std::runtime_error("a server did not come up");
}

void send_all(int fd, std::string const& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    auto const sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("publishing failed");
    at += static_cast<std::size_t>(sent);
  }
}

pid_t spawn(std::vector<std::string> const& command, std::string const& log) {
  auto const child = ::fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  raise_descriptor_limit();
  if (std::freopen(log.c_str(), "w", stderr) == nullptr || std::freopen(log.c_str(), "a", stdout) == nullptr)
    std::_Exit(1);
  std::vector<char*> arguments;
  for (auto const& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  std::_Exit(127);
}

bool installed(std::string const& program) {
  for (auto const* folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/bin/"})
    if (::access((folder + program).c_str(), X_OK) == 0) return true;
  std::fprintf(stderr, "%s is not installed: no comparison with it\n", program.c_str());
  return false;
}

class Child : public Server {
 public:
  ~Child() override {
    if (publish_fd_ >= 0) ::close(publish_fd_);
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

 protected:
  int publish_fd_ = -1;
};

// ---- Ours ------------------------------------------------------------------------------------------

struct Order {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

constexpr std::size_t envelope_bytes = 290;  // of a feed event, but for its message

[[noreturn]] void run_newsfold(Shared& shared, std::string const& directory, int orders) {
  raise_descriptor_limit();
  storage::StoreOptions options;
  options.fresh_epoch = Epoch{1};
  auto opened = storage::Store::open(directory + "/store", options);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    std::_Exit(1);
  }
  auto& store = **opened;
  asio::io_context io(1);
  asio::thread_pool blocking(2);
  asio::thread_pool writer(1);
  SystemClock clock;
  notify::ChangeFeed changes(io.get_executor(), store.last_sequence());
  notify::StoreSubscriptions subscriptions(store, writer.get_executor());
  api::ApiOptions api;
  api.listen = "127.0.0.1:0";
  api::ApiServer server(io.get_executor(), blocking.get_executor(),
                        api::ApiParts{store, changes, subscriptions, clock, nullptr, {}, {}}, api);
  if (auto listening = server.listen(); !listening) {
    std::fprintf(stderr, "%s\n", listening.error().message.c_str());
    std::_Exit(1);
  }
  asio::co_spawn(io, server.run(), asio::detached);
  // As the daemon's writer does it: commit with a sync, then tell the loop.
  std::thread publisher([&] {
    for (Order order; ::read(orders, &order, sizeof order) == sizeof order;) {
      storage::FeedChange change;
      change.feed = FeedId{1};
      change.feed_name = "bench";
      for (std::uint32_t i = 0; i < order.count; ++i)
        change.notices.push_back({EventType::feed_failing,
                                  mark(order.first + i) + std::string(event_bytes - envelope_bytes - 10, 'x'),
                                  {},
                                  {}});
      auto report = store.commit(std::span(&change, 1), clock.now());
      if (!report) std::_Exit(1);
      auto const now = now_ns();
      for (std::uint32_t i = 0; i < order.count; ++i) shared.sent_at[order.first + i] = now;
      shared.committed += order.count;
      asio::post(io, [&changes, report = std::move(*report)] { changes.publish(report); });
    }
    std::_Exit(0);
  });
  shared.server_port = server.port();
  io.run();
  std::_Exit(0);
}

class Newsfold final : public Child {
 public:
  Newsfold(Shared& shared, std::string const& directory) {
    shared.server_port = 0;
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ends[1]);
      run_newsfold(shared, directory, ends[0]);
    }
    ::close(ends[0]);
    publish_fd_ = ends[1];
    while (shared.server_port == 0) ::usleep(1000);
    port_ = static_cast<std::uint16_t>(shared.server_port);
  }
  std::string name() const override { return "newsfold"; }
  void publish(std::uint32_t first, std::uint32_t count) override {
    Order const order{first, count};
    if (::write(publish_fd_, &order, sizeof order) != sizeof order) throw std::runtime_error("publish");
  }
  std::string hello() const override {
    return "GET /v1/changes?since=now HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
  }
  std::string ready() const override { return "event: bookmark"; }
};

// ---- nchan -----------------------------------------------------------------------------------------

class Nchan final : public Child {
 public:
  Nchan(Shared& shared, std::string const& directory) : shared_(shared) {
    port_ = free_port();
    std::ofstream(directory + "/nginx.conf")
        << "daemon off; master_process off; worker_rlimit_nofile 20000; pid " << directory
        << "/nginx.pid; error_log " << directory
        << "/nginx.log crit;\nload_module /usr/lib/nginx/modules/ngx_nchan_module.so;\n"
           "events { worker_connections 19000; use epoll; }\nhttp { access_log off; keepalive_requests "
           "1000000000;\n"
           "keepalive_timeout 3600s; nchan_shared_memory_size 256m; client_body_temp_path "
        << directory << "/body; proxy_temp_path " << directory << "/proxy; fastcgi_temp_path " << directory
        << "/fastcgi; uwsgi_temp_path " << directory << "/uwsgi; scgi_temp_path " << directory
        << "/scgi;\nserver { listen 127.0.0.1:" << port_
        << " backlog=4096 reuseport;\n location = /pub { nchan_publisher; nchan_channel_id news; "
           "nchan_message_buffer_length 2000; nchan_message_timeout 10m; }\n location = /sub { "
           "nchan_subscriber "
           "eventsource; nchan_channel_id news; nchan_subscriber_first_message newest; } } }\n";
    pid_ = spawn({"nginx", "-c", directory + "/nginx.conf", "-p", directory}, directory + "/nginx.out");
    publish_fd_ = connect_when_up(port_);
  }
  std::string name() const override { return "nchan"; }
  void publish(std::uint32_t first, std::uint32_t count) override {
    std::string requests;
    auto const now = now_ns();
    for (std::uint32_t i = 0; i < count; ++i) {
      shared_.sent_at[first + i] = now;
      auto const body = mark(first + i) + std::string(event_bytes - 10, 'x');
      requests += "POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    send_all(publish_fd_, requests);
    char scratch[65536];
    while (::recv(publish_fd_, scratch, sizeof scratch, MSG_DONTWAIT) > 0) {
    }
  }
  std::string hello() const override {
    return "GET /sub HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
  }
  std::string ready() const override { return "\r\n\r\n"; }

 private:
  Shared& shared_;
};

// ---- nats-server -----------------------------------------------------------------------------------

class Nats final : public Child {
 public:
  Nats(Shared& shared, std::string const& directory) : shared_(shared) {
    port_ = free_port();
    pid_ = spawn({"nats-server", "-a", "127.0.0.1", "-p", std::to_string(port_)}, directory + "/nats.out");
    publish_fd_ = connect_when_up(port_);
    send_all(publish_fd_, "CONNECT {\"verbose\":false}\r\n");
  }
  std::string name() const override { return "nats-server"; }
  void publish(std::uint32_t first, std::uint32_t count) override {
    std::string lines;
    auto const now = now_ns();
    for (std::uint32_t i = 0; i < count; ++i) {
      shared_.sent_at[first + i] = now;
      auto const body = mark(first + i) + std::string(event_bytes - 10, 'x');
      lines += "PUB news " + std::to_string(body.size()) + "\r\n" + body + "\r\n";
    }
    send_all(publish_fd_, lines);
    char scratch[65536];
    while (auto const got = ::recv(publish_fd_, scratch, sizeof scratch, MSG_DONTWAIT)) {
      if (got < 0) break;
      if (std::string_view(scratch, static_cast<std::size_t>(got)).find("PING") != std::string_view::npos)
        send_all(publish_fd_, "PONG\r\n");
    }
  }
  std::string hello() const override { return "CONNECT {\"verbose\":false}\r\nSUB news 1\r\nPING\r\n"; }
  std::string ready() const override { return "PONG\r\n"; }

 private:
  Shared& shared_;
};

}  // namespace

double Server::cpu_seconds() const {
  clockid_t id{};
  timespec spent{};
  if (clock_getcpuclockid(pid_, &id) != 0 || clock_gettime(id, &spent) != 0) return 0;
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

std::size_t Server::memory_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t pages = 0;
  std::size_t resident = 0;
  file >> pages >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::unique_ptr<Server> start_newsfold(Shared& shared, std::string const& directory) {
  return std::make_unique<Newsfold>(shared, directory);
}

std::unique_ptr<Server> start_nchan(Shared& shared, std::string const& directory) {
  if (!installed("nginx") || !std::filesystem::exists("/usr/lib/nginx/modules/ngx_nchan_module.so"))
    return nullptr;
  return std::make_unique<Nchan>(shared, directory);
}

std::unique_ptr<Server> start_nats(Shared& shared, std::string const& directory) {
  if (!installed("nats-server")) return nullptr;
  return std::make_unique<Nats>(shared, directory);
}

}  // namespace newsfold::bench
