#include "daemon/api/server.h"

#include "daemon/api/change_stream.h"
#include "daemon/api/route_table.h"
#include "daemon/api/routes.h"
#include "daemon/api/snapshot.h"
#include "daemon/runtime/run_on.h"
#include "daemon/runtime/task_group.h"

#include <sys/stat.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::string_view server_name = "newsfold";
constexpr std::string_view changes_pattern = "/v1/changes";
constexpr std::size_t read_ahead_bytes = 4096;  // what may come in behind a header at once

template <class Protocol>
using Stream = beast::basic_stream<Protocol, asio::any_io_executor>;
using HttpRequest = http::request<http::string_body>;

template <class Awaitable>
auto quiet(Awaitable token, error_code& failure) {
  return asio::redirect_error(token, failure);
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::get;
    case http::verb::head: return Method::head;
    case http::verb::post: return Method::post;
    case http::verb::put: return Method::put;
    case http::verb::delete_: return Method::del;
    case http::verb::options: return Method::options;
    default: return Method::other;
  }
}

// Takes as long for a wrong token as for the right one.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[b.empty() ? 0 : i % b.size()]);
  return difference == 0 && !b.empty();
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

std::string chunk(std::string_view bytes) {
  char size[24];
  int const n = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  std::string out(size, std::size_t(n));
  out += bytes;
  out += "\r\n";
  return out;
}

std::string head_of_stream(std::string_view content_type) {
  return "HTTP/1.1 200 OK\r\nServer: newsfold\r\nCache-Control: no-store\r\nX-Accel-Buffering: "
         "no\r\nContent-Type: " +
         std::string(content_type) + "\r\nTransfer-Encoding: chunked\r\n\r\n";
}

// How a client asked to be sent changes.
enum class Delivery : std::uint8_t { long_poll, ndjson, sse };

Delivery delivery_of(Request const& request) {
  auto const stream = request.parameter("stream");
  if (stream == "sse" || request.accept.find("text/event-stream") != std::string::npos) return Delivery::sse;
  if (stream == "ndjson" || request.accept.find("application/x-ndjson") != std::string::npos)
    return Delivery::ndjson;
  return Delivery::long_poll;
}

StreamFormat format_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::long_poll: return StreamFormat::list;
    case Delivery::ndjson: return StreamFormat::ndjson;
    case Delivery::sse: return StreamFormat::sse;
  }
  return StreamFormat::list;
}

// What a client is told whose message cannot be read; nothing where it left or was too slow.
std::optional<Reply> bad_message(error_code const& failure) {
  if (failure == http::error::header_limit || failure == http::error::body_limit)
    return error_reply({ErrorCode::too_large, "the request is larger than this address takes"});
  if (failure.category() == http::make_error_code(http::error::bad_method).category() &&
      failure != http::error::end_of_stream && failure != http::error::partial_message)
    return error_reply({ErrorCode::invalid, "this is no HTTP request: " + failure.message()});
  return std::nullopt;
}

Result<notify::Filter> filter_of(Request const& request) {
  notify::FilterSpec spec;
  spec.types = request.parameters("type");
  spec.feeds = request.parameters("feed");
  spec.tags = request.parameters("tag");
  spec.languages = request.parameters("lang");
  spec.query = request.parameter("q");
  auto const copies = request.parameter("copies");
  if (!copies.empty() && copies != "fold" && copies != "show")
    return Error{ErrorCode::invalid, "copies is \"fold\" or \"show\""};
  spec.copies = copies == "fold" ? notify::Copies::fold : notify::Copies::show;
  return notify::Filter::make(spec);
}

}  // namespace

struct ApiServer::Impl {
  Impl(asio::any_io_executor e, asio::any_io_executor b, ApiParts p, ApiOptions o)
      : executor(std::move(e)),
        blocking(std::move(b)),
        parts(std::move(p)),
        options(std::move(o)),
        routes(parts, blocking, [this] { return counters; }),
        tasks(executor) {
    routes.add_to(table);
    auto poll = [this](Request const& request) { return long_poll(request); };
    table.add({Method::get, "/v1/changes", Scope::read, 0, std::move(poll)});
  }

  asio::any_io_executor executor;
  asio::any_io_executor blocking;
  ApiParts parts;
  ApiOptions options;
  ApiCounters counters;
  Routes routes;
  RouteTable table;
  std::optional<tcp::acceptor> tcp_acceptor;
  std::optional<local::acceptor> local_acceptor;
  TaskGroup tasks;

