#pragma once
// Webhooks over a real store and real HTTP on loopback: the receiver is scripted, the clock is turned by
// hand.

#include "daemon/runtime/clock.h"
#include "daemon/webhook/webhook_set.h"
#include "feeds/fetch/fetcher.h"
#include "tests/origin/origin_server.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::webhook {

inline constexpr std::string_view first_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
inline constexpr std::string_view second_secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

// What reached a receiver.
struct Received {
  std::string id;
  std::string timestamp;
  std::string signature;
  std::string content_type;
  std::string body;
  std::vector<std::uint64_t> sequences;
};

// A receiver under a path of the origin: answers what the script says for each request, then 200.
class Receiver {
 public:
  using Script = std::function<origin::OriginResponse(Received const&)>;

  Receiver(origin::OriginServer& server, std::string path) : url_(server.url(path)) {
    server.handle("", std::move(path),
                  [this](origin::OriginRequest const& request) { return take(request); });
  }
  std::string const& url() const { return url_; }
  void script(Script script) {
    std::lock_guard const hold(lock_);
    script_ = std::move(script);
  }
  std::vector<Received> all() const {
    std::lock_guard const hold(lock_);
    return received_;
  }
  // Numbers of the events that were answered with 2xx, in order.
  std::vector<std::uint64_t> accepted() const {
    std::lock_guard const hold(lock_);
    return accepted_;
  }
  std::size_t count() const {
    std::lock_guard const hold(lock_);
    return received_.size();
  }

 private:
  origin::OriginResponse take(origin::OriginRequest const& request) {
    Received got;
    got.id = request.header("webhook-id");
    got.timestamp = request.header("webhook-timestamp");
    got.signature = request.header("webhook-signature");
    got.content_type = request.header("content-type");
    got.body = request.body;
    boost::system::error_code failure;
    auto const body = boost::json::parse(request.body, failure);
    auto const number = [](boost::json::value const& event) -> std::uint64_t {
      auto const sequence = parse_sequence(event.at("id").as_string());
      return sequence ? newsfold::number(*sequence) : 0;
    };
    if (!failure && body.is_array())
      for (auto const& event : body.get_array()) got.sequences.push_back(number(event));
    else if (!failure)
      got.sequences.push_back(number(body));
    std::lock_guard const hold(lock_);
    received_.push_back(got);
    auto const response = script_ ? script_(got) : origin::OriginResponse{};
    if (response.status / 100 == 2 && response.delivery == origin::Delivery::whole)
      accepted_.insert(accepted_.end(), got.sequences.begin(), got.sequences.end());
    return response;
  }

  std::string url_;
  mutable std::mutex lock_;
  Script script_;
  std::vector<Received> received_;
  std::vector<std::uint64_t> accepted_;
};

inline origin::OriginResponse answer(unsigned status, origin::HeaderList headers = {}) {
  origin::OriginResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

class WebhookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    reopen();
    begin();
  }
  void TearDown() override {
    end();
    changes_.reset();
    store_.reset();
  }

  // Between end() and begin(): something happens to the store while nobody has it open.
  void reopen(std::function<void(std::filesystem::path const&)> const& change = {}) {
    changes_.reset();
    subscriptions_.reset();
    store_.reset();
    if (change) change(directory_ / "store");
    store_ = storage::open(directory_ / "store");
    ASSERT_NE(store_, nullptr);
    changes_ = std::make_unique<notify::ChangeFeed>(io_.get_executor(), store_->last_sequence());
    subscriptions_ = std::make_unique<notify::StoreSubscriptions>(*store_, writer_.get_executor());
  }
  void begin() {
    WebhookParts const parts{*store_, *changes_,          *subscriptions_,
                             clock_,  io_.get_executor(), blocking_.get_executor()};
    auto make = [this](bool allow_private) -> Result<std::unique_ptr<fetch::Client>> {
      fetch::FetchOptions options;
      if (allow_private) options.allow_private = {"127.0.0.0/8"};
      auto made = fetch::Fetcher::create(io_.get_executor(), options);
      if (!made) return made.error();
      return std::unique_ptr<fetch::Client>(std::move(*made));
    };
    set_ = std::make_unique<WebhookSet>(parts, make, 1);
  }
  void end() {
    if (!set_) return;
    wait_for(set_->stop());
    set_.reset();
  }

  WebhookSpec spec(Receiver const& receiver, std::string name = "archive") const {
    WebhookSpec made;
    made.name = std::move(name);
    made.url = receiver.url();
    made.keys = {SigningKey::parse(first_secret).value()};
    made.allow_private = true;
    return made;
  }
  WebhookSet::Difference set(std::vector<WebhookSpec> specs) {
    return wait_for(set_->set(std::move(specs))).value();
  }
  WebhookStatus status(std::string const& name = "archive") const { return set_->find(name)->status(); }

  // One article a document, as one poll of a feed.
  void ingest(std::vector<storage::Doc> const& docs, FeedId feed = storage::harbour) {
    std::promise<storage::CommitReport> done;
    boost::asio::post(writer_, [&] { done.set_value(storage::ingest(*store_, feed, docs, minute_++)); });
    changes_->publish(done.get_future().get());
  }
  void ingest_new(int from, int to) {
    std::vector<storage::Doc> docs;
    for (int i = from; i <= to; ++i) docs.push_back(storage::doc(i));
    ingest(docs);
  }
  // A new version of article `n`: an event in its story.
  void edit(int n) {
    auto doc = storage::doc(n);
    ++edits_;
    doc.text += ". Edited " + std::to_string(edits_) + ": " + storage::prose(10'000 + edits_).substr(0, 60);
    ingest({doc});
  }

  // Runs the loop until `condition`; the clock stands still.
  void run_until(std::function<bool()> const& condition, char const* what = "the condition") {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(2));
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "waited 20 s for " << what;
        return;
      }
    }
  }
  // The same, turning the clock to the next thing that somebody waits for.
  void turn_until(std::function<bool()> const& condition, char const* what = "the condition") {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      settle();
      if (condition()) return;
      if (clock_.next_wake() != UtcMicros::max()) clock_.set(clock_.next_wake());
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "waited 20 s for " << what;
        return;
      }
    }
  }
  // Lets everything happen that happens without time passing. A request on the wire is waited for.
  void settle() {
    int idle = 0;
    while (idle < 5) {
      io_.restart();
      idle = io_.run_for(std::chrono::milliseconds(2)) == 0 ? idle + 1 : 0;
    }
  }
  template <class T>
  T wait_for(boost::asio::awaitable<T> task) {
    std::optional<T> out;
    boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr failure, T value) {
      if (!failure) out.emplace(std::move(value));
    });
    run_until([&] { return out.has_value(); }, "a coroutine");
    return std::move(*out);
  }
  void wait_for(boost::asio::awaitable<void> task) {
    bool done = false;
    boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr) { done = true; });
    run_until([&] { return done; }, "a coroutine");
  }

  storage::TempDirectory directory_;
  origin::OriginServer origin_;
  boost::asio::io_context io_{1};
  boost::asio::thread_pool blocking_{1};
  boost::asio::thread_pool writer_{1};
  ManualClock clock_{storage::at(0)};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<notify::ChangeFeed> changes_;
  std::unique_ptr<notify::StoreSubscriptions> subscriptions_;
  std::unique_ptr<WebhookSet> set_;
  int minute_ = 0;
  int edits_ = 0;
};

}  // namespace newsfold::webhook
