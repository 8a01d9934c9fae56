#include "tests/e2e/daemon_process.h"

#include <boost/json/parse.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <set>
#include <stdexcept>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

constexpr auto start_patience = 30s;  // a loaded machine, a sanitizer

// What systemd's side of sd_notify(3) hears.
class NotifySocket {
 public:
  explicit NotifySocket(std::string path) : path_(std::move(path)) {
    unlink(path_.c_str());
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    if (bind(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("cannot bind " + path_);
    }
  }
  NotifySocket(NotifySocket const&) = delete;
  NotifySocket& operator=(NotifySocket const&) = delete;
  ~NotifySocket() {
    close(socket_);
    unlink(path_.c_str());
  }

  // True once READY=1 came; false when `process` exited first or at the deadline.
  bool wait_ready(Process const& process, Deadline deadline) {
    while (true) {
      auto const left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      std::array<pollfd, 2> entries{{{socket_, POLLIN, 0}, {process.descriptor(), POLLIN, 0}}};
      if (left.count() <= 0 || poll(entries.data(), entries.size(), static_cast<int>(left.count())) <= 0)
        return false;
      if ((entries[0].revents & POLLIN) == 0) return false;
      std::array<char, 4096> message{};
      auto const size = recv(socket_, message.data(), message.size(), 0);
      if (size > 0 && std::string_view(message.data(), static_cast<std::size_t>(size)).find("READY=1") !=
                          std::string_view::npos) {
        return true;
      }
    }
  }

  std::string const& path() const noexcept { return path_; }

 private:
  std::string path_;
  int socket_ = -1;
};

std::string text_at(boost::json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::uint64_t number_at(boost::json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (value == nullptr) return 0;
  if (value->is_string()) return std::strtoull(value->get_string().c_str(), nullptr, 10);
  return value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

boost::json::object object_at(boost::json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : boost::json::object();
}

}  // namespace

std::optional<SeenEvent> parse_event(std::string const& line) {
  boost::system::error_code failure;
  auto const value = boost::json::parse(line, failure);
  if (failure || !value.is_object()) return std::nullopt;
  auto const& envelope = value.get_object();
  auto const data = object_at(envelope, "data");
  auto const ours = object_at(data, "_newsfold");
  SeenEvent event;
  event.sequence = number_at(envelope, "id");
  event.type = text_at(envelope, "type");
  if (event.sequence == 0 || event.type.empty() || event.type == "bookmark") return std::nullopt;
  event.article = number_at(ours, "article");
  event.version = number_at(ours, "version");
  event.story = number_at(ours, "story");
  event.feed = text_at(object_at(ours.contains("feed") ? ours : data, "feed"), "name");
  event.title = text_at(data, "title");
  event.url = text_at(data, "url");
  event.text = text_at(data, "content_text");
  return event;
}

Installation::Installation() = default;

Installation::Installation(std::string const& config) {
  std::ofstream(config_path())
      << "[storage]\npath = \"store\"\n\n[http]\nlisten = \"127.0.0.1:0\"\nsocket = \"" << folder()
      << "/newsfold.sock\"\n\n"
      << config;
}

std::unique_ptr<Process> Installation::command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), NEWSFOLD_BIN);
  return std::make_unique<Process>(Process::Command{
      std::move(arguments), {{"NEWSFOLD_SOCKET", folder() + "/newsfold.sock"}}, folder() + "/commands.log"});
}

Installation::Outcome Installation::run(std::vector<std::string> arguments) const {
  auto const log_size = read_text_file(folder() + "/commands.log").size();
  auto const process = command(std::move(arguments));
  Outcome outcome;
  outcome.output = process->rest(within(start_patience));
  outcome.status = process->wait(within(start_patience));
  outcome.errors = read_text_file(folder() + "/commands.log").substr(log_size);
  return outcome;
}

std::unique_ptr<Process> Installation::start_daemon() const {
  NotifySocket notify(folder() + "/notify.sock");
  auto daemon = std::make_unique<Process>(Process::Command{
      {NEWSFOLD_BIN, "run", "--config", config_path()}, {{"NOTIFY_SOCKET", notify.path()}}, log_path()});
  if (!notify.wait_ready(*daemon, within(start_patience))) {
    throw std::runtime_error("the daemon did not become ready; its log:\n" + log());
  }
  return daemon;
}

std::vector<SeenEvent> Installation::events(std::size_t count, Deadline deadline) const {
  return events_until([&](SeenEvent const& event) { return event.sequence >= count; }, deadline);
}

std::vector<SeenEvent> Installation::events_until(std::function<bool(SeenEvent const&)> const& enough,
                                                  Deadline deadline) const {
  std::vector<SeenEvent> out;
  auto const tail = command({"tail", "--from", "1", "--json"});
  while (auto const line = tail->line(deadline)) {
    auto event = parse_event(*line);
    if (!event) continue;
    out.push_back(std::move(*event));
    if (enough(out.back())) break;
  }
  return out;
}

DemoOrigin::DemoOrigin(Installation const& installation, double speed, int skip) {
  process_ = std::make_unique<Process>(Process::Command{
      {DEMO_ORIGIN_BIN, "--config-out", installation.config_path(), "--state-dir", installation.folder(),
       "--listen", "127.0.0.1:0", "--speed", std::to_string(speed), "--skip", std::to_string(skip)},
      {},
      installation.folder() + "/origin.log"});
  auto const ready = process_->line(within(start_patience));
  if (!ready || !ready->starts_with("ready ")) {
    throw std::runtime_error("the demo origin did not start:\n" +
                             read_text_file(installation.folder() + "/origin.log"));
  }
  port_ = static_cast<std::uint16_t>(std::stoul(ready->substr(6)));
}

std::string broken_promise(std::vector<SeenEvent> const& events) {
  std::set<std::uint64_t> articles;
  std::set<std::string> urls;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto const& event = events[i];
    if (event.sequence != i + 1) {
      return "number " + std::to_string(event.sequence) + " stands where " + std::to_string(i + 1) +
             " should";
    }
    bool const is_new =
        event.type == "article.created" || (event.type == "article.copied" && event.version <= 1);
    if (!is_new) continue;
    if (!articles.insert(event.article).second)
      return "article " + std::to_string(event.article) + " is new twice";
    if (!urls.insert(event.feed + " " + event.url).second)
      return event.url + " of " + event.feed + " is new twice";
  }
  return {};
}

}  // namespace newsfold::e2e
