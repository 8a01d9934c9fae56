#include "daemon/nats/nats_sink.h"

#include "daemon/runtime/task_group.h"
#include "feeds/model/event_json.h"
#include "tests/nats/nats_server.h"
#include "tests/storage/store_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/parse.hpp>

#include <functional>
#include <future>

namespace newsfold::nats {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class NatsSinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServer::installed()) GTEST_SKIP() << "nats-server is not installed (./dev test installs it)";
    server_.start();
    open_store();
  }
  void TearDown() override {
    end();
    changes_.reset();
    store_.reset();
  }

  void open_store(Epoch epoch = Epoch{0xe1}) {
    auto options = storage::options();
    options.fresh_epoch = epoch;
    store_ = storage::open(directory_ / ("store" + std::to_string(number(epoch))), options);
    ASSERT_NE(store_, nullptr);
    changes_ = std::make_unique<notify::ChangeFeed>(io_.get_executor(), store_->last_sequence());
    subscriptions_ = std::make_unique<notify::StoreSubscriptions>(*store_, writer_.get_executor());
  }

  JetStreamOptions options() const {
    JetStreamOptions made;
    made.url = server_.url();
    made.stream = "NEWSFOLD";
    made.pattern = "newsfold.>";
    return made;
  }
  void begin(JetStreamOptions with) {
    sink_ = std::make_unique<NatsSink>(SinkParts{*store_, *changes_, *subscriptions_, clock_,
                                                 blocking_.get_executor(), publisher_.get_executor()},
                                       std::move(with), SubjectTemplate::parse("newsfold.{type}").value(),
                                       filter_);
    tasks_ = std::make_unique<TaskGroup>(io_.get_executor());
    tasks_->spawn(sink_->run());
  }
  void begin() { begin(options()); }
  void end() {
    if (!sink_) return;
    tasks_->cancel();
    bool done = false;
    asio::co_spawn(io_, finish(), [&](std::exception_ptr) { done = true; });
    run_until([&] { return done; });
    tasks_.reset();
    sink_.reset();
  }
  asio::awaitable<void> finish() {
    co_await tasks_->join();
    co_await sink_->save();
  }

  void ingest(std::vector<storage::Doc> const& docs) {
    std::promise<storage::CommitReport> done;
    asio::post(writer_, [&] { done.set_value(storage::ingest(*store_, storage::harbour, docs, minute_++)); });
    changes_->publish(done.get_future().get());
  }
  void ingest_new(int from, int to) {
    std::vector<storage::Doc> docs;
    for (int i = from; i <= to; ++i) docs.push_back(storage::doc(i));
    ingest(docs);
  }

  // Runs the loop, turning the clock whenever somebody sleeps on it.
  void run_until(std::function<bool()> const& condition) {
    auto const deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      io_.restart();
      if (io_.run_for(2ms) == 0 && clock_.next_wake() != UtcMicros::max()) clock_.set(clock_.next_wake());
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "waited 30 s; the sink says: " << (sink_ ? sink_->status().error : "");
        return;
      }
    }
  }
  void run_until_at(std::uint64_t cursor) {
    run_until([&] { return number(sink_->status().cursor) == cursor && sink_->status().error.empty(); });
  }

  // Every event of the log once, in order, whole.
  void expect_copy(std::uint64_t last) {
    auto const stored = stored_in(server_.url(), "NEWSFOLD");
    ASSERT_EQ(stored.size(), last);
    auto reader = store_->changes(Sequence{0}).value();
    for (auto const& message : stored) {
      auto const* const event = reader.next().value();
      ASSERT_NE(event, nullptr);
      std::string body(event->open_json);
      append_event_end(body, Sequence{number(event->sequence) - 1});
      EXPECT_EQ(message.id, format_sequence(event->sequence));
      EXPECT_EQ(message.body, body);
      EXPECT_EQ(message.subject, "newsfold." + std::string(to_string(event->type)));
      EXPECT_EQ(message.epoch, format_epoch(store_->epoch()));
      EXPECT_EQ(message.content_type, "application/cloudevents+json");
    }
  }

  storage::TempDirectory directory_;
  NatsServer server_{directory_ / "nats"};
  asio::io_context io_{1};
  asio::thread_pool blocking_{1};
  asio::thread_pool writer_{1};
  asio::thread_pool publisher_{1};
  ManualClock clock_{storage::at(0)};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<notify::ChangeFeed> changes_;
  std::unique_ptr<notify::StoreSubscriptions> subscriptions_;
  notify::Filter filter_;
  std::unique_ptr<NatsSink> sink_;
  std::unique_ptr<TaskGroup> tasks_;
  int minute_ = 0;
};

