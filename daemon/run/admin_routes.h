#pragma once
// What operators ask a running daemon for, beside what subscribers ask: search, export, one feed's story,
// pause, backup, verification. docs/API.md describes them. Lives on the I/O thread; the work runs on the
// blocking pool.

#include "daemon/admin/care.h"
#include "daemon/api/route_table.h"
#include "daemon/health/health_watch.h"
#include "daemon/schedule/scheduler.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace newsfold::run {

class AdminRoutes {
 public:
  // All of them outlive the routes. `care` runs for minutes on a thread of its own: `long_work`.
  AdminRoutes(boost::asio::any_io_executor blocking, boost::asio::any_io_executor long_work,
              storage::Store& store, schedule::Scheduler& scheduler, health::HealthWatch& health,
              Clock const& clock)
      : blocking_(std::move(blocking)),
        long_work_(std::move(long_work)),
        store_(store),
        scheduler_(scheduler),
        health_(health),
        clock_(clock),
        care_(store) {}

  void add_to(api::RouteTable& table);

  // Ends a backup, a verification or a compaction under way.
  void stop() { care_.stop(); }

 private:
  using Answer = boost::asio::awaitable<api::Reply>;
  Answer search(api::Request const& request);
  Answer export_page(api::Request const& request);
  Answer feed(api::Request const& request);
  Answer pause(api::Request const& request);
  Answer resume(api::Request const& request);
  Answer backup(api::Request const& request);
  Answer verify(api::Request const& request);
  Answer compact(api::Request const& request);
  Answer set_paused(std::string_view name, schedule::Pause pause);

  boost::asio::any_io_executor blocking_;
  boost::asio::any_io_executor long_work_;
  storage::Store& store_;
  schedule::Scheduler& scheduler_;
  health::HealthWatch& health_;
  Clock const& clock_;
  admin::Care care_;
  std::size_t searches_ = 0;  // under way
};

}  // namespace newsfold::run
