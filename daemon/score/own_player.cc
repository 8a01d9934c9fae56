#include "daemon/runtime/clock.h"
#include "daemon/schedule/scheduler.h"
#include "daemon/score/player.h"
#include "daemon/score/scenarios.h"
#include "feeds/fetch/fetcher.h"
#include "feeds/parse/parse.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <set>

namespace newsfold::score {

namespace asio = boost::asio;

namespace {

// Reads with the daemon's parser, remembers guids in place of a store.
class MemorySink final : public schedule::PollSink {
 public:
  asio::awaitable<schedule::Digest> digest(schedule::FeedSpec const& feed,
                                           fetch::Response response) override {
    schedule::Digest digest;
    parse::Hints const hints{response.final_url, response.headers.content_type};
    auto parsed = parse::parse_feed(response.body, hints);
    if (parsed) {
      digest.report = schedule::report_of(*parsed);
      for (auto const& item : parsed->items)
        if (seen_[number(feed.id)].insert(item.id).second) ++digest.report->new_items;
    } else {
      digest.report = parsed.error();
    }
    co_return digest;
  }
  asio::awaitable<Result<void>> commit(schedule::FeedSpec const& feed,
                                       std::unique_ptr<schedule::PendingItems>, std::string state,
                                       std::vector<schedule::FeedNotice>) override {
    if (!state.empty()) records_[number(feed.id)] = std::move(state);
    co_return Result<void>();
  }
  std::string record(FeedId id) const {
    auto const it = records_.find(number(id));
    return it == records_.end() ? std::string() : it->second;
  }

 private:
  std::map<std::uint64_t, std::string> records_;
  std::map<std::uint64_t, std::set<std::string>> seen_;
};

class OwnPlay {
 public:
  OwnPlay(Origin& origin, fetch::Fetcher& fetcher, asio::io_context& loop)
      : origin_(origin), fetcher_(fetcher), loop_(loop), clock_(origin.start()) {}

  // From where the clock stands until `end`, with a scheduler that knows what the last one kept.
  void run_until(UtcMicros end, std::vector<schedule::FeedSpec> const& feeds) {
    schedule::Scheduler scheduler(loop_.get_executor(), clock_, fetcher_, sink_, {});
    scheduler.set_feeds(feeds, [this](schedule::FeedSpec const& spec) { return sink_.record(spec.id); });
    bool ended = false, stopped = false;
    asio::co_spawn(loop_, scheduler.run(), [&](std::exception_ptr) { ended = true; });
    drain();
    while (clock_.next_wake() <= end) turn_to(clock_.next_wake());
    turn_to(end);
    asio::co_spawn(loop_, scheduler.stop(), [&](std::exception_ptr) { stopped = true; });
    while (!stopped || !ended) {
      drain();
      if (!stopped && clock_.next_wake() != UtcMicros::max()) turn_to(clock_.next_wake());
    }
  }

 private:
  void turn_to(UtcMicros t) {
    origin_.set_time(t);
    clock_.set(t);
    drain();
  }
  // Lets everything happen that happens without time passing.
  void drain() {
    loop_.restart();
    for (;;) {
      if (loop_.poll() > 0) continue;
      if (fetcher_.counters().in_flight == 0) return;
      loop_.run_one();
      loop_.restart();
    }
  }

  Origin& origin_;
  fetch::Fetcher& fetcher_;
  asio::io_context& loop_;
  ManualClock clock_;
  MemorySink sink_;
};

}  // namespace

Result<void> play_own(Origin& origin, std::vector<std::string> const& urls, std::string const& user_agent) {
  asio::io_context loop;
  fetch::FetchOptions options;
  options.user_agent = user_agent;
  options.allow_private = {"127.0.0.0/8", "::1/128"};
  options.ca_file.clear();
  auto fetcher = fetch::Fetcher::create(loop.get_executor(), options);
  if (!fetcher) return fetcher.error();
  std::vector<schedule::FeedSpec> feeds;
  for (auto const& url : urls) {
    schedule::FeedSpec feed;
    feed.id = FeedId{feeds.size() + 1};
    feed.name = feed.url = url;
    feeds.push_back(std::move(feed));
  }
  OwnPlay play(origin, **fetcher, loop);
  play.run_until(origin.start() + play_time / 2, feeds);
  play.run_until(origin.start() + play_time, feeds);
  return {};
}

}  // namespace newsfold::score
