#include "daemon/score/origin.h"

#include "feeds/text/ascii.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

namespace newsfold::score {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr std::size_t asked_max = 1'000'000;
constexpr auto head_timeout = std::chrono::seconds(30);
constexpr unsigned first_address = 10;  // 127.0.0.10 ...

Asked parse_head(std::string_view head) {
  Asked asked;
  auto const take = [&](std::string_view end) {
    auto const at = head.find(end);
    auto const part = head.substr(0, at);
    head = at == head.npos ? std::string_view{} : head.substr(at + end.size());
    return part;
  };
  auto const line = take("\r\n");
  auto const first = line.find(' '), last = line.rfind(' ');
  if (first != line.npos && last > first) {
    asked.method = line.substr(0, first);
    asked.target = line.substr(first + 1, last - first - 1);
  }
  while (!head.empty()) {
    auto const field = take("\r\n");
    auto const colon = field.find(':');
    if (colon == field.npos) continue;
    auto value = field.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    asked.headers.emplace_back(field.substr(0, colon), value);
  }
  return asked;
}

std::string render(Answer const& answer, UtcMicros now, bool head) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " Scenario\r\nDate: " + http_date(now) +
                    "\r\nConnection: close\r\n";
  for (auto const& [name, value] : answer.headers) out += name + ": " + value + "\r\n";
  if (answer.status != 304) out += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  return out + "\r\n" + (head ? "" : answer.body);
}

std::string value_of(Answer const& answer, std::string_view name) {
  for (auto const& [key, value] : answer.headers)
    if (text::equals_ignoring_case(key, name)) return value;
  return {};
}

}  // namespace

std::string_view Asked::header(std::string_view name) const {
  for (auto const& [key, value] : headers)
    if (text::equals_ignoring_case(key, name)) return value;
  return {};
}

bool Asked::has(std::string_view name) const {
  return std::ranges::any_of(
      headers, [&](auto const& field) { return text::equals_ignoring_case(field.first, name); });
}

struct Origin::State : std::enable_shared_from_this<Origin::State> {
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  std::thread thread;
  std::uint16_t port = 0;
  unsigned next_address = first_address;

  mutable std::mutex lock;  // over what follows
  std::vector<Asked> asked;
  std::map<std::string, Handler> handlers;    // "site path"
  std::map<std::string, std::size_t> counts;  // of requests, by the same
  UtcMicros start{};
  UtcMicros now{};

  Result<tcp::acceptor> listen(asio::ip::address const& address);
  asio::awaitable<void> accept(tcp::acceptor acceptor, std::string site);
  asio::awaitable<void> serve(tcp::socket socket, std::string site);
  Answer answer(Asked request);
};

Result<tcp::acceptor> Origin::State::listen(asio::ip::address const& address) {
  error_code failure;
  tcp::acceptor acceptor(loop);
  tcp::endpoint const endpoint(address, port);
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure)
    return Error{ErrorCode::unreadable, "cannot listen on " + address.to_string() + ": " + failure.message()};
  port = acceptor.local_endpoint().port();
  return acceptor;
}

asio::awaitable<void> Origin::State::accept(tcp::acceptor acceptor, std::string site) {
  for (;;) {
    error_code failure;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) continue;
    asio::co_spawn(loop, serve(std::move(socket), site), asio::detached);
  }
}

asio::awaitable<void> Origin::State::serve(tcp::socket socket, std::string site) {
  asio::streambuf buffer(head_bytes_max);
  error_code failure;
  asio::steady_timer patience(loop, head_timeout);
  patience.async_wait([&socket](error_code cancelled) {
    error_code ignored;
    if (!cancelled) socket.cancel(ignored);
  });
  auto const size = co_await asio::async_read_until(socket, buffer, "\r\n\r\n",
                                                    asio::redirect_error(asio::use_awaitable, failure));
  patience.cancel();
  if (failure) co_return;
  std::string const head(asio::buffers_begin(buffer.data()),
                         asio::buffers_begin(buffer.data()) + static_cast<std::ptrdiff_t>(size - 2));
  auto request = parse_head(head);
  request.site = std::move(site);
  bool const is_head = request.method == "HEAD";
  auto const reply = answer(std::move(request));
  if (reply.status == 0) {
    socket.set_option(asio::socket_base::linger(true, 0), failure);  // a reset, not an end
    co_return;
  }
  UtcMicros time;
  {
    std::lock_guard const hold(lock);
    time = now;
  }
  auto const bytes = render(reply, time, is_head);
  co_await asio::async_write(socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failure));
  socket.shutdown(tcp::socket::shutdown_send, failure);
}

Answer Origin::State::answer(Asked request) {
  std::lock_guard const hold(lock);
  request.at = now;
  request.began = start;
  request.really = std::chrono::steady_clock::now();
  auto const key = request.site + ' ' + request.target;
  auto const handler = handlers.find(key);
  Answer reply;
  reply.status = 404;
  if (handler != handlers.end()) reply = handler->second(request, counts[key]++);
  request.status = reply.status;
  request.etag = value_of(reply, "ETag");
  request.last_modified = value_of(reply, "Last-Modified");
  request.answered = std::chrono::steady_clock::now();
  if (asked.size() < asked_max) asked.push_back(std::move(request));
  return reply;
}

Result<std::unique_ptr<Origin>> Origin::create() {
  auto state = std::make_shared<State>();
  auto* const raw = state.get();
  state->thread = std::thread([raw] { raw->loop.run(); });
  return std::unique_ptr<Origin>(new Origin(std::move(state)));
}

Origin::~Origin() {
  state_->loop.stop();
  state_->thread.join();
}

Result<std::string> Origin::add_site(std::string name, Family family) {
  auto const address = family == Family::v6
                           ? asio::ip::address(asio::ip::address_v6::loopback())
                           : asio::ip::address(asio::ip::address_v4(
                                 {127, 0, 0, static_cast<unsigned char>(state_->next_address++)}));
  auto acceptor = state_->listen(address);
  if (!acceptor) return acceptor.error();
  asio::co_spawn(state_->loop, state_->accept(std::move(*acceptor), std::move(name)), asio::detached);
  auto const host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
  return "http://" + host + ':' + std::to_string(state_->port);
}

void Origin::handle(std::string const& site, std::string const& path, Handler handler) {
  std::lock_guard const hold(state_->lock);
  state_->handlers[site + ' ' + path] = std::move(handler);
}

void Origin::begin(UtcMicros start) {
  std::lock_guard const hold(state_->lock);
  state_->start = state_->now = start;
}

UtcMicros Origin::start() const {
  std::lock_guard const hold(state_->lock);
  return state_->start;
}

void Origin::set_time(UtcMicros now) {
  std::lock_guard const hold(state_->lock);
  state_->now = now;
}

UtcMicros Origin::time() const {
  std::lock_guard const hold(state_->lock);
  return state_->now;
}

std::vector<Asked> Origin::asked() const {
  std::lock_guard const hold(state_->lock);
  return state_->asked;
}

std::string http_date(UtcMicros t) {
  static constexpr char const* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr char const* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = std::chrono::floor<std::chrono::days>(t);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const time{std::chrono::floor<std::chrono::seconds>(t - day)};
  char text[40];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

}  // namespace newsfold::score
