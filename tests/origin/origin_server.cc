// One thread, one io_context, a coroutine a connection. Requests are parsed by Beast; responses are
// written as bytes, because half of what this server is for no HTTP library would send.
#include "tests/origin/origin_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace newsfold::origin {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t recorded_requests_max = 100'000;
constexpr std::size_t request_body_bytes_max = 1024 * 1024;
constexpr std::uint32_t request_header_bytes_max = 256 * 1024;

std::string http_date_now() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool has(HeaderList const& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](auto const& h) { return lower(h.first) == name; });
}

}  // namespace

struct OriginServer::State : std::enable_shared_from_this<OriginServer::State> {
  explicit State(std::uint16_t wanted) : acceptor(loop) {
    tcp::endpoint const endpoint(asio::ip::address_v4::loopback(), wanted);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(4096);
    port = acceptor.local_endpoint().port();
  }

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(tcp::socket socket, std::uint64_t connection);
  asio::awaitable<bool> respond(tcp::socket& socket, OriginRequest const& request, OriginResponse response);
  asio::awaitable<void> send_pieces(tcp::socket& socket, OriginResponse const& response);
  asio::awaitable<void> pause(std::chrono::milliseconds time);
  Handler find(OriginRequest const& request);
  void record(OriginRequest const& request);

  asio::io_context loop{1};
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::uint64_t connections = 0;
  std::thread thread;

  mutable std::mutex mutex;  // guards what follows
  std::map<std::pair<std::string, std::string>, Handler, std::less<>> handlers;
  std::deque<OriginRequest> requests;
  std::size_t request_count = 0;
  Recording recording = Recording::on;
  KeepAlive keep_alive = KeepAlive::on;
};

asio::awaitable<void> OriginServer::State::accept() {
  for (;;) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of descriptors: let some connections end first
      co_await pause(std::chrono::milliseconds(10));
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    asio::co_spawn(loop, serve(std::move(socket), ++connections), asio::detached);
  }
}

asio::awaitable<void> OriginServer::State::pause(std::chrono::milliseconds time) {
  if (time.count() == 0) co_return;
  asio::steady_timer timer(loop, time);
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> OriginServer::State::serve(tcp::socket socket, std::uint64_t connection) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(request_body_bytes_max);
    parser.header_limit(request_header_bytes_max);
    error_code error;
    co_await http::async_read(socket, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;

    auto const message = parser.release();
    OriginRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    auto const question = request.target.find('?');
    request.path = request.target.substr(0, question);
    if (question != std::string::npos) request.query = request.target.substr(question + 1);
    for (auto const& field : message)
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    request.host = lower(request.header("Host"));
    request.host = request.host.substr(0, request.host.rfind(':'));
    request.body = message.body();
    request.connection = connection;
    request.at = std::chrono::steady_clock::now();
    record(request);

    OriginResponse response;
    if (auto const handler = find(request))
      response = handler(request);
    else
      response = {.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "nothing here\n"};
    bool const alive = co_await respond(socket, request, std::move(response));
    if (!alive || !message.keep_alive()) co_return;
  }
}

