#include "daemon/commands/store_reader.h"

#include "daemon/api/routes.h"
#include "daemon/notify/change_feed.h"
#include "daemon/notify/subscriptions.h"
#include "daemon/run/feed_status.h"
#include "daemon/run/feed_story.h"
#include "daemon/runtime/clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>

namespace newsfold {
namespace {

namespace asio = boost::asio;

// A feed as the store remembers it: what only a running scheduler knows is empty.
struct StoredFeed {
  schedule::FeedStatus status;
  health::FeedHealth health;
};

std::vector<StoredFeed> stored_feeds(storage::Store const& store) {
  std::vector<StoredFeed> out;
  auto const rows = store.view().feeds();
  if (!rows) return out;
  for (auto const& row : *rows) {
    auto& feed = out.emplace_back();
    feed.status.id = row.id;
    feed.status.name = row.name;
    if (auto state = schedule::decode_poll_state(row.state)) feed.status.state = std::move(*state);
    feed.status.url = feed.status.state.poll_url();
    feed.health.articles = row.articles;
    feed.health.copies = row.copies;
    feed.health.stored_bytes = row.bytes;
  }
  std::ranges::sort(out, {}, [](StoredFeed const& feed) { return feed.status.name; });
  return out;
}

class StoredStatus final : public api::FeedStatusSource {
 public:
  StoredStatus(storage::Store const& store, Clock const& clock) : store_(store), clock_(clock) {}

  std::vector<api::FeedStatus> feed_status() const override {
    std::vector<api::FeedStatus> out;
    for (auto const& feed : stored_feeds(store_))
      out.push_back(run::status_of(feed.status, &feed.health, clock_.now()));
    return out;
  }
  Result<void> poll_now(std::string_view) override {
    return Error{ErrorCode::refused, "no daemon runs that could ask"};
  }

 private:
  storage::Store const& store_;
  Clock const& clock_;
};

class StoreReader {
 public:
  explicit StoreReader(storage::Store& store) : store_(store) {
    routes_.add_to(table_);
    auto story = [this](api::Request const& request) { return tell_story(request); };
    table_.add({api::Method::get, "/v1/feeds/{name}", api::Scope::read, 0, std::move(story)});
  }

  ApiAnswer get(std::string_view target) {
    auto request = api::parse_target(target);
    auto reply = request ? api::Reply() : api::error_reply(request.error());
    if (request) {
      auto const found = table_.find(*request);
      if (found.route == nullptr) {
        reply = table_.not_found();
      } else {
        auto take = [&reply](std::exception_ptr failure, api::Reply answer) {
          if (failure) std::rethrow_exception(failure);
          reply = std::move(answer);
        };
        asio::co_spawn(io_, found.route->handler(*request), take);
        io_.run();
      }
    }
    return {long(reply.status), std::move(reply.body)};
  }

 private:
  asio::awaitable<api::Reply> tell_story(api::Request const& request) {
    auto const name = request.variable("name");
    for (auto const& feed : stored_feeds(store_)) {
      if (feed.status.name != name) continue;
      api::Reply reply;
      reply.body =
          boost::json::serialize(run::feed_story_json(feed.status, &feed.health, clock_.now())) + "\n";
      co_return reply;
    }
    co_return api::error_reply({ErrorCode::not_found, "the store knows no feed by the name " +
                                                          std::string(name) + "; see newsfold feeds"});
  }

  storage::Store& store_;
  SystemClock clock_;
  asio::io_context io_{1};  // what the daemon gives to threads is done here in its turn
  notify::ChangeFeed changes_{io_.get_executor(), store_.last_sequence()};
  notify::StoreSubscriptions subscriptions_{store_, io_.get_executor()};
  StoredStatus feeds_{store_, clock_};
  api::ApiParts parts_{store_, changes_, subscriptions_, clock_, &feeds_, {}, {}};
  api::Routes routes_{parts_, io_.get_executor(), [] { return api::ApiCounters(); }};
  api::RouteTable table_;
};

}  // namespace

Result<ApiAnswer> ask_or_read(StoreChoice const& choice, std::string_view command, std::string_view target) {
  Error unanswered{ErrorCode::unreachable, {}};
  if (choice.store.empty()) {
    auto answer = ApiClient(ApiAddress::with_defaults(choice.address)).get(target);
    if (answer || answer.error().code != ErrorCode::unreachable || !choice.address.url.empty()) return answer;
    unanswered = answer.error();
  }
  auto const store = open_store(choice, storage::OpenMode::read_only);
  if (!store && choice.store.empty())
    return Error{ErrorCode::unreachable,
                 unanswered.message + "\nNor from the store: " + store.error().message};
  if (!store) return store.error();
  if (choice.store.empty())
    std::cerr << "newsfold " << command << ": no daemon answers; this is what the store remembers\n";
  return StoreReader(**store).get(target);
}

}  // namespace newsfold
