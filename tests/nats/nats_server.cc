#include "tests/nats/nats_server.h"

#include <fcntl.h>
#include <nats/nats.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace newsfold::nats {

namespace {

constexpr char const* program = "nats-server";

void check(natsStatus status, char const* what) {
  if (status != NATS_OK) throw std::runtime_error(std::string(what) + ": " + natsStatus_GetText(status));
}

// A connection for one call.
struct Session {
  explicit Session(std::string const& url) {
    check(natsConnection_ConnectTo(&connection, url.c_str()), "connect");
    check(natsConnection_JetStream(&context, connection, nullptr), "jetstream");
  }
  ~Session() {
    jsCtx_Destroy(context);
    natsConnection_Destroy(connection);
  }
  natsConnection* connection = nullptr;
  jsCtx* context = nullptr;
};

std::string header(natsMsg* message, char const* name) {
  char const* value = nullptr;
  return natsMsgHeader_Get(message, name, &value) == NATS_OK && value ? value : "";
}

}  // namespace

NatsServer::NatsServer(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
}

NatsServer::~NatsServer() { kill(); }

bool NatsServer::installed() { return std::system("command -v nats-server >/dev/null 2>&1") == 0; }

void NatsServer::start() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  auto const port = port_ == 0 ? std::string("-1") : std::to_string(port_);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
    ::dup2(ends[1], STDERR_FILENO);
    ::execlp(program, program, "-js", "-a", "127.0.0.1", "-p", port.c_str(), "-sd", directory_.c_str(),
             nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  // It says its port and then that it is ready.
  std::string said;
  constexpr std::string_view listening = "Listening for client connections on 127.0.0.1:";
  char buffer[512];
  while (said.find("Server is ready") == std::string::npos) {
    auto const got = ::read(ends[0], buffer, sizeof buffer);
    if (got <= 0) throw std::runtime_error("nats-server did not start: " + said);
    said.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  auto const at = said.find(listening);
  if (at == std::string::npos) throw std::runtime_error("nats-server does not say its port: " + said);
  port_ = static_cast<std::uint16_t>(std::atoi(said.c_str() + at + listening.size()));
}

void NatsServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::vector<StoredMessage> stored_in(std::string const& url, std::string const& stream) {
  Session const session(url);
  std::vector<StoredMessage> out;
  jsStreamInfo* info = nullptr;
  check(js_GetStreamInfo(&info, session.context, stream.c_str(), nullptr, nullptr), "stream info");
  auto const first = info->State.FirstSeq;
  auto const last = info->State.LastSeq;
  jsStreamInfo_Destroy(info);
  for (auto at = first; at <= last && last > 0; ++at) {
    natsMsg* message = nullptr;
    if (js_GetMsg(&message, session.context, stream.c_str(), at, nullptr, nullptr) != NATS_OK) continue;
    out.push_back(
        {natsMsg_GetSubject(message), header(message, "Nats-Msg-Id"), header(message, "Newsfold-Epoch"),
         header(message, "Content-Type"),
         std::string(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)))});
    natsMsg_Destroy(message);
  }
  return out;
}

void publish_as_another(std::string const& url, std::string const& subject, std::string const& body) {
  Session const session(url);
  check(js_Publish(nullptr, session.context, subject.c_str(), body.data(), static_cast<int>(body.size()),
                   nullptr, nullptr),
        "publish");
}

void make_stream(std::string const& url, std::string const& stream, std::string const& pattern) {
  Session const session(url);
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  char const* subjects[] = {pattern.c_str()};
  config.Name = stream.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  check(js_AddStream(nullptr, session.context, &config, nullptr, nullptr), "add stream");
}

void purge(std::string const& url, std::string const& stream) {
  Session const session(url);
  check(js_PurgeStream(session.context, stream.c_str(), nullptr, nullptr), "purge");
}

}  // namespace newsfold::nats
