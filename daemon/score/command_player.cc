#include "daemon/score/player.h"
#include "daemon/score/scenarios.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

extern char** environ;

namespace newsfold::score {

namespace {

Error cannot_write(std::string const& path) {
  return {ErrorCode::unreadable, "cannot write " + path + ": " + std::strerror(errno)};
}

std::string xml_attribute(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

Result<void> write_lists(std::vector<std::string> const& urls, CommandPlay const& play) {
  std::ofstream list(play.directory + "/urls"), opml(play.directory + "/urls.opml");
  opml << "<?xml version=\"1.0\"?>\n<opml version=\"2.0\"><head><title>score</title></head><body>\n";
  for (std::size_t i = 0; i < urls.size(); ++i) {
    list << urls[i] << '\n';
    opml << "<outline type=\"rss\" text=\"feed" << i << "\" title=\"feed" << i << "\" xmlUrl=\""
         << xml_attribute(urls[i]) << "\"/>\n";
  }
  opml << "</body></opml>\n";
  if (!list.flush() || !opml.flush()) return cannot_write(play.directory);
  return {};
}

// libfaketime: the clock starts there and goes on at its own pace.
std::string clock_setting(UtcMicros t) {
  auto const text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(t));
  return "FAKETIME=@" + text.substr(0, 10) + ' ' + text.substr(11, 8);
}

class Child {
 public:
  Child(CommandPlay const& play, UtcMicros now, int run) {
    for (char** one = environ; *one; ++one) variables_.emplace_back(*one);
    variables_.push_back("SCORE_DIR=" + play.directory);
    variables_.push_back("SCORE_URLS=" + play.directory + "/urls");
    variables_.push_back("SCORE_OPML=" + play.directory + "/urls.opml");
    variables_.push_back("SCORE_RUN=" + std::to_string(run));
    variables_.push_back("SCORE_TIME=" + format_rfc3339(now));
    if (!play.clock_library.empty()) {
      variables_.push_back("LD_PRELOAD=" + play.clock_library);
      variables_.push_back(clock_setting(now));
      variables_.emplace_back("TZ=UTC");
      variables_.emplace_back("FAKETIME_DONT_FAKE_MONOTONIC=1");
      // Else it moves the times of files as far as the clock, by another amount in each run: a file that was
      // dated like its Last-Modified (curl -R) would come back with a date of nobody's.
      variables_.emplace_back("NO_FAKE_STAT=1");
    }
    std::vector<char*> environment;
    for (auto& variable : variables_) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string shell = "sh", option = "-c", command = play.command;
    std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    auto const output = play.directory + "/output";
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // so that its children end with it
    if (posix_spawn(&process_, "/bin/sh", &actions, &attributes, arguments.data(), environment.data()) != 0)
      process_ = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }

  void wait(std::chrono::seconds patience) {
    if (process_ < 0) return;
    auto const deadline = std::chrono::steady_clock::now() + patience;
    int status = 0;
    while (::waitpid(process_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) {
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, &status, 0);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  std::vector<std::string> variables_;
  pid_t process_ = -1;
};

}  // namespace

std::string find_clock_library() {
  for (auto const* path : {"/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
                           "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"})
    if (std::filesystem::exists(path)) return path;
  return {};
}

Result<void> play_command(Origin& origin, std::vector<std::string> const& urls, CommandPlay const& play) {
  std::error_code failure;
  std::filesystem::create_directories(play.directory, failure);
  if (auto written = write_lists(urls, play); !written) return written;
  auto const runs = static_cast<int>(play_time / play.every);
  for (int run = 0; run < runs; ++run) {
    auto const now = origin.start() + run * play.every;
    origin.set_time(now);
    Child child(play, now, run);
    child.wait(play.patience);
    if (play.progress) play.progress(run + 1, runs);
  }
  return {};
}

}  // namespace newsfold::score