  Result<void> listen_tcp();
  Result<void> listen_local();

  template <class Protocol, class Acceptor>
  asio::awaitable<void> accept(Acceptor& acceptor);
  template <class Protocol>
  asio::awaitable<void> serve(Stream<Protocol> stream);
  template <class Protocol>
  asio::awaitable<void> serve_requests(Stream<Protocol>& stream);
  template <class Protocol>
  asio::awaitable<bool> stream_changes(Stream<Protocol>& stream, Request const& request);
  template <class Protocol>
  asio::awaitable<bool> send(Stream<Protocol>& stream, std::string bytes);
  template <class Protocol>
  asio::awaitable<bool> reply(Stream<Protocol>& stream, HttpRequest const& request, Reply reply);

  asio::awaitable<Result<Sequence>> first_cursor(Request const& request, bool& snapshot);
  asio::awaitable<Reply> long_poll(Request const& request);
  std::optional<Reply> refusal(HttpRequest const& message, Request& request, Scope scope, bool is_local);
};

Result<void> ApiServer::Impl::listen_tcp() {
  auto const colon = options.listen.rfind(':');
  auto host = options.listen.substr(0, colon);
  auto const port = colon == std::string::npos ? std::string() : options.listen.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code failure;
  auto const address = asio::ip::make_address(host, failure);
  if (failure || port.empty() || port.find_first_not_of("0123456789") != std::string::npos || port.size() > 5)
    return Error{ErrorCode::unreadable, "http.listen is \"" + options.listen + "\"; it must be ADDRESS:PORT"};
  if (!address.is_loopback() && options.read_token.empty())
    return Error{ErrorCode::refused, "http.listen " + options.listen +
                                         " is open to others: set http.token_file, or listen on 127.0.0.1"};
  if (!options.tls_cert_file.empty())
    return Error{ErrorCode::invalid, "http.tls_cert_file: serve TLS by a proxy in front of 127.0.0.1"};
  tcp::endpoint const endpoint(address, std::uint16_t(std::stoul(port)));
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure)
    return Error{ErrorCode::unreadable, "cannot listen on " + options.listen + ": " + failure.message() +
                                            "; another daemon may run, or set http.listen"};
  tcp_acceptor = std::move(acceptor);
  return {};
}

Result<void> ApiServer::Impl::listen_local() {
  auto const& path = options.socket_path;
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return Error{ErrorCode::unreadable,
                 "http.socket " + path + " is longer than a Unix socket's path may be"};
  error_code failure;
  local::acceptor acceptor(executor);
  acceptor.open(local(), failure);
  // One that nobody answers on was left by a daemon that died.
  if (!failure && std::filesystem::exists(path)) {
    local::socket probe(executor);
    error_code refused;
    probe.connect(local::endpoint(path), refused);
    if (!refused) return Error{ErrorCode::conflict, "another daemon answers on " + path};
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  if (!failure) acceptor.bind(local::endpoint(path), failure);
  if (!failure && chmod(path.c_str(), options.socket_mode) != 0)
    failure = error_code(errno, boost::system::system_category());
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure) return Error{ErrorCode::unreadable, "cannot listen on " + path + ": " + failure.message()};
  local_acceptor = std::move(acceptor);
  return {};
}

