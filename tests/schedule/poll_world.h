#pragma once
// A scheduler on a clock that is turned by hand, polling the scripted origin over real HTTP. What the sink
// reads is a feed of one line an item; the guid is the line.

#include "daemon/schedule/scheduler.h"
#include "feeds/fetch/fetcher.h"
#include "tests/origin/origin_server.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::schedule {

using namespace std::chrono_literals;

inline UtcMicros test_start() { return parse_rfc3339("2026-11-02T00:00:00Z").value(); }  // a Monday

inline fetch::Credentials bearer(std::string secret) {
  fetch::Credentials credentials;
  credentials.bearer = std::move(secret);
  return credentials;
}

// One item, and 304 to who knows it.
inline origin::OriginResponse unchanged(origin::OriginRequest const& request) {
  origin::OriginResponse response;
  response.body = "1\n";
  response.headers = {{"ETag", "\"1\""}};
  return origin::answer_conditionally(request, std::move(response));
}

class LineSink final : public PollSink {
 public:
  boost::asio::awaitable<UtcMicros> newest_entry(FeedSpec const&, fetch::Response const& response) override {
    co_return newest_by_body ? newest_by_body(response.body) : UtcMicros{};
  }
  boost::asio::awaitable<Digest> digest(FeedSpec const& feed, fetch::Response response) override {
    Digest digest;
    ++digested;
    if (reads_more) co_await reads_more(feed);
    if (fail_digests)
      digest.report = Error{ErrorCode::unreadable, "the disk does not answer"};
    else if (response.body.size() > bytes_max)
      digest.report = Error{ErrorCode::too_large, "the document is too large (fetch.body_max)"};
    else if (response.body.starts_with("<html") && !reads_pages)
      digest.report = Error{ErrorCode::not_a_feed, "this is an HTML page"};
    else
      digest.report = read(feed, response.body);
    co_return digest;
  }
  boost::asio::awaitable<Result<void>> commit(FeedSpec const& feed, std::unique_ptr<PendingItems>,
                                              std::string state, std::vector<FeedNotice> told) override {
    if (fail_commits) co_return Error{ErrorCode::no_space, "the disk is full"};
    ++commits;
    if (!state.empty()) states[number(feed.id)] = std::move(state);
    for (auto& notice : told) notices.push_back(std::move(notice));
    if (stored) co_await stored();
    co_return Result<void>();
  }

  std::map<std::uint64_t, std::string> states;
  std::vector<FeedNotice> notices;
  std::set<std::string> seen;
  int digested = 0;
  int commits = 0;
  bool fail_commits = false;
  bool fail_digests = false;
  std::size_t bytes_max = 1 << 20;
  bool reads_pages = false;                                                 // or a page is no feed
  std::function<boost::asio::awaitable<void>(FeedSpec const&)> reads_more;  // in the middle of a digest
  std::function<boost::asio::awaitable<void>()> stored;                     // before a commit's end
  std::function<void(DocumentReport&)> adjust;
  std::function<void(DocumentReport&, std::string const& body)> adjust_by_body;
  std::function<UtcMicros(std::string const& body)> newest_by_body;

  std::vector<NoticeKind> kinds() const {
    std::vector<NoticeKind> out;
    for (auto const& notice : notices) out.push_back(notice.kind);
    return out;
  }

 private:
  DocumentReport read(FeedSpec const& feed, std::string const& body) {
    DocumentReport report;
    for (std::size_t at = 0; at < body.size();) {
      auto const end = std::min(body.find('\n', at), body.size());
      ++report.items;
      if (seen.insert(feed.name + body.substr(at, end - at)).second) ++report.new_items;
      at = end + 1;
    }
    if (adjust) adjust(report);
    if (adjust_by_body) adjust_by_body(report, body);
    return report;
  }
};

class PollWorld : public ::testing::Test {
 protected:
  PollWorld() : clock_(test_start()) {
    fetch::FetchOptions options;
    options.user_agent = "Newsfold/0.1 (+https://newsfold.example/bot)";
    options.resolve = origin_.resolve_rules();
    options.allow_private = {"127.0.0.0/8"};
    fetcher_ = fetch::Fetcher::create(loop_.get_executor(), options).value();
  }
  ~PollWorld() override { stop(); }

