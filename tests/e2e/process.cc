#include "tests/e2e/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace newsfold::e2e {
namespace {

[[noreturn]] void fail(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Ours, with the command's on top.
std::vector<std::string> merged_environment(std::map<std::string, std::string> const& extra) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string const text(*entry);
    if (!extra.contains(text.substr(0, text.find('=')))) out.push_back(text);
  }
  for (auto const& [name, value] : extra) out.push_back(name + "=" + value);
  return out;
}

}  // namespace

bool wait_readable(int descriptor, Deadline deadline) {
  while (true) {
    auto const left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{descriptor, POLLIN, 0};
    int const ready = poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) fail("poll");
  }
}

Process::Process(Command const& command) {
  auto arguments = command.arguments;
  auto environment = merged_environment(command.environment);
  auto const argv = pointers(arguments);
  auto const envp = pointers(environment);
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) fail("pipe");
  auto const error_file = command.error_file.empty() ? std::string("/dev/null") : command.error_file;
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {  // only what is safe after fork
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int const errors = open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(pipe_ends[1], STDOUT_FILENO);
    if (errors >= 0) dup2(errors, STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  output_ = pipe_ends[0];
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) fail("pidfd_open");
}

Process::~Process() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
  close(pidfd_);
}

Process::Read Process::read_some(Deadline deadline) {
  if (!wait_readable(output_, deadline)) return Read::deadline;
  std::array<char, 65536> chunk{};
  auto const got = read(output_, chunk.data(), chunk.size());
  if (got <= 0) return Read::end;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return Read::more;
}

std::optional<std::string> Process::line(Deadline deadline) {
  while (true) {
    auto const end = buffer_.find('\n');
    if (end != std::string::npos) {
      auto text = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return text;
    }
    if (read_some(deadline) != Read::more) return std::nullopt;
  }
}

std::string Process::rest(Deadline deadline) {
  while (read_some(deadline) == Read::more) {
  }
  return std::exchange(buffer_, {});
}

void Process::signal(int number) const {
  if (!reaped_) kill(pid_, number);
}

std::optional<int> Process::wait(Deadline deadline) {
  if (!wait_readable(pidfd_, deadline)) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) fail("waitpid");
  reaped_ = true;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool Process::exited() const { return reaped_ || wait_readable(pidfd_, std::chrono::steady_clock::now()); }

std::string read_text_file(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "newsfold-e2e.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) fail("mkdtemp");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace newsfold::e2e
