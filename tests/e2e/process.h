#pragma once
// A child process whose output is read line by line and which dies with its handle. Nothing here sleeps:
// every wait is on a descriptor, with a deadline.

#include <sys/types.h>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::e2e {

using Deadline = std::chrono::steady_clock::time_point;
inline Deadline within(std::chrono::milliseconds span) { return std::chrono::steady_clock::now() + span; }
// For what takes a second: a loaded machine, a sanitizer.
inline constexpr std::chrono::seconds patience{60};

// Waits until `descriptor` can be read; false at the deadline.
bool wait_readable(int descriptor, Deadline deadline);

class Process {
 public:
  struct Command {
    std::vector<std::string> arguments;  // the program's path first
    std::map<std::string, std::string> environment;
    std::string error_file;  // where standard error goes (appended)
  };

  explicit Process(Command const& command);
  Process(Process const&) = delete;
  Process& operator=(Process const&) = delete;
  ~Process();  // kill -9

  // The next line of standard output without its end; nothing at the deadline or when the output ended.
  std::optional<std::string> line(Deadline deadline);
  // All that is still to come on standard output.
  std::string rest(Deadline deadline);

  void signal(int number) const;
  // Exit status, or 128 + the signal; nothing at the deadline.
  std::optional<int> wait(Deadline deadline);
  bool exited() const;  // at this moment; it is still to be waited for
  pid_t pid() const noexcept { return pid_; }
  int descriptor() const noexcept { return pidfd_; }  // readable once it has exited

 private:
  enum class Read { more, end, deadline };
  Read read_some(Deadline deadline);

  pid_t pid_ = -1;
  int pidfd_ = -1;
  int output_ = -1;
  bool reaped_ = false;
  std::string buffer_;
};

std::string read_text_file(std::string const& path);

// A fresh folder, removed with its handle.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;
  ~TemporaryFolder();
  std::string const& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace newsfold::e2e