TEST_F(NatsSinkTest, AFreshStreamGetsTheWholeLogAndThenWhatComes) {
  ingest_new(1, 5);
  begin();
  run_until_at(5);
  ingest_new(6, 8);
  auto edited = storage::doc(2);
  edited.text += " One more sentence about the harbour.";
  ingest({edited});
  run_until_at(9);
  expect_copy(9);
}

// "id<prev ..." of what the stream holds.
std::string chain(std::vector<StoredMessage> const& messages) {
  std::string out;
  for (auto const& message : messages) {
    auto const event = boost::json::parse(message.body);
    auto const tail = [&](char const* key) { return std::string(event.at(key).as_string()).substr(18); };
    out += tail("id") + "<" + tail("prev") + " ";
  }
  return out;
}

TEST_F(NatsSinkTest, AFilterLetsPassWhatItMeansOnEveryTransport) {
  notify::FilterSpec wanted;
  wanted.query = "\"headline number 2\"";
  filter_ = notify::Filter::make(wanted).value();
  ingest_new(1, 3);
  begin();
  run_until_at(3);
  ingest_new(4, 19);
  ingest_new(20, 29);  // none of them has the number 2 as a word of its own
  auto edited = storage::doc(2);
  edited.text += " One more sentence about the harbour.";
  ingest({edited});
  run_until_at(30);
  EXPECT_EQ(chain(stored_in(server_.url(), "NEWSFOLD")), "02<00 30<02 ");
}

// The stream alone proves that nothing is missing in it: each message names the one before, also across
// restarts and where the filter was changed between them.
TEST_F(NatsSinkTest, AFilteredStreamIsOneChainAcrossRestarts) {
  notify::FilterSpec wanted;
  wanted.types = {"article.updated"};
  filter_ = notify::Filter::make(wanted).value();
  auto edited = storage::doc(2);
  auto const edit = [&] {
    edited.text += " One more sentence about the harbour.";
    ingest({edited});
  };
  ingest_new(1, 3);
  edit();
  begin();
  run_until_at(4);
  end();
  ingest_new(4, 6);
  edit();
  begin();
  run_until_at(8);
  end();
  filter_ = {};
  ingest_new(7, 7);
  begin();
  run_until_at(9);
  EXPECT_EQ(chain(stored_in(server_.url(), "NEWSFOLD")), "04<00 08<04 09<08 ");
}

TEST_F(NatsSinkTest, ManyEventsGoInBatches) {
  for (int i = 0; i < 10; ++i) ingest_new(1 + i * 100, 100 + i * 100);
  begin();
  run_until_at(1000);
  expect_copy(1000);
}

TEST_F(NatsSinkTest, TheStreamsLastMessageDecidesAndNotOurOwnNotes) {
  ingest_new(1, 4);
  begin();
  run_until_at(4);
  end();
  storage::Subscription behind;
  behind.name = std::string(nats_subscription);
  behind.epoch = store_->epoch();
  behind.acknowledged = Sequence{1};  // an older note
  ASSERT_TRUE(store_->put_subscription(behind));
  ingest_new(5, 6);
  begin();
  run_until_at(6);
  end();
  behind.acknowledged = Sequence{6};
  ASSERT_TRUE(store_->put_subscription(behind));
  ingest_new(7, 7);
  behind.acknowledged = Sequence{7};  // a note that runs ahead
  ASSERT_TRUE(store_->put_subscription(behind));
  begin();
  run_until_at(7);
  expect_copy(7);
}

TEST_F(NatsSinkTest, AnEmptiedStreamGoesOnBehindWhatItHad) {
  ingest_new(1, 4);
  begin();
  run_until_at(4);
  end();
  purge(server_.url(), "NEWSFOLD");
  ingest_new(5, 5);
  begin();
  run_until_at(5);
  auto const stored = stored_in(server_.url(), "NEWSFOLD");
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].id, "00000000000000000005");
}

TEST_F(NatsSinkTest, AServerThatDiesAndComesBackGetsEveryEventOnce) {
  ingest_new(1, 3);
  begin();
  run_until_at(3);
  server_.kill();
  ingest_new(4, 6);
  run_until([&] { return !sink_->status().error.empty(); });
  EXPECT_FALSE(sink_->status().attached);
  ingest_new(7, 300);
  server_.start();
  run_until_at(300);
  expect_copy(300);
}

