#include "daemon/api/server.h"

#include "daemon/api/access.h"
#include "daemon/api/connection.h"
#include "daemon/api/fan_out.h"
#include "daemon/api/listener.h"
#include "daemon/api/routes.h"
#include "daemon/runtime/task_group.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Out of descriptors: those that are open must close first.
constexpr std::chrono::milliseconds accept_pause{100};

// Whoever types the address into a browser.
asio::awaitable<Reply> say_what_this_is() {
  Reply reply;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body =
      "This is Newsfold's API, for programs.\n"
      "/v1 lists what is answered here, /v1/status tells how the daemon is, /v1/articles what is new;\n"
      "/v1/changes?since=now is the stream of changes. docs/API.md explains them all.\n";
  co_return reply;
}

asio::awaitable<Reply> list_routes(RouteTable const& table) { co_return table.index(); }

AccessRules rules_of(ApiOptions const& options) {
  return {options.read_tokens, options.admin_tokens, options.public_url, options.allowed_hosts,
          options.cors_origins};
}

}  // namespace

struct ApiServer::Impl {
  Impl(asio::any_io_executor e, asio::any_io_executor b, ApiParts p, ApiOptions o)
      : executor(std::move(e)),
        blocking(std::move(b)),
        parts(std::move(p)),
        options(std::move(o)),
        access(rules_of(options)),
        routes(parts, blocking, [this] { return all_counters(); }),
        fan_out(parts.changes, parts.store.epoch(), {options.bookmark_interval, options.write_timeout},
                [this](FanOut::Member member) { tasks.spawn(resume_subscriber(shared, std::move(member))); }),
        shared{executor, blocking, parts, options, counters, table, access, fan_out, tasks},
        tasks(executor) {
    routes.add_to(table);
    auto poll = [this](Request const& request) { return answer_long_poll(shared, request); };
    table.add({Method::get, std::string(changes_pattern), Scope::read, 0, std::move(poll)});
    auto list = [this](Request const&) { return list_routes(table); };
    table.add({Method::get, "/v1", Scope::read, 0, std::move(list)});
    auto greet = [](Request const&) { return say_what_this_is(); };
    table.add({Method::get, "/", Scope::open, 0, std::move(greet)});
  }

  asio::any_io_executor executor;
  asio::any_io_executor blocking;
  ApiParts parts;
  ApiOptions options;
  ApiCounters counters;
  Access access;
  Routes routes;
  RouteTable table;
  std::vector<Listener> listeners;
  FanOut fan_out;
  ServerState shared;
  TaskGroup tasks;

  asio::awaitable<void> accept(Listener& listener);
  ApiCounters all_counters() const;
};

asio::awaitable<void> ApiServer::Impl::accept(Listener& listener) {
  for (;;) {
    error_code failure;
    auto socket = co_await listener.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) {
      asio::steady_timer pause(executor, accept_pause);
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    if (counters.connections_open >= options.connections_max) {
      ++counters.connections_refused;
      continue;
    }
    ++counters.connections;
    Counted connection(counters.connections_open);
    tasks.spawn(serve_connection(shared, std::move(socket), std::move(connection), listener.is_local));
  }
}

ApiCounters ApiServer::Impl::all_counters() const {
  auto out = counters;
  out.events_sent += fan_out.counters().events_sent;
  out.stuck_dropped += fan_out.counters().stuck_dropped;
  out.fell_behind = fan_out.counters().fell_behind;
  return out;
}

ApiServer::ApiServer(asio::any_io_executor executor, asio::any_io_executor blocking, ApiParts parts,
                     ApiOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(blocking), std::move(parts),
                                   std::move(options))) {}

ApiServer::~ApiServer() = default;

Result<void> ApiServer::listen() {
  auto& impl = *impl_;
  if (!impl.options.tls_cert_file.empty()) {
    auto certificate = read_certificate(impl.options.tls_cert_file, impl.options.tls_key_file);
    if (!certificate) return certificate.error();
    impl.shared.tls = std::move(*certificate);
  }
  auto listeners = open_listeners(impl.executor, impl.options);
  if (!listeners) return listeners.error();
  impl.listeners = std::move(*listeners);
  return {};
}

std::uint16_t ApiServer::port() const noexcept {
  for (auto const& listener : impl_->listeners)
    if (!listener.is_local) return listener.port;
  return 0;
}

asio::awaitable<void> ApiServer::run() {
  for (auto& listener : impl_->listeners) impl_->tasks.spawn(impl_->accept(listener));
  co_await impl_->tasks.join();
}

asio::awaitable<void> ApiServer::stop() {
  error_code ignored;
  for (auto& listener : impl_->listeners) {
    listener.acceptor.close(ignored);
    std::error_code gone;
    if (!listener.path.empty()) std::filesystem::remove(listener.path, gone);
  }
  impl_->fan_out.close();
  impl_->tasks.cancel();
  co_await impl_->tasks.join();
}

void ApiServer::set_tokens(std::vector<Secret> read, std::vector<Secret> admin) {
  impl_->access.set_tokens(std::move(read), std::move(admin));
}

void ApiServer::set_certificate(TlsContext certificate) {
  if (speaks_tls() && certificate) impl_->shared.tls = std::move(certificate);
}

bool ApiServer::speaks_tls() const noexcept { return impl_->shared.tls != nullptr; }

ApiCounters ApiServer::counters() const { return impl_->all_counters(); }
RouteTable& ApiServer::routes() noexcept { return impl_->table; }

}  // namespace newsfold::api
