#pragma once
// `newsfold run` and `newsfold tail` as a user has them: processes, a config file, a socket.

#include "tests/e2e/process.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::e2e {

// What a line of `newsfold tail --json` says, as far as the tests ask.
struct SeenEvent {
  std::uint64_t sequence = 0;
  std::string type;
  std::uint64_t article = 0;  // 0: a feed event
  std::uint64_t version = 0;
  std::uint64_t story = 0;
  std::string feed;
  std::string title;
  std::string url;
  std::string text;

  // What it announces: with the same number it must never be another.
  bool operator==(SeenEvent const&) const = default;
};

std::optional<SeenEvent> parse_event(std::string const& line);

// A config file in a folder of its own, with the store and the socket beside it.
class Installation {
 public:
  // `config` without [storage] and [http]: those are added.
  explicit Installation(std::string const& config);
  // Follows the demo world on `origin_port`'s server, whose config was written to `config_path()`.
  Installation();

  std::string const& folder() const noexcept { return folder_.path(); }
  std::string config_path() const { return folder() + "/config.toml"; }
  std::string log_path() const { return folder() + "/newsfold.log"; }
  std::string log() const { return read_text_file(log_path()); }

  std::string socket_path() const { return folder() + "/newsfold.sock"; }

  // Runs `newsfold ARGUMENTS...` against this installation.
  std::unique_ptr<Process> command(std::vector<std::string> arguments) const;

  // What such a command did when it ended by itself.
  struct Outcome {
    std::optional<int> status;  // nothing: it did not end in time
    std::string output;
    std::string errors;
  };
  Outcome run(std::vector<std::string> arguments) const;

  // Starts the daemon and returns when it has said READY=1. Throws, with its log, where it does not.
  std::unique_ptr<Process> start_daemon() const;

  // The first `count` events of the log, in order; fewer at the deadline.
  std::vector<SeenEvent> events(std::size_t count, Deadline deadline) const;

  // All events up to the first that satisfies `enough`; to the deadline where none does.
  std::vector<SeenEvent> events_until(std::function<bool(SeenEvent const&)> const& enough,
                                      Deadline deadline) const;

 private:
  TemporaryFolder folder_;
};

// The demo world as a process.
class DemoOrigin {
 public:
  // `speed` world seconds in one; `skip` world seconds passed already.
  DemoOrigin(Installation const& installation, double speed, int skip);
  std::uint16_t port() const noexcept { return port_; }

 private:
  std::unique_ptr<Process> process_;
  std::uint16_t port_ = 0;
};

// Empty, or what is wrong: a gap in the numbers, an article that is created twice.
std::string broken_promise(std::vector<SeenEvent> const& events);

}  // namespace newsfold::e2e
