#include "daemon/run/admin_routes.h"

#include "daemon/runtime/clock.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace newsfold::run {
namespace {

namespace asio = boost::asio;

class NoWeb final : public fetch::Client {
 public:
  asio::awaitable<Result<fetch::Response>> fetch(fetch::Request) override {
    co_return Error{ErrorCode::unreachable, "there is no web here"};
  }
};

class NoSink final : public schedule::PollSink {
 public:
  asio::awaitable<schedule::Digest> digest(schedule::FeedSpec const&, fetch::Response) override {
    co_return schedule::Digest{};
  }
  asio::awaitable<Result<void>> commit(schedule::FeedSpec const&, std::unique_ptr<schedule::PendingItems>,
                                       std::string, std::vector<schedule::FeedNotice>) override {
    co_return Result<void>();
  }
};

// The readers' threads are a loop of its own, which stands still until the test turns it.
struct AdminRoutesTest : ::testing::Test {
  // The handler refers to the request.
  std::size_t ask(std::string_view target) {
    auto& request = requests.emplace_back(std::make_unique<api::Request>(api::parse_target(target).value()));
    auto const at = answers.size();
    answers.emplace_back();
    auto take = [this, at](std::exception_ptr failure, api::Reply reply) {
      if (failure) std::rethrow_exception(failure);
      answers[at] = std::move(reply);
    };
    asio::co_spawn(io, table.find(*request).route->handler(*request), take);
    turn(io);
    return at;
  }
  static void turn(asio::io_context& loop) {
    loop.restart();
    loop.poll();
  }

  asio::io_context io{1};
  asio::io_context blocking{1};
  storage::TempDirectory directory;
  std::unique_ptr<storage::Store> store = storage::open(directory / "store");
  ManualClock clock{storage::at(0)};
  NoWeb web;
  NoSink sink;
  schedule::Scheduler scheduler{io.get_executor(), clock, web, sink, {}};
  health::HealthWatch health{blocking.get_executor(), clock, *store, {}, [](bool) {}};
  AdminRoutes routes{blocking.get_executor(), blocking.get_executor(), *store, scheduler, health, clock};
  api::RouteTable table;
  std::vector<std::unique_ptr<api::Request>> requests;
  std::vector<std::optional<api::Reply>> answers;
};

TEST_F(AdminRoutesTest, MoreSearchesThanMayRunAtOnceAreAskedToComeAgain) {
  storage::ingest(*store, storage::harbour, {storage::doc(1)});
  routes.add_to(table);
  while (answers.empty() || !answers.back()) {
    ask("/v1/search?q=the");
    ASSERT_LT(answers.size(), 100u) << "there is no bound";
  }
  auto const& refused = *answers.back();
  EXPECT_EQ(refused.status, 503u);
  EXPECT_TRUE(std::ranges::count(refused.headers, std::pair<std::string, std::string>("Retry-After", "1")));
  EXPECT_GT(answers.size(), 2u) << "several may run";
  turn(blocking);
  turn(io);
  for (std::size_t i = 0; i + 1 < answers.size(); ++i) EXPECT_EQ(answers.at(i)->status, 200u);
  auto const next = ask("/v1/search?q=the");
  turn(blocking);
  turn(io);
  EXPECT_EQ(answers.at(next)->status, 200u);
}

}  // namespace
}  // namespace newsfold::run
