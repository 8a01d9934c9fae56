#include "daemon/api/connection.h"

#include "daemon/api/changes_query.h"
#include "daemon/api/stream_start.h"
#include "daemon/api/websocket.h"
#include "daemon/api/wire.h"
#include "daemon/runtime/run_on.h"

#include <poll.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t read_ahead_bytes = 4096;         // what may come in behind a header at once
constexpr std::size_t parallel_bytes_min = 64 * 1024;  // a batch worth reading the next one meanwhile
constexpr auto retry_milliseconds = "2000";            // of an SSE client, before it connects again
constexpr std::chrono::seconds farewell{1};            // for the end of TLS
constexpr std::chrono::milliseconds look_again{500};   // whether one that said something has left behind it

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

// What a client is told whose message cannot be read; nothing where it left or was too slow.
std::optional<Reply> bad_message(error_code const& failure) {
  if (failure == http::error::header_limit || failure == http::error::body_limit)
    return error_reply({ErrorCode::too_large, "the request is larger than this address takes"});
  if (failure.category() == http::make_error_code(http::error::bad_method).category() &&
      failure != http::error::end_of_stream && failure != http::error::partial_message)
    return error_reply({ErrorCode::invalid, "this is no HTTP request: " + failure.message()});
  return std::nullopt;
}

Reply preflight() {
  Reply reply;
  reply.status = 204;
  reply.headers = {{"Access-Control-Allow-Methods", "GET, HEAD"},
                   {"Access-Control-Allow-Headers", "Accept, Authorization, Last-Event-ID"},
                   {"Access-Control-Max-Age", "600"}};
  return reply;
}