  static FeedSpec feed(std::string url, std::uint64_t id = 1) {
    FeedSpec spec;
    spec.id = FeedId{id};
    spec.name = url;
    spec.url = std::move(url);
    spec.robots = RobotsRule::ignore;
    return spec;
  }

  void start(std::vector<FeedSpec> feeds) {
    options_.polling.jitter = jitter_;
    scheduler_ = std::make_unique<Scheduler>(loop_.get_executor(), clock_, client_ ? *client_ : *fetcher_,
                                             sink_, options_);
    set_feeds(std::move(feeds));
    ended_ = false;
    boost::asio::co_spawn(loop_, scheduler_->run(), [this](std::exception_ptr) { ended_ = true; });
    drain();
  }
  Scheduler::Difference set_feeds(std::vector<FeedSpec> feeds) {
    return scheduler_->set_feeds(std::move(feeds),
                                 [this](FeedSpec const& feed) { return sink_.states[number(feed.id)]; });
  }
  void stop() {
    if (!scheduler_) return;
    bool stopped = false;
    boost::asio::co_spawn(loop_, scheduler_->stop(), [&](std::exception_ptr) { stopped = true; });
    loop_.restart();
    while (!stopped || !ended_) {
      if (loop_.poll_one() == 0 && clock_.next_wake() != UtcMicros::max()) clock_.set(clock_.next_wake());
      loop_.restart();
    }
    scheduler_.reset();
  }
  // Lets everything happen that happens without time passing.
  void drain() {
    loop_.restart();
    for (;;) {
      if (loop_.poll() > 0) continue;
      if (fetcher_->counters().in_flight == 0) return;
      loop_.run_one();
      loop_.restart();
    }
  }
  void run_until(UtcMicros t) {
    while (clock_.next_wake() <= t) {
      clock_.set(clock_.next_wake());
      drain();
    }
    clock_.set(t);
    drain();
  }
  void run_for(std::chrono::microseconds time) { run_until(clock_.now() + time); }

  // Registers a path whose requests are noted with the time of the clock.
  void serve(std::string host, std::string path, origin::Handler handler) {
    origin_.handle(host, path, [this, key = host + path, handler = std::move(handler)](auto const& request) {
      times_[key].push_back(clock_.now());
      return handler(request);
    });
  }
  std::vector<UtcMicros> const& times(std::string const& key) { return times_[key]; }
  // One feed each of the hosts h1.example, h2.example ..., which never change.
  std::vector<FeedSpec> feeds_of_hosts(std::uint64_t count) {
    std::vector<FeedSpec> feeds;
    for (std::uint64_t i = 1; i <= count; ++i) {
      auto const host = "h" + std::to_string(i) + ".example";
      serve(host, "/f", unchanged);
      feeds.push_back(feed("http://" + host + "/f", i));
    }
    return feeds;
  }
  // From one request to the next, in minutes rounded down.
  std::vector<long> gaps_min(std::string const& key) {
    std::vector<long> out;
    auto const& all = times_[key];
    for (std::size_t i = 1; i < all.size(); ++i)
      out.push_back(static_cast<long>(std::chrono::floor<std::chrono::minutes>(all[i] - all[i - 1]).count()));
    return out;
  }
  PollState state(std::uint64_t id = 1) { return decode_poll_state(sink_.states[id]).value(); }

  static origin::OriginResponse say(std::string body, origin::HeaderList headers = {}) {
    origin::OriginResponse response;
    response.body = std::move(body);
    response.headers = std::move(headers);
    return response;
  }
  static origin::OriginResponse status(unsigned code, origin::HeaderList headers = {}) {
    auto response = say("", std::move(headers));
    response.status = code;
    return response;
  }

  boost::asio::io_context loop_;
  ManualClock clock_;
  std::map<std::string, std::vector<UtcMicros>> times_;
  origin::OriginServer origin_;  // its thread uses the two before it
  LineSink sink_;
  std::unique_ptr<fetch::Fetcher> fetcher_;
  fetch::Client* client_ = nullptr;  // in front of the fetcher; null: the fetcher itself
  std::unique_ptr<Scheduler> scheduler_;
  SchedulerOptions options_;
  double jitter_ = 0;
  bool ended_ = true;
};

}  // namespace newsfold::schedule