TEST_F(NatsSinkTest, SomebodyElseInTheStreamIsNoticedAndNothingIsStoredTwice) {
  ingest_new(1, 2);
  begin();
  run_until_at(2);
  publish_as_another(server_.url(), "newsfold.other", "not ours");
  ingest_new(3, 4);
  // The stranger has no number of ours: what stands before it is ours, and is looked for in the stream.
  run_until([&] { return sink_->status().conflicts > 0; });
  ingest_new(5, 5);
  run_until_at(5);
  std::vector<std::string> ids;
  for (auto const& message : stored_in(server_.url(), "NEWSFOLD"))
    if (!message.id.empty()) ids.push_back(message.id.substr(19));
  EXPECT_THAT(ids, ::testing::ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(NatsSinkTest, AnEventTooLargeForTheServerGoesAsAReference) {
  auto big = storage::doc(1);
  for (int i = 0; i < 2000; ++i) big.text += " " + storage::prose(100 + i);
  ASSERT_GT(big.text.size(), std::size_t{1} << 20);
  ingest({big, storage::doc(2)});
  begin();
  run_until_at(2);
  auto const stored = stored_in(server_.url(), "NEWSFOLD");
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_THAT(stored[0].body, HasSubstr("\"dataref\":\"/v1/articles/1\""));
  EXPECT_THAT(stored[0].body, HasSubstr("\"id\":\"00000000000000000001\""));
  EXPECT_THAT(stored[1].body, HasSubstr("content_text"));
  EXPECT_EQ(sink_->status().cut, 1U);
}

TEST_F(NatsSinkTest, ARestoredStoreWaitsUntilTheServerForgotTheOldNumbers) {
  ingest_new(1, 3);
  begin();
  run_until_at(3);
  end();
  changes_.reset();
  store_.reset();
  open_store(Epoch{0xe2});  // the same numbers, another history
  ingest_new(11, 12);
  auto const began = clock_.now();
  begin();
  run_until([&] { return sink_->status().attached; });
  EXPECT_GE(clock_.now() - began, 2min) << "the window in which the server takes an id for a repetition";
}

TEST_F(NatsSinkTest, AfterARestoreTheNewLogIsCopiedAndNothingIsCalledLost) {
  ingest_new(1, 3);
  begin();
  run_until_at(3);
  end();
  ASSERT_TRUE(store_->backup(directory_ / "backup"));
  changes_.reset();
  store_.reset();
  ASSERT_TRUE(storage::Store::restore(directory_ / "backup", directory_ / "store226", Epoch{0xe2}));
  open_store(Epoch{0xe2});
  ingest_new(4, 5);
  begin();
  run_until_at(number(store_->last_sequence()));
  EXPECT_EQ(sink_->status().lost, 0U);
  auto const stored = stored_in(server_.url(), "NEWSFOLD");
  ASSERT_EQ(stored.size(), 5U);
  EXPECT_EQ(stored.back().id, format_sequence(store_->last_sequence()));
}

TEST_F(NatsSinkTest, AnEventThatTheDiskDamagedIsCopiedAsLost) {
  ingest_new(1, 3);
  changes_.reset();
  store_.reset();
  storage::damage_event(directory_ / "store225", Sequence{2});
  open_store();
  begin();
  run_until_at(3);
  auto const stored = stored_in(server_.url(), "NEWSFOLD");
  EXPECT_EQ(chain(stored), "01<00 02<01 03<02 ");
  EXPECT_EQ(stored[1].subject, "newsfold.lost");
}

TEST_F(NatsSinkTest, AStreamOfAnotherStoreIsNotTouched) {
  ingest_new(1, 3);
  begin();
  run_until_at(3);
  end();
  changes_.reset();
  store_.reset();
  std::filesystem::remove_all(directory_ / "store225");
  open_store();  // the same epoch by design of this test, and an empty log
  begin();
  run_until([&] { return !sink_->status().error.empty(); });
  EXPECT_THAT(sink_->status().error, HasSubstr("copies another store"));
  EXPECT_EQ(stored_in(server_.url(), "NEWSFOLD").size(), 3U);
}

// A server that takes the connection and says nothing: the loop goes on while the library waits for it.
TEST_F(NatsSinkTest, TheLoopIsNeverHeldUp) {
  asio::io_context elsewhere;
  asio::ip::tcp::acceptor silent(elsewhere, {asio::ip::address_v4::loopback(), 0});
  auto with = options();
  with.url = "nats://127.0.0.1:" + std::to_string(silent.local_endpoint().port());
  with.connect_timeout = 500ms;
  begin(with);
  std::size_t turns = 0;
  while (sink_->status().error.empty()) {
    bool ran = false;
    asio::post(io_, [&] { ran = true; });
    auto const before = std::chrono::steady_clock::now();
    while (!ran) {
      io_.restart();
      io_.run_one();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - before, 250ms);
    ++turns;
    io_.run_one_for(1ms);
  }
  EXPECT_GT(turns, 20U);
}

}  // namespace
}  // namespace newsfold::nats