// Returns once the client has closed its side or is gone, or when cancelled; what it says meanwhile stays
// unread. While there is such a thing, the socket is always readable: the end behind it is looked for now
// and then.
asio::awaitable<void> client_left(AnySocket& socket) {
  asio::steady_timer pause(socket.get_executor());
  for (;;) {
    auto const state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    error_code failure;
    co_await socket.async_wait(AnySocket::wait_read, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) co_return;
    pollfd look{socket.native_handle(), POLLIN | POLLRDHUP, 0};
    if (::poll(&look, 1, 0) < 0 || (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) co_return;
    pause.expires_after(look_again);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
    if (failure) co_return;
  }
}

std::string stream_head(Delivery delivery, Reply const& reply) {
  std::string out =
      "HTTP/1.1 200 OK\r\nServer: newsfold\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
      "Content-Type: ";
  out += delivery == Delivery::sse ? "text/event-stream" : "application/x-ndjson";
  out += "\r\nTransfer-Encoding: chunked\r\n";
  for (auto const& [name, value] : reply.headers) out += name + ": " + value + "\r\n";
  out += "\r\n";
  if (delivery == Delivery::sse) out += chunk("retry: " + std::string(retry_milliseconds) + "\n\n");
  return out;
}

// Whether the connection can serve another request.
enum class After : std::uint8_t { next_request, end };

class Session {
 public:
  Session(ServerState& server, Wire wire, Counted connection, bool is_local)
      : server_(server), wire_(std::move(wire)), connection_(std::move(connection)), is_local_(is_local) {}

  asio::awaitable<void> serve_requests();
  // Goes on with a stream whose head was sent.
  asio::awaitable<void> follow(StreamStart start, std::optional<Counted> subscriber);
  // Null where a WebSocket took it over.
  Wire* wire() { return taken_ ? nullptr : &wire_; }

 private:
  struct Head {
    Route const* route = nullptr;
    Request request;
    Caller caller;  // points into the message
    Reply answer;   // where route is null
  };
  asio::awaitable<bool> begins(beast::flat_buffer& buffer);
  Head admit(HttpRequest const& message);
  asio::awaitable<After> stream_changes(HttpRequest const& message, Request const& request,
                                        std::string const& origin);
  asio::awaitable<void> end_stream(StreamFormat format, std::string text);
  asio::awaitable<bool> send_state(Snapshot& state);
  asio::awaitable<bool> send_log(ChangeStream& changes);
  asio::awaitable<bool> send_batch(Batch const& batch);
  asio::awaitable<bool> send(std::string_view head, std::string_view body = {}, std::string_view tail = {});
  asio::awaitable<After> reply(HttpRequest const& message, Reply answer);

  ServerState& server_;
  Wire wire_;
  Counted connection_;
  bool is_local_;
  bool taken_ = false;
};

// The header alone decides who is heard, and how much of a body is read.
Session::Head Session::admit(HttpRequest const& message) {
  Head head;
  head.caller = {is_local_, view(message[http::field::host]), view(message[http::field::authorization]),
                 view(message[http::field::origin])};
  auto request = parse_target(view(message.target()));
  if (!request) {
    head.answer = error_reply(request.error());
    return head;
  }
  request->method = method_of(message.method());
  request->accept = view(message[http::field::accept]);
  request->last_event_id = view(message["Last-Event-ID"]);
  request->content_type = view(message[http::field::content_type]);
  request->hub_signature = view(message["X-Hub-Signature"]);
  request->if_none_match = view(message[http::field::if_none_match]);
  request->base_url = server_.options.public_url;
  if (request->base_url.empty()) {
    bool const tls = server_.tls != nullptr && !is_local_;
    request->base_url = (tls ? "https://" : "http://") +
                        std::string(head.caller.host.empty() ? "localhost" : head.caller.host);
  }
  while (request->base_url.ends_with('/')) request->base_url.pop_back();
  bool const asks_first = request->method == Method::options && server_.access.cors();
  auto const found = server_.table.find(*request);
  auto verdict = server_.access.judge(
      head.caller, asks_first ? Scope::open : (found.route ? found.route->scope : Scope::read));
  request->admin = verdict.admin;
  head.request = std::move(*request);
  if (verdict.refusal) {
    head.answer = std::move(*verdict.refusal);
  } else if (asks_first) {
    head.answer = preflight();
  } else if (!found.route) {
    head.answer = found.allow.empty() ? server_.table.not_found() : method_not_allowed(found.allow);
  } else {
    head.route = found.route;
  }
  return head;
}

// The first byte of a further request may take its time, the rest of its header may not. False where none
// comes.
asio::awaitable<bool> Session::begins(beast::flat_buffer& buffer) {
  if (buffer.size() > 0) co_return true;
  wire_.expires_after(server_.options.idle_timeout);
  auto const room = buffer.prepare(read_ahead_bytes);
  error_code failure;
  buffer.commit(co_await wire_.async_read_some(room, asio::redirect_error(asio::use_awaitable, failure)));
  co_return !failure;
}

asio::awaitable<void> Session::serve_requests() {
  auto const& options = server_.options;
  beast::flat_buffer buffer(options.header_bytes_max + read_ahead_bytes);
  for (bool first = true;; first = false) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(std::uint32_t(options.header_bytes_max));
    parser.body_limit(boost::none);  // the route says: see below
    if (!first && !co_await begins(buffer)) co_return;
    wire_.expires_after(options.header_timeout);
    error_code failure;
    co_await http::async_read_header(wire_, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, failure));
    HttpRequest nothing;
    nothing.keep_alive(false);
    if (auto bad = bad_message(failure)) {
      co_await reply(nothing, std::move(*bad));
      co_return;
    }
    if (failure) co_return;
    ++server_.counters.requests;
    auto head = admit(parser.get());
    std::string const origin(head.caller.origin);
    bool const foreign = server_.access.foreign(head.caller);
    if (head.route) {
      std::uint64_t body_max = head.route->body_bytes_max;
      if (!head.route->beyond_request_max || !head.route->beyond_request_max(head.request))
        body_max = std::min<std::uint64_t>(body_max, options.request_bytes_max);
      if (parser.content_length().value_or(0) > body_max) failure = http::error::body_limit;
      parser.body_limit(body_max);
      wire_.expires_after(options.header_timeout);
      if (!failure && !parser.is_done())
        co_await http::async_read(wire_, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
      if (auto bad = bad_message(failure)) {
        ++server_.counters.errors;
        co_await reply(nothing, std::move(*bad));
        co_return;
      }
      if (failure) co_return;
    }
    // Of a request that is refused the body stays unread: nothing can follow it.
    bool const whole = parser.is_done();
    auto message = parser.release();
    if (!whole) message.keep_alive(false);
    if (head.route) {
      head.request.body = std::move(message.body());
      if (head.route->pattern == changes_pattern) {
        if (beast::websocket::is_upgrade(message)) {
          if (foreign) {
            auto refused = error_reply(
                {ErrorCode::refused, "pages of " + origin + " may not read here; see http.cors_origins"});
            co_await reply(message, std::move(refused));
            co_return;
          }
          StreamStart start;
          auto refused = co_await start_stream(server_, head.request, StreamFormat::ndjson, start);
          if (!refused) {
            taken_ = true;
            co_await serve_websocket(server_, std::move(wire_), std::move(message), std::move(start));
            co_return;
          }
          if (co_await reply(message, std::move(*refused)) == After::end) co_return;
          continue;
        }
        if (delivery_of(head.request) != Delivery::long_poll) {
          if (co_await stream_changes(message, head.request, origin) == After::end) co_return;
          continue;
        }
        // It may wait for a minute: not for one who has left.
        using namespace asio::experimental::awaitable_operators;
        auto answering = head.route->handler(head.request);
        auto leaving = client_left(wire_.socket());
        auto ended = co_await (std::move(answering) || std::move(leaving));
        if (ended.index() == 1) co_return;
        head.answer = std::get<0>(std::move(ended));
      } else {
        head.answer = co_await head.route->handler(head.request);
      }
    }
    server_.access.allow_origin(origin, head.answer);
    if (co_await reply(message, std::move(head.answer)) == After::end) co_return;
  }
}