template <class Protocol, class Acceptor>
asio::awaitable<void> ApiServer::Impl::accept(Acceptor& acceptor) {
  for (;;) {
    error_code failure;
    auto socket = co_await acceptor.async_accept(quiet(asio::use_awaitable, failure));
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) {
      // Out of descriptors: those that are open must close first.
      asio::steady_timer pause(executor, std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    if (counters.connections_open >= options.connections_max) {
      ++counters.connections_refused;
      continue;
    }
    ++counters.connections;
    tasks.spawn(serve<Protocol>(Stream<Protocol>(std::move(socket))));
  }
}

template <class Protocol>
asio::awaitable<void> ApiServer::Impl::serve(Stream<Protocol> stream) {
  struct Open {
    std::size_t& count;
    explicit Open(std::size_t& c) : count(c) { ++count; }
    ~Open() { --count; }
  } const open(counters.connections_open);
  co_await serve_requests(stream);
  error_code ignored;
  stream.socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

template <class Protocol>
asio::awaitable<void> ApiServer::Impl::serve_requests(Stream<Protocol>& stream) {
  beast::flat_buffer buffer(options.header_bytes_max + read_ahead_bytes);
  for (bool first = true;; first = false) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(std::uint32_t(options.header_bytes_max));
    // Each route has its own bound, which holds once it is known.
    parser.body_limit(options.request_bytes_max);
    stream.expires_after(first ? options.header_timeout : options.idle_timeout);
    error_code failure;
    co_await http::async_read_header(stream, buffer, parser, quiet(asio::use_awaitable, failure));
    if (auto bad = bad_message(failure)) {
      co_await reply(stream, HttpRequest(), std::move(*bad));
      co_return;
    }
    if (failure) co_return;
    ++counters.requests;
    auto const& head = parser.get();
    auto request = parse_target(view(head.target()));
    Reply answer;
    Route const* route = nullptr;
    if (!request) {
      answer = error_reply(request.error());
    } else {
      request->method = method_of(head.method());
      request->accept = view(head[http::field::accept]);
      request->last_event_id = view(head["Last-Event-ID"]);
      request->content_type = view(head[http::field::content_type]);
      request->hub_signature = view(head["X-Hub-Signature"]);
      auto const found = table.find(*request);
      route = found.route;
      auto refused =
          refusal(head, *request, route ? route->scope : Scope::read, std::is_same_v<Protocol, local>);
      if (refused) {
        answer = std::move(*refused);
        route = nullptr;
      } else if (!route) {
        answer = found.allow.empty() ? table.not_found() : method_not_allowed(found.allow);
      }
    }
    if (route) {
      auto const body_max = std::min<std::uint64_t>(route->body_bytes_max, options.request_bytes_max);
      if (parser.content_length().value_or(0) > body_max) failure = http::error::body_limit;
      parser.body_limit(body_max);
      stream.expires_after(options.header_timeout);
      if (!failure && !parser.is_done())
        co_await http::async_read(stream, buffer, parser, quiet(asio::use_awaitable, failure));
      if (auto bad = bad_message(failure)) {
        ++counters.errors;
        co_await reply(stream, HttpRequest(), std::move(*bad));
        co_return;
      }
      if (failure) co_return;
    }
    // Of a request that is refused, the body stays unread: nothing can follow it.
    bool const whole = parser.is_done();
    auto message = parser.release();
    if (!whole) message.keep_alive(false);
    if (route) {
      request->body = std::move(message.body());
      if (route->pattern == changes_pattern && delivery_of(*request) != Delivery::long_poll) {
        if (!co_await stream_changes(stream, *request)) co_return;
        continue;
      }
      answer = co_await route->handler(*request);
    }
    if (answer.status >= 400) ++counters.errors;
    if (!co_await reply(stream, message, std::move(answer))) co_return;
  }
}

// Who may ask, and for what: the Host must be one of ours (a page in a browser may have any name resolve to
// 127.0.0.1), and where tokens are set, TCP clients must have one.
std::optional<Reply> ApiServer::Impl::refusal(HttpRequest const& message, Request& request, Scope scope,
                                              bool is_local) {
  request.admin = is_local;
  if (is_local) return std::nullopt;
  auto const host = without_port(view(message[http::field::host]));
  bool const known = host == "localhost" || host == "127.0.0.1" || host == "[::1]" ||
                     std::find(options.allowed_hosts.begin(), options.allowed_hosts.end(), host) !=
                         options.allowed_hosts.end() ||
                     (!options.public_url.empty() &&
                      options.public_url.find(std::string(host)) != std::string::npos && !host.empty());
  if (!known)
    return error_reply({ErrorCode::refused,
                        "this server is not called \"" + std::string(host) + "\"; see http.allowed_hosts"});
  auto token = view(message[http::field::authorization]);
  if (token.starts_with("Bearer ")) token.remove_prefix(7);
  request.admin = same_secret(token, options.admin_token.reveal());
  bool const may_read =
      options.read_token.empty() || request.admin || same_secret(token, options.read_token.reveal());
  if (!may_read && scope != Scope::open) {
    auto reply = error_reply({ErrorCode::refused, "a token is needed: Authorization: Bearer TOKEN"});
    reply.status = 401;
    reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
  }
  if (scope == Scope::admin && !request.admin)
    return error_reply(
        {ErrorCode::refused, "this changes something: use the Unix socket or the admin token"});
  return std::nullopt;
}

template <class Protocol>
asio::awaitable<bool> ApiServer::Impl::send(Stream<Protocol>& stream, std::string bytes) {
  stream.expires_after(options.write_timeout);
  error_code failure;
  co_await asio::async_write(stream, asio::buffer(bytes), quiet(asio::use_awaitable, failure));
  if (failure == beast::error::timeout) ++counters.stuck_dropped;
  co_return !failure;
}

template <class Protocol>
asio::awaitable<bool> ApiServer::Impl::reply(Stream<Protocol>& stream, HttpRequest const& request,
                                             Reply reply) {
  http::response<http::string_body> response(http::int_to_status(reply.status), 11);
  response.set(http::field::server, beast::string_view(server_name.data(), server_name.size()));
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  for (auto const& [name, value] : reply.headers) response.set(name, value);
  response.keep_alive(request.keep_alive() && reply.status != 413);
  response.body() = std::move(reply.body);
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  stream.expires_after(options.write_timeout);
  error_code failure;
  co_await http::async_write(stream, response, quiet(asio::use_awaitable, failure));
  co_return !failure && response.keep_alive();
}

// since=, as=, Last-Event-ID and epoch= to the number to go on behind.
asio::awaitable<Result<Sequence>> ApiServer::Impl::first_cursor(Request const& request, bool& snapshot) {
  snapshot = false;
  if (auto const epoch = request.parameter("epoch"); !epoch.empty()) {
    auto const known = parse_epoch(epoch);
    if (!known) co_return Error{ErrorCode::invalid, "epoch is 16 hexadecimal digits"};
    if (*known != parts.store.epoch())
      co_return Error{ErrorCode::conflict,
                      "the store began a new epoch " + format_epoch(parts.store.epoch()) +
                          " (it was restored): your numbers mean nothing here; begin with since=snapshot"};
  }
  std::string since(request.last_event_id);
  if (since.empty()) since = request.parameter("since");
  if (auto const name = request.parameter("as"); since.empty() && !name.empty()) {
    if (!notify::is_subscription_name(name))
      co_return Error{ErrorCode::invalid, "a subscription's name is 1 to 100 letters, digits and . _ -"};
    auto job = [this, name = std::string(name)] { return parts.store.view().subscription(name); };
    auto const known = co_await run_on(blocking, std::move(job));
    if (known && known->epoch != parts.store.epoch())
      co_return Error{ErrorCode::conflict, "the cursor of " + std::string(name) +
                                               " is of another epoch; begin with since=snapshot"};
    if (known) co_return known->acknowledged;
    if (known.error().code != ErrorCode::not_found) co_return known.error();
  }
  if (since.empty() || since == "now") co_return parts.store.last_sequence();
  if (since == "snapshot") {
    snapshot = true;
    co_return parts.store.last_sequence();
  }
  auto const number = parse_sequence(since);
  if (!number)
    co_return Error{ErrorCode::invalid, "since is a number, \"now\" or \"snapshot\", not \"" + since + "\""};
  co_return *number;
}

asio::awaitable<Reply> ApiServer::Impl::long_poll(Request const& request) {
  auto filter = filter_of(request);
  if (!filter) co_return error_reply(filter.error());
  ChangeStream changes(parts.store, parts.changes, blocking, std::move(*filter), StreamFormat::list);
  bool snapshot = false;
  auto const after = co_await first_cursor(request, snapshot);
  if (!after) co_return error_reply(after.error());
  if (snapshot)
    co_return error_reply({ErrorCode::invalid, "since=snapshot is a stream: ask for application/x-ndjson"});
  auto const begun = co_await changes.begin(*after);
  if (!begun) co_return error_reply(begun.error());
  bool const waits = request.parameter("wait") != "0";
  auto const deadline =
      std::chrono::steady_clock::now() + (waits ? options.poll_timeout : std::chrono::milliseconds(0));
  auto batch = co_await changes.next(deadline);
  if (!batch) co_return error_reply(batch.error());
  counters.events_sent += batch->events;
  Reply reply;
  reply.body = "{\"epoch\":\"" + format_epoch(parts.store.epoch()) + "\",\"last\":\"" +
               format_sequence(changes.cursor()) + "\",\"events\":[" +
               (batch->bookmark ? std::string() : batch->bytes) + "]}\n";
  co_return reply;
}

// True where the connection can serve another request.
template <class Protocol>
asio::awaitable<bool> ApiServer::Impl::stream_changes(Stream<Protocol>& stream, Request const& request) {
  auto const delivery = delivery_of(request);
  auto filter = filter_of(request);
  bool snapshot = false;
  auto after = filter ? co_await first_cursor(request, snapshot) : Result<Sequence>(filter.error());
  if (!after) {
    ++counters.errors;
    co_return co_await reply(stream, HttpRequest(), error_reply(after.error()));
  }
  auto const snapshot_filter = *filter;
  ChangeStream changes(parts.store, parts.changes, blocking, std::move(*filter), format_of(delivery));
  std::optional<Snapshot> state;
  if (snapshot) {
    state.emplace(parts.store, snapshot_filter, format_of(delivery));
    after = state->sequence();
  }
  auto const begun = co_await changes.begin(*after);
  if (!begun) {
    ++counters.errors;
    co_return co_await reply(stream, HttpRequest(), error_reply(begun.error()));
  }
  struct Subscribed {
    std::size_t& count;
    explicit Subscribed(std::size_t& c) : count(c) { ++count; }
    ~Subscribed() { --count; }
  } const subscribed(counters.subscribers);
  auto head = head_of_stream(delivery == Delivery::sse ? "text/event-stream" : "application/x-ndjson");
  if (delivery == Delivery::sse) head += chunk("retry: 2000\n\n");
  if (!co_await send(stream, std::move(head))) co_return false;
  while (state && !state->done()) {
    auto job = [&state] { return state->next(); };
    auto part = co_await run_on(blocking, std::move(job));
    if (!part) co_return false;
    if (!part->empty() && !co_await send(stream, chunk(*part))) co_return false;
  }
  if (state) {
    state.reset();
    if (!co_await send(stream, chunk(changes.bookmark()))) co_return false;
  }
  for (;;) {
    auto batch = co_await changes.next(std::chrono::steady_clock::now() + options.bookmark_interval);
    if (!batch) {
      // What is wrong is said in the stream, then it ends: nothing is passed over in silence.
      auto text = error_json(batch.error());
      if (delivery == Delivery::sse) text = "event: error\ndata: " + text + "\n";
      co_await send(stream, chunk(text) + "0\r\n\r\n");
      co_return false;
    }
    counters.events_sent += batch->events;
    if (!co_await send(stream, chunk(batch->bytes))) co_return false;
  }
}

ApiServer::ApiServer(asio::any_io_executor executor, asio::any_io_executor blocking, ApiParts parts,
                     ApiOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(blocking), std::move(parts),
                                   std::move(options))) {}