// False where the connection is to be closed.
asio::awaitable<bool> OriginServer::State::respond(tcp::socket& socket, OriginRequest const& request,
                                                   OriginResponse response) {
  co_await pause(response.delay);
  error_code error;
  if (!response.raw.empty()) {
    co_await asio::async_write(socket, asio::buffer(response.raw),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return false;
  }
  if (response.delivery == Delivery::silent) {
    char byte = 0;
    co_await socket.async_read_some(asio::buffer(&byte, 1), asio::redirect_error(asio::use_awaitable, error));
    co_return false;
  }

  bool const bodiless = response.status == 304 || response.status == 204 || request.method == "HEAD";
  bool stays = false;
  {
    std::lock_guard const lock(mutex);
    stays = keep_alive == KeepAlive::on;
  }
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                     std::string(http::obsolete_reason(http::int_to_status(response.status))) + "\r\n";
  if (!has(response.headers, "date")) response.headers.emplace_back("Date", http_date_now());
  if (!stays && !has(response.headers, "connection")) response.headers.emplace_back("Connection", "close");
  bool const in_chunks =
      !bodiless && (response.delivery == Delivery::chunked || response.delivery == Delivery::endless);
  if (in_chunks) {
    response.headers.emplace_back("Transfer-Encoding", "chunked");
  } else if (response.status != 304 && response.status != 204 && !has(response.headers, "content-length")) {
    // A cut or reset body promises more than it gives.
    std::size_t const promised =
        response.body.size() +
        (response.delivery == Delivery::truncated || response.delivery == Delivery::reset ? 1000 : 0);
    response.headers.emplace_back("Content-Length", std::to_string(promised));
  }
  for (auto const& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  head += "\r\n";
  if (!bodiless && !in_chunks) head += response.body;
  co_await asio::async_write(socket, asio::buffer(head), asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return false;

  if (in_chunks) {
    co_await send_pieces(socket, response);
    co_return stays&& response.delivery == Delivery::chunked;
  }
  if (response.delivery == Delivery::reset) {
    socket.set_option(asio::socket_base::linger(true, 0), error);
    socket.close(error);
    co_return false;
  }
  co_return stays&& response.delivery == Delivery::whole;
}

asio::awaitable<void> OriginServer::State::send_pieces(tcp::socket& socket, OriginResponse const& response) {
  std::size_t const step = std::max<std::size_t>(1, response.chunk_bytes);
  error_code error;
  do {
    for (std::size_t at = 0; at < response.body.size() && !error; at += step) {
      std::string_view const piece = std::string_view(response.body).substr(at, step);
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      std::string const chunk = size + std::string(piece) + "\r\n";
      co_await asio::async_write(socket, asio::buffer(chunk),
                                 asio::redirect_error(asio::use_awaitable, error));
      co_await pause(response.chunk_delay);
    }
  } while (response.delivery == Delivery::endless && !response.body.empty() && !error);
  std::string_view const end = "0\r\n\r\n";
  if (!error)
    co_await asio::async_write(socket, asio::buffer(end), asio::redirect_error(asio::use_awaitable, error));
}

Handler OriginServer::State::find(OriginRequest const& request) {
  std::lock_guard const lock(mutex);
  for (auto const& key : {std::pair{request.host, request.path}, std::pair{request.host, std::string{}},
                          std::pair{std::string{}, request.path}, std::pair{std::string{}, std::string{}}})
    if (auto const it = handlers.find(key); it != handlers.end()) return it->second;
  return {};
}

void OriginServer::State::record(OriginRequest const& request) {
  std::lock_guard const lock(mutex);
  ++request_count;
  if (recording == Recording::off) return;
  requests.push_back(request);
  if (requests.size() > recorded_requests_max) requests.pop_front();
}

OriginServer::OriginServer() : OriginServer(0) {}

OriginServer::OriginServer(std::uint16_t port) : state_(std::make_shared<State>(port)) {
  asio::co_spawn(state_->loop, state_->accept(), asio::detached);
  state_->thread = std::thread([state = state_.get()] { state->loop.run(); });
}

OriginServer::~OriginServer() {
  state_->loop.stop();
  state_->thread.join();
}

void OriginServer::handle(std::string host, std::string path, Handler handler) {
  std::lock_guard const lock(state_->mutex);
  state_->handlers[{lower(host), std::move(path)}] = std::move(handler);
}

void OriginServer::remove(std::string const& host, std::string const& path) {
  std::lock_guard const lock(state_->mutex);
  state_->handlers.erase({lower(host), path});
}

std::uint16_t OriginServer::port() const noexcept { return state_->port; }

std::string OriginServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
}

std::vector<std::string> OriginServer::resolve_rules() const {
  return {"*:80:127.0.0.1:" + std::to_string(port())};
}

std::vector<OriginRequest> OriginServer::requests() const {
  std::lock_guard const lock(state_->mutex);
  return {state_->requests.begin(), state_->requests.end()};
}

std::vector<OriginRequest> OriginServer::requests(std::string_view host) const {
  std::vector<OriginRequest> out;
  std::lock_guard const lock(state_->mutex);
  std::ranges::copy_if(state_->requests, std::back_inserter(out),
                       [&](OriginRequest const& r) { return r.host == host; });
  return out;
}

std::size_t OriginServer::request_count() const {
  std::lock_guard const lock(state_->mutex);
  return state_->request_count;
}

void OriginServer::forget_requests() {
  std::lock_guard const lock(state_->mutex);
  state_->requests.clear();
  state_->request_count = 0;
}

void OriginServer::set_recording(Recording recording) {
  std::lock_guard const lock(state_->mutex);
  state_->recording = recording;
}

void OriginServer::set_keep_alive(KeepAlive keep_alive) {
  std::lock_guard const lock(state_->mutex);
  state_->keep_alive = keep_alive;
}

}  // namespace newsfold::origin