asio::awaitable<After> Session::stream_changes(HttpRequest const& message, Request const& request,
                                               std::string const& origin) {
  auto const delivery = delivery_of(request);
  StreamStart start;
  auto refused = co_await start_stream(server_, request, format_of(delivery), start);
  if (refused) {
    server_.access.allow_origin(origin, *refused);
    co_return co_await reply(message, std::move(*refused));
  }
  Reply headers;
  server_.access.allow_origin(origin, headers);
  if (!co_await send(stream_head(delivery, headers))) co_return After::end;
  if (request.method == Method::head) co_return After::end;
  std::optional<Counted> subscriber(server_.counters.subscribers);
  auto following = follow(std::move(start), std::move(subscriber));
  if (!wire_.is_tls()) {
    // Soon in the hands of the FanOut, which sees when the client leaves.
    co_await std::move(following);
  } else {
    using namespace asio::experimental::awaitable_operators;
    auto leaving = client_left(wire_.socket());
    co_await (std::move(following) || std::move(leaving));
  }
  co_return After::end;
}

asio::awaitable<void> Session::follow(StreamStart start, std::optional<Counted> subscriber) {
  auto& changes = *start.changes;
  if (start.state) {
    if (!co_await send_state(*start.state)) co_return;
    start.state.reset();
    // Where the state ends: what follows are changes to it, and this is the number to go on behind.
    auto const end_of_state = chunk(changes.bookmark());
    if (!co_await send(end_of_state)) co_return;
  }
  for (;;) {
    if (!co_await send_log(changes)) co_return;
    auto const bookmark = chunk(changes.bookmark());
    if (!co_await send(bookmark)) co_return;
    if (!wire_.is_tls()) {
      // The disk may know more than what was announced.
      if (number(changes.cursor()) > 0)
        co_await server_.parts.changes.wait_beyond(Sequence{number(changes.cursor()) - 1},
                                                   Clock::now() + server_.options.bookmark_interval);
      if (number(server_.parts.changes.last()) < number(changes.cursor())) continue;
      FanOut::Member member{wire_.release_socket(), std::move(connection_), std::move(*subscriber),
                            changes.filter(),       changes.format(),       changes.cursor(),
                            changes.previous()};
      server_.fan_out.join(std::move(member));
      co_return;
    } else {
      auto const batch =
          co_await changes.next(Clock::now() + bookmark_after(server_.options.bookmark_interval));
      if (!batch) {
        co_await end_stream(changes.format(),
                            refused_cursor_json(server_.parts.store, changes.cursor(), batch.error()));
        co_return;
      }
      if (!batch->bookmark && !co_await send_batch(*batch)) co_return;
    }
  }
}

// What is wrong is said in the stream, then it ends: nothing is passed over in silence.
asio::awaitable<void> Session::end_stream(StreamFormat format, std::string text) {
  if (format == StreamFormat::sse) text = "event: error\ndata: " + text + "\n";
  auto const bytes = chunk(text) + std::string(last_chunk);
  co_await send(bytes);
}

asio::awaitable<bool> Session::send_state(Snapshot& state) {
  while (!state.done()) {
    auto job = [&state] { return state.next(); };
    auto const part = co_await run_on(server_.blocking, std::move(job));
    if (!part) {
      co_await end_stream(state.format(), error_json(part.error()));
      co_return false;
    }
    if (part->empty()) continue;
    auto const bytes = chunk(*part);
    if (!co_await send(bytes)) co_return false;
  }
  co_return true;
}

