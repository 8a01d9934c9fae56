// newsfold-demo-origin: the demo world on a loopback port, for `./dev run --demo` and the e2e tests.

#include "tests/origin/demo_world.h"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>

namespace {

using namespace newsfold;
using namespace newsfold::origin;

struct Options {
  std::uint16_t port = 0;
  std::string world = WORLD_DIR;
  std::string config_out;
  std::string state_dir = ".";
  std::string listen;
  double speed = 1;
  std::int64_t skip_seconds = 0;
};

// The documented port of the API where it is free, so that the README's curl lines work; else any.
std::string free_listen() {
  int const probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int const yes = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(8480);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool const free = bind(probe, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) == 0;
  close(probe);
  return free ? "127.0.0.1:8480" : "127.0.0.1:0";
}

WorldClock make_clock(Options const& options) {
  auto const begin = std::chrono::steady_clock::now();
  auto const skip = std::chrono::seconds(options.skip_seconds);
  auto const began_utc =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()) -
      std::chrono::duration_cast<std::chrono::microseconds>(skip / options.speed);
  return [begin, skip, began_utc, speed = options.speed] {
    std::chrono::duration<double, std::milli> const passed = std::chrono::steady_clock::now() - begin;
    return Moment{WorldTime(static_cast<std::int64_t>(passed.count() * speed)) + skip, began_utc, speed};
  };
}

int serve(Options const& options, sigset_t const& signals) {
  auto loaded = load_world(options.world);
  if (!loaded) {
    std::cerr << "newsfold-demo-origin: " << loaded.error().message << '\n';
    return 1;
  }
  auto const world = std::make_shared<World const>(std::move(*loaded));
  OriginServer server(options.port);
  server.set_recording(OriginServer::Recording::off);
  serve_world(server, world, make_clock(options));
  if (!options.config_out.empty()) {
    DemoConfig const config{server.port(), options.state_dir,
                            options.listen.empty() ? free_listen() : options.listen};
    std::ofstream out(options.config_out);
    out << demo_config(*world, config);
    if (!out.flush()) {
      std::cerr << "newsfold-demo-origin: cannot write " << options.config_out << '\n';
      return 1;
    }
  }
  std::cout << "ready " << server.port() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Before the server's thread starts, so that it inherits the mask and sigwait sees the signal.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Options options;
  CLI::App app{"Publishes a made-up news world on loopback: 16 sites in five formats and five languages."};
  app.add_option("--port", options.port, "Port to serve on; 0: any free one")->capture_default_str();
  app.add_option("--config-out", options.config_out, "Write a config.toml for `newsfold run` to this file");
  app.add_option("--state-dir", options.state_dir, "Folder of the store and the socket in that config");
  app.add_option("--listen", options.listen,
                 "API address in that config; default 127.0.0.1:8480 where it is free");
  app.add_option("--speed", options.speed, "World seconds in one second")->check(CLI::Range(0.01, 10'000.0));
  app.add_option("--skip", options.skip_seconds, "World seconds that have passed at the start");
  app.add_option("--world", options.world, "Folder with sites.txt, stories and pages");
  app.footer("Prints \"ready PORT\" when it serves; runs until SIGTERM or SIGINT.");
  CLI11_PARSE(app, argc, argv);
  return serve(options, signals);
}
