#include "daemon/api/websocket.h"

#include "daemon/api/changes_query.h"
#include "daemon/runtime/run_on.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t message_bytes_max = 4096;       // of what a client says
constexpr std::size_t chatter_bytes_max = 64 * 1024;  // in all
constexpr int deflate_window_bits = 11;
constexpr int deflate_memory_level = 4;
constexpr std::size_t deflate_bytes_min = 512;

class Conversation {
 public:
  Conversation(ServerState& server, Wire wire, StreamStart start)
      : server_(server), socket_(std::move(wire)), start_(std::move(start)) {}

  asio::awaitable<void> run(HttpRequest const& request);

 private:
  asio::awaitable<void> hear();
  asio::awaitable<void> tell();
  asio::awaitable<bool> tell_lines(std::string_view lines);
  asio::awaitable<void> close(websocket::close_code code);

  ServerState& server_;
  websocket::stream<Wire> socket_;
  StreamStart start_;
};

asio::awaitable<void> Conversation::run(HttpRequest const& request) {
  using namespace asio::experimental::awaitable_operators;
  auto const& options = server_.options;
  // The WebSocket has timers of its own.
  socket_.next_layer().expires_never();
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = options.header_timeout;
  timeout.idle_timeout = options.write_timeout;
  timeout.keep_alive_pings = true;
  socket_.set_option(timeout);
  websocket::permessage_deflate deflate;
  deflate.server_enable = true;
  deflate.server_max_window_bits = deflate_window_bits;
  deflate.client_max_window_bits = deflate_window_bits;
  deflate.memLevel = deflate_memory_level;
  deflate.compLevel = 3;
  deflate.msg_size_threshold = deflate_bytes_min;
  socket_.set_option(deflate);
  socket_.read_message_max(message_bytes_max);
  error_code failure;
  co_await socket_.async_accept(request, asio::redirect_error(asio::use_awaitable, failure));
  if (failure) co_return;
  socket_.text(true);
  Counted const subscriber(server_.counters.subscribers);
  auto hearing = hear();
  auto telling = tell();
  co_await (std::move(hearing) || std::move(telling));
}

// Pings and the end come by here; ends where the client does.
asio::awaitable<void> Conversation::hear() {
  std::size_t heard = 0;
  beast::flat_buffer buffer;
  for (;;) {
    error_code failure;
    heard += co_await socket_.async_read(buffer, asio::redirect_error(asio::use_awaitable, failure));
    if (failure || heard > chatter_bytes_max) co_return;
    buffer.clear();
  }
}

asio::awaitable<void> Conversation::tell() {
  auto& changes = *start_.changes;
  while (start_.state && !start_.state->done()) {
    auto job = [this] { return start_.state->next(); };
    auto const part = co_await run_on(server_.blocking, std::move(job));
    if (!part) {
      auto const why = error_json(part.error());
      if (co_await tell_lines(why)) co_await close(websocket::close_code::policy_error);
      co_return;
    }
    if (!co_await tell_lines(*part)) co_return;
  }
  if (start_.state) {
    start_.state.reset();
    // Where the state ends: what follows are changes to it.
    auto const end_of_state = changes.bookmark();
    if (!co_await tell_lines(end_of_state)) co_return;
  }
  for (bool first = true;; first = false) {
    auto const wait =
        first ? std::chrono::milliseconds(0) : bookmark_after(server_.options.bookmark_interval);
    auto const batch = co_await changes.next(Clock::now() + wait);
    if (!batch) {
      auto const why = refused_cursor_json(server_.parts.store, changes.cursor(), batch.error());
      if (co_await tell_lines(why)) co_await close(websocket::close_code::policy_error);
      co_return;
    }
    server_.counters.events_sent += batch->events;
    if (!co_await tell_lines(batch->bytes)) co_return;
  }
}

// A message a line; false where the client is gone.
asio::awaitable<bool> Conversation::tell_lines(std::string_view lines) {
  while (!lines.empty()) {
    auto const end = std::min(lines.find('\n'), lines.size());
    error_code failure;
    co_await socket_.async_write(asio::buffer(lines.data(), end),
                                 asio::redirect_error(asio::use_awaitable, failure));
    if (failure == beast::error::timeout) ++server_.counters.stuck_dropped;
    if (failure) co_return false;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  co_return true;
}

asio::awaitable<void> Conversation::close(websocket::close_code code) {
  error_code ignored;
  websocket::close_reason const reason(code);
  co_await socket_.async_close(reason, asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

asio::awaitable<void> serve_websocket(ServerState& server, Wire wire, HttpRequest request,
                                      StreamStart start) {
  Conversation conversation(server, std::move(wire), std::move(start));
  co_await conversation.run(request);
}

}  // namespace newsfold::api