// All that there is; false where the stream has ended. Reads the next batch while one is on its way.
asio::awaitable<bool> Session::send_log(ChangeStream& changes) {
  using namespace asio::experimental::awaitable_operators;
  auto& store = server_.parts.store;
  auto said_at = Clock::now();
  auto batch = co_await changes.next(said_at);
  for (;;) {
    if (!batch) {
      co_await end_stream(changes.format(), refused_cursor_json(store, changes.cursor(), batch.error()));
      co_return false;
    }
    if (batch->bookmark) {
      if (changes.cursor() >= store.last_sequence()) co_return true;
      // A long way through events that nobody here wants.
      if (Clock::now() - said_at > server_.options.bookmark_interval / 2) {
        said_at = Clock::now();
        auto const bookmark = chunk(batch->bytes);
        if (!co_await send(bookmark)) co_return false;
      }
      batch = co_await changes.next(said_at);
      continue;
    }
    said_at = Clock::now();
    if (batch->bytes.size() < parallel_bytes_min) {
      if (!co_await send_batch(*batch)) co_return false;
      batch = co_await changes.next(said_at);
      continue;
    }
    auto sending = send_batch(*batch);
    auto reading = changes.next(said_at);
    auto [sent, following] = co_await (std::move(sending) && std::move(reading));
    if (!sent) co_return false;
    batch = std::move(following);
  }
}

asio::awaitable<bool> Session::send_batch(Batch const& batch) {
  server_.counters.events_sent += batch.events;
  auto const head = chunk_head(batch.bytes.size());
  co_return co_await send(head, batch.bytes, "\r\n");
}

// The parts are borrowed until it ends. A slow client may take write_timeout for every byte.
asio::awaitable<bool> Session::send(std::string_view head, std::string_view body, std::string_view tail) {
  std::array<asio::const_buffer, 3> const parts{asio::buffer(head), asio::buffer(body), asio::buffer(tail)};
  beast::buffers_suffix<std::array<asio::const_buffer, 3>> rest(parts);
  while (beast::buffer_bytes(rest) > 0) {
    wire_.expires_after(server_.options.write_timeout);
    error_code failure;
    auto const written =
        co_await wire_.async_write_some(rest, asio::redirect_error(asio::use_awaitable, failure));
    if (failure == beast::error::timeout) ++server_.counters.stuck_dropped;
    if (failure) co_return false;
    rest.consume(written);
  }
  co_return true;
}

asio::awaitable<After> Session::reply(HttpRequest const& message, Reply answer) {
  if (answer.status >= 400) ++server_.counters.errors;
  http::response<http::string_body> response(http::int_to_status(answer.status), 11);
  response.set(http::field::server, "newsfold");
  if (answer.status != 204 && answer.status != 304)
    response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  for (auto const& [name, value] : answer.headers) response.set(name, value);
  response.keep_alive(message.keep_alive() && answer.status != 413);
  response.body() = std::move(answer.body);
  response.prepare_payload();
  if (message.method() == http::verb::head) response.body().clear();
  wire_.expires_after(server_.options.write_timeout);
  error_code failure;
  co_await http::async_write(wire_, response, asio::redirect_error(asio::use_awaitable, failure));
  co_return !failure && response.keep_alive() ? After::next_request : After::end;
}

}  // namespace

asio::awaitable<void> serve_connection(ServerState& server, AnySocket socket, Counted connection,
                                       bool is_local) {
  bool const tls = server.tls != nullptr && !is_local;
  Wire wire = tls ? Wire(std::move(socket), *server.tls) : Wire(std::move(socket));
  wire.expires_after(server.options.header_timeout);
  if (co_await wire.handshake()) co_return;
  Session session(server, std::move(wire), std::move(connection), is_local);
  co_await session.serve_requests();
  auto* const left = session.wire();
  if (left == nullptr) co_return;
  left->expires_after(farewell);
  co_await left->shutdown();
  error_code ignored;
  left->socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

asio::awaitable<void> resume_subscriber(ServerState& server, FanOut::Member member) {
  StreamStart start;
  start.changes = std::make_unique<ChangeStream>(server.parts.store, server.parts.changes, server.blocking,
                                                 std::move(member.filter), member.format);
  start.changes->begin_at(member.cursor, member.previous);
  Session session(server, Wire(std::move(member.socket)), std::move(member.connection), false);
  std::optional<Counted> subscriber(std::move(member.subscriber));
  co_await session.follow(std::move(start), std::move(subscriber));
}

}  // namespace newsfold::api
