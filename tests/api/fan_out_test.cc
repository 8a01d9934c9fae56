// Many subscribers at once: who comes, goes, reads slowly or talks, each has its own stream whole.

#include "daemon/api/fan_out.h"

#include "feeds/model/event.h"
#include "tests/api/api_world.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <iterator>
#include <list>
#include <random>
#include <utility>
#include <vector>

namespace newsfold::api {
namespace {

struct Follower {
  WireClient client;
  std::string feed;  // "": all
  std::uint64_t prev = 0;
  bool first = true;
};

Follower follower(ApiWorld& world, std::string const& feed) {
  Follower out{world.wire(), feed};
  out.client.get("/v1/changes?since=now" + (feed.empty() ? "" : "&feed=" + feed),
                 "Accept: application/x-ndjson\r\n");
  EXPECT_EQ(out.client.read_head().status, 200);
  out.client.read_line();  // the bookmark that says it is live
  return out;
}

// Reads on to an event of `last` or later, or to a bookmark that says that there is none; every event names
// the one before it.
void read_to(Follower& one, std::uint64_t last) {
  for (;;) {
    auto const event = boost::json::parse(one.client.read_line());
    auto const id = number(*parse_sequence(std::string_view(event.at("id").as_string())));
    if (event.at("type").as_string() != "bookmark") {
      auto const prev = number(*parse_sequence(std::string_view(event.at("prev").as_string())));
      if (!one.first) {
        ASSERT_EQ(prev, one.prev);
      }
      if (!one.feed.empty()) {
        ASSERT_EQ(event.at("data").at("feed").at("name").as_string(), one.feed);
      }
      one.prev = id;
      one.first = false;
    }
    if (id >= last) return;
  }
}

TEST(FanOut, WhoComesAndGoesLeavesTheOthersWhole) {
  ApiWorld world;
  std::mt19937 random(3);
  std::vector<std::string> const feeds{"", "alpha", "beta"};
  std::list<Follower> followers;
  Sequence last{};
  for (int round = 0; round < 200; ++round) {
    auto const action = random() % 4;
    if (action == 0 || followers.size() < 4) {
      followers.push_back(follower(world, feeds[random() % feeds.size()]));
    } else if (action == 1 && followers.size() > 8) {
      followers.erase(std::next(followers.begin(), static_cast<std::ptrdiff_t>(random() % followers.size())));
    } else {
      last = world.notices(feeds[1 + random() % 2], 1 + static_cast<int>(random() % 3));
    }
    if (round % 20 == 19)
      for (auto& one : followers) read_to(one, number(last));
  }
  while (world.counters().subscribers != followers.size()) std::this_thread::yield();
}

// A FanOut alone, on a loop that the test turns, over the ends of socket pairs.
class FanOutAlone : public ::testing::Test {
 protected:
  void publish() {
    storage::FeedChange change;
    change.feed = FeedId{1};
    change.feed_name = "alpha";
    change.notices.push_back({EventType::feed_failing, "it does not answer", {}, {}});
    feed_.publish(store_->commit(std::span(&change, 1), storage::at(0)).value());
  }
  // The other end of the member's socket stays open.
  FanOut::Member member(std::uint64_t cursor) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ends_.emplace_back(ends[1]);
    FanOut::Socket socket(io_, boost::asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
    return {std::move(socket),    Counted(connections_), Counted(subscribers_), {},
            StreamFormat::ndjson, Sequence{cursor},      Sequence{cursor}};
  }
  struct End {
    explicit End(int of) : fd(of) {}
    End(End&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
    ~End() {
      if (fd >= 0) ::close(fd);
    }
    int fd;
  };

  storage::TempDirectory directory_;
  std::unique_ptr<storage::Store> store_ = storage::open(directory_ / "store");
  boost::asio::io_context io_;
  notify::ChangeFeed feed_{io_.get_executor(), Sequence{0}, {2, 1 << 20}};
  std::size_t connections_ = 0;
  std::size_t subscribers_ = 0;
  std::vector<End> ends_;
};

// It joined between an announcement and the pass that serves it; then memory left its group behind.
TEST_F(FanOutAlone, OneThatIsAheadOfAGroupThatIsLostIsHandedBackWithIt) {
  std::vector<std::uint64_t> handed_back;
  FanOut fan_out(feed_, store_->epoch(), {},
                 [&](FanOut::Member one) { handed_back.push_back(number(one.cursor)); });
  fan_out.join(member(0));
  publish();
  fan_out.join(member(1));
  publish();
  publish();
  for (int turns = 0; handed_back.size() < 2 && turns < 100; ++turns) {
    io_.restart();
    io_.run_for(std::chrono::milliseconds(1));
  }
  std::ranges::sort(handed_back);
  EXPECT_EQ(handed_back, (std::vector<std::uint64_t>{0, 1}));
  EXPECT_EQ(fan_out.size(), 0u);
}

TEST(FanOut, AThousandSubscribersGetEveryEventOnce) {
  ApiWorld::Settings settings;  // bookmarks would drown a loaded machine
  ApiWorld world(settings);
  std::vector<Follower> followers;
  for (int i = 0; i < 1000; ++i) followers.push_back(follower(world, ""));
  constexpr int events = 20;
  for (int i = 0; i < events; ++i) world.notice("alpha");
  for (auto& one : followers) {
    for (int i = 1; i <= events; ++i) {
      auto const event = boost::json::parse(one.client.read_line());
      ASSERT_EQ(number(*parse_sequence(std::string_view(event.at("id").as_string()))), unsigned(i));
    }
  }
  EXPECT_EQ(world.counters().events_sent, 1000u * events);
  EXPECT_EQ(world.counters().subscribers, 1000u);
}

TEST(FanOut, ASubscriberThatTalksWithoutEndIsDropped) {
  ApiWorld world;
  auto one = follower(world, "");
  try {
    for (int i = 0; i < 1000; ++i) one.client.send(std::string(1024, 'x'));
  } catch (std::runtime_error const&) {
    // the other side closed
  }
  while (world.counters().subscribers > 0) std::this_thread::yield();
}

TEST(FanOut, TheEndOfTheServerIsTheEndOfTheStreamAfterWhatWasAnnounced) {
  auto world = std::make_unique<ApiWorld>(ApiWorld::quick());
  auto one = follower(*world, "");
  one.client.read_line();  // the second bookmark comes from the FanOut: it has the subscriber now
  world->notices("alpha", 3);
  world.reset();
  int told = 0;
  while (!one.client.ended()) told += one.client.read_line().find("feed.") != std::string::npos ? 1 : 0;
  EXPECT_EQ(told, 3);
}

}  // namespace
}  // namespace newsfold::api