ApiServer::~ApiServer() = default;

Result<void> ApiServer::listen() {
  if (!impl_->options.listen.empty())
    if (auto done = impl_->listen_tcp(); !done) return done;
  if (!impl_->options.socket_path.empty())
    if (auto done = impl_->listen_local(); !done) return done;
  return {};
}

std::uint16_t ApiServer::port() const noexcept {
  error_code failure;
  return impl_->tcp_acceptor ? impl_->tcp_acceptor->local_endpoint(failure).port() : 0;
}

asio::awaitable<void> ApiServer::run() {
  if (impl_->tcp_acceptor) impl_->tasks.spawn(impl_->accept<tcp>(*impl_->tcp_acceptor));
  if (impl_->local_acceptor) impl_->tasks.spawn(impl_->accept<local>(*impl_->local_acceptor));
  co_await impl_->tasks.join();
}

asio::awaitable<void> ApiServer::stop() {
  error_code ignored;
  if (impl_->tcp_acceptor) impl_->tcp_acceptor->close(ignored);
  if (impl_->local_acceptor) {
    impl_->local_acceptor->close(ignored);
    std::error_code gone;
    std::filesystem::remove(impl_->options.socket_path, gone);
  }
  impl_->tasks.cancel();
  co_await impl_->tasks.join();
}

ApiCounters ApiServer::counters() const { return impl_->counters; }
RouteTable& ApiServer::routes() noexcept { return impl_->table; }

}  // namespace newsfold::api
