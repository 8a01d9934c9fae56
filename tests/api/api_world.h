#pragma once
// A server over a real store, on a loop of its own, and hands to change both.

#include "daemon/api/server.h"
#include "daemon/commands/api_client.h"
#include "daemon/runtime/clock.h"
#include "tests/api/wire_client.h"
#include "tests/storage/store_world.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace newsfold::api {

class ApiWorld {
 public:
  struct Settings {
    ApiOptions api;  // listen and socket_path are ours
    notify::RingLimits ring;
    std::function<void(ApiServer&)> prepare;
  };
  explicit ApiWorld(Settings settings = quick());
  ~ApiWorld();
  // Bookmarks after 20 ms, so that no test waits for them.
  static Settings quick();

  storage::Store& store() { return *store_; }
  ApiServer& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  std::filesystem::path socket_path() const { return directory_ / "api.sock"; }
  std::filesystem::path file(std::string_view name) const { return directory_ / name; }

  // Commits and announces; the number of the (last) event.
  Sequence notice(std::string const& feed, std::string const& message = "it does not answer");
  Sequence notice(EventType type);
  Sequence notices(std::string const& feed, int count, std::string const& message = "it does not answer");
  storage::CommitReport ingest(FeedId feed, std::vector<storage::Doc> const& docs, int minutes = 0);
  void withdraw(FeedId feed, ArticleId article);
  // Commits without announcing: what a crash between the two leaves.
  Sequence notice_unannounced(std::string const& feed);
  // Ends the server and starts another over the same store, or over what `change` makes of it.
  void restart(std::function<void(std::filesystem::path const& store)> const& change = {});

  ApiClient client() const { return ApiClient({socket_path().string(), {}, {}}); }
  ApiClient tcp_client() const { return ApiClient({{}, "http://127.0.0.1:" + std::to_string(port()), {}}); }
  WireClient wire() const { return WireClient(port()); }
  boost::json::value json(std::string_view target);  // of a 200 over the Unix socket
  ApiCounters counters();
  void on_loop(std::function<void()> const& work);  // where the server runs; returns when it is done

 private:
  void start();
  void stop();
  storage::CommitReport commit(storage::FeedChange change, int minutes = 0);

  storage::TempDirectory directory_;
  Settings settings_;
  std::unique_ptr<boost::asio::io_context> io_;
  boost::asio::thread_pool blocking_{2};
  boost::asio::thread_pool writer_{1};
  SystemClock clock_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<notify::ChangeFeed> changes_;
  std::unique_ptr<notify::StoreSubscriptions> subscriptions_;
  std::unique_ptr<ApiServer> server_;
  std::thread loop_;
};

}  // namespace newsfold::api
