// What subscribers of the change log are promised, point by point. docs/API.md states the promises to those
// who rely on them.

#include "feeds/model/event.h"
#include "tests/api/api_world.h"
#include "tests/api/ws_client.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace newsfold::api {
namespace {

namespace json = boost::json;

std::uint64_t number_of(json::value const& text) {
  auto const sequence = parse_sequence(std::string_view(text.as_string()));
  return sequence ? number(*sequence) : 0;
}

struct Seen {
  std::uint64_t id = 0;
  std::uint64_t prev = 0;
  std::string type;
  std::string feed;
  bool operator==(Seen const&) const = default;
};

Seen seen(json::value const& event) {
  Seen out;
  out.id = number_of(event.at("id"));
  out.type = event.at("type").as_string();
  if (out.type == "bookmark") return out;
  out.prev = number_of(event.at("prev"));
  auto const& data = event.at("data").as_object();
  auto const& from = data.contains("_newsfold") ? data.at("_newsfold").at("feed") : data.at("feed");
  out.feed = from.at("name").as_string();
  return out;
}

// Events from `target` until number `last` was passed, bookmarks left out.
std::vector<Seen> follow(ApiWorld& world, std::string const& target, std::uint64_t last) {
  std::vector<Seen> out;
  auto client = world.wire();
  client.get(target, "Accept: application/x-ndjson\r\n");
  EXPECT_EQ(client.read_head().status, 200) << target;
  for (;;) {
    auto const event = seen(json::parse(client.read_line()));
    if (event.type != "bookmark") out.push_back(event);
    if (event.id >= last) return out;
  }
}

// ---- 1 --------------------------------------------------------------------------------------------

TEST(Promise1, NumbersAreDenseAndWhatWasCommittedUnannouncedIsToldOnceAfterARestart) {
  ApiWorld world;
  world.notices("alpha", 3);
  world.notice_unannounced("alpha");
  world.restart();
  world.notice("alpha");
  auto const got = follow(world, "/v1/changes?since=0", 5);
  ASSERT_EQ(got.size(), 5u);
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].id, i + 1);
}

TEST(Promise1, ACursorOfAnEpochBeforeARestoreGets409OnEveryWayOfGivingIt) {
  ApiWorld world;
  world.notices("alpha", 4);
  auto const old_epoch = format_epoch(world.store().epoch());
  ASSERT_TRUE(world.store().backup(world.file("backup")));
  world.notices("alpha", 4);
  auto const put = world.client().send("PUT", "/v1/subscriptions/archive", R"({"cursor":"8"})");
  ASSERT_TRUE(put && put->status == 200);
  ASSERT_TRUE(world.store().backup(world.file("later")));
  auto const restore_from = [&](char const* which, std::uint64_t epoch) {
    world.restart([&](std::filesystem::path const& store) {
      std::filesystem::remove_all(store);
      auto const done = storage::Store::restore(world.file(which), store, Epoch{epoch});
      ASSERT_TRUE(done) << done.error().message;
    });
  };
  restore_from("backup", 0xe2);
  EXPECT_NE(format_epoch(world.store().epoch()), old_epoch);
  auto const by_epoch = world.client().get("/v1/changes?since=3&wait=0&epoch=" + old_epoch);
  ASSERT_TRUE(by_epoch);
  EXPECT_EQ(by_epoch->status, 409) << by_epoch->body;
  auto const body = json::parse(by_epoch->body);
  EXPECT_EQ(body.at("error").at("epoch").as_string(), format_epoch(world.store().epoch()));
  EXPECT_EQ(body.at("error").at("snapshot").as_string(), "/v1/changes?since=snapshot");
  restore_from("later", 0xe3);
  auto const by_name = world.client().get("/v1/changes?as=archive&wait=0");
  ASSERT_TRUE(by_name);
  EXPECT_EQ(by_name->status, 409) << by_name->body;
}

// A client that says nothing of the epoch must not be served what now stands under its number.
TEST(Promise1, ABareNumberOfBeforeARestoreGets410AlsoWhenTheNewLogHasGrown) {
  ApiWorld world;
  world.notices("alpha", 4);
  ASSERT_TRUE(world.store().backup(world.file("backup")));
  world.notices("alpha", 4);
  world.restart([&](std::filesystem::path const& store) {
    std::filesystem::remove_all(store);
    auto const done = storage::Store::restore(world.file("backup"), store, Epoch{0xe2});
    ASSERT_TRUE(done) << done.error().message;
  });
  for (int round = 0; round < 2; ++round) {
    for (auto const* since : {"3", "4", "8"}) {
      auto const answer = world.client().get("/v1/changes?wait=0&since=" + std::string(since));
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 410) << since << ": " << answer->body;
      EXPECT_EQ(json::parse(answer->body).at("error").at("snapshot").as_string(),
                "/v1/changes?since=snapshot");
    }
    auto client = world.wire();
    client.get("/v1/changes?stream=sse", "Last-Event-ID: 00000000000000000008\r\n");
    EXPECT_EQ(client.read_head().status, 410);
    world.notices("beta", 10);
  }
  auto const last = number(world.store().last_sequence());
  auto const got = follow(world, "/v1/changes?since=" + std::to_string(last - 20), last);
  ASSERT_EQ(got.size(), 20u);
  EXPECT_EQ(got.front().prev, 0u);
  EXPECT_EQ(got.back().prev, last - 1);
}

// ---- 2 --------------------------------------------------------------------------------------------

TEST(Promise2, PrevNamesTheEventBeforeThatMatchesWhereverAClientResumes) {
  ApiWorld::Settings settings = ApiWorld::quick();
  settings.ring.events_max = 16;  // part of the way off the disk, part out of memory
  ApiWorld world(settings);
  std::mt19937 random(7);
  std::vector<std::string> feed_of{""};  // by number
  std::vector<std::string> type_of{""};
  std::vector<std::string> const names{"alpha", "beta", "alphabet", "gamma"};
  for (int i = 0; i < 60; ++i) {
    auto const& name = names[random() % names.size()];
    int const count = 1 + static_cast<int>(random() % 5);
    world.notices(name, count);
    for (int n = 0; n < count; ++n) {
      feed_of.push_back(name);
      type_of.emplace_back(n % 2 == 0 ? "feed.failing" : "feed.recovered");
    }
  }
  auto const last = feed_of.size() - 1;
  struct Case {
    std::string query;
    std::function<bool(std::size_t)> wants;
  };
  std::vector<Case> const cases{
      {"", [](std::size_t) { return true; }},
      {"&feed=alpha", [&](std::size_t n) { return feed_of[n] == "alpha"; }},
      {"&feed=ALPHA*", [&](std::size_t n) { return feed_of[n].starts_with("alpha"); }},
      {"&type=feed.recovered", [&](std::size_t n) { return type_of[n] == "feed.recovered"; }},
      {"&type=feed.failing&feed=beta,gamma",
       [&](std::size_t n) {
         return type_of[n] == "feed.failing" && (feed_of[n] == "beta" || feed_of[n] == "gamma");
       }},
      {"&lang=en", [](std::size_t) { return false; }},
  };
  for (auto const& one : cases) {
    for (int round = 0; round < 12; ++round) {
      auto const since = random() % last;
      auto const got = follow(world, "/v1/changes?since=" + std::to_string(since) + one.query, last);
      std::vector<Seen> expected;
      std::uint64_t prev = 0;
      for (std::uint64_t n = 1; n <= last; ++n) {
        if (!one.wants(n)) continue;
        if (n > since) expected.push_back({n, prev, type_of[n], feed_of[n]});
        prev = n;
      }
      ASSERT_EQ(got, expected) << one.query << " since " << since;
    }
  }
}

// ---- 3 --------------------------------------------------------------------------------------------

TEST(Promise3, ACursorBeforeRetentionGets410WithTheOldestNumberWhatWasLostAndTheSnapshot) {
  ApiWorld world;
  world.notices("alpha", 20);
  storage::Retention retention;
  retention.changes_count_max = 5;
  ASSERT_TRUE(world.store().retain(retention, storage::at(1)));
  for (auto const* accept : {"application/json", "application/x-ndjson", "text/event-stream"}) {
    auto client = world.wire();
    client.get("/v1/changes?since=7&wait=0", "Accept: " + std::string(accept) + "\r\n");
    auto const head = client.read_head();
    EXPECT_EQ(head.status, 410) << accept;
    EXPECT_EQ(head.fields.at("link"), "</v1/changes?since=snapshot>; rel=\"alternate\"");
    auto const error = json::parse(client.read_body(head)).at("error");
    EXPECT_EQ(error.at("code").as_string(), "expired");
    EXPECT_EQ(number_of(error.at("oldest")), 16u);
    EXPECT_EQ(number_of(error.at("lost").at("from")), 8u);
    EXPECT_EQ(number_of(error.at("lost").at("to")), 15u);
    EXPECT_EQ(error.at("snapshot").as_string(), "/v1/changes?since=snapshot");
  }
  EXPECT_THROW(WsClient(world.port(), "/v1/changes?since=7"), std::runtime_error);
  // The last one that is kept can still be had, and the one before it as a cursor.
  EXPECT_EQ(follow(world, "/v1/changes?since=15", 20).size(), 5u);
}

TEST(Promise3, AStreamThatRetentionOvertakesSaysSoAndEnds) {
  ApiWorld::Settings settings = ApiWorld::quick();
  settings.ring.events_max = 4;
  ApiWorld world(settings);
  WireClient client(world.port(), 4096);
  client.get("/v1/changes?since=now", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(client.read_head().status, 200);
  client.read_line();  // the bookmark that says it is live
  // More than socket buffers and one batch hold.
  std::string const large(60'000, 'x');
  for (int i = 0; i < 60; ++i) world.notices("alpha", 10, large);
  storage::Retention retention;
  retention.changes_count_max = 3;
  ASSERT_TRUE(world.store().retain(retention, storage::at(1)));
  std::uint64_t expected = 1;
  for (;;) {
    auto const line = client.read_line();
    ASSERT_FALSE(client.ended()) << "ended without a word at " << expected;
    auto const event = json::parse(line);
    if (auto const* error = event.as_object().if_contains("error")) {
      EXPECT_EQ(error->at("code").as_string(), "expired");
      EXPECT_EQ(number_of(error->at("lost").at("from")), expected);
      EXPECT_EQ(number_of(error->at("oldest")), 598u);
      break;
    }
    if (event.at("type").as_string() == "bookmark") continue;
    ASSERT_EQ(number_of(event.at("id")), expected) << "a silent gap";
    ++expected;
  }
  client.read_line();
  EXPECT_TRUE(client.ended());
}

// One damaged row in the middle of four; a filter that lets nothing pass still hears of it.
TEST(Promise3, AnEventThatTheDiskDamagedIsToldAsLostOnEveryTransportAndWhatFollowsComes) {
  ApiWorld world;
  world.notices("alpha", 4);
  world.restart([](std::filesystem::path const& store) { storage::damage_event(store, Sequence{2}); });
  using Chain = std::vector<std::string>;
  auto const link = [](json::value const& event) {
    auto const type = std::string(event.at("type").as_string());
    return type + " " + std::to_string(number_of(event.at("id"))) + "<" +
           std::to_string(number_of(event.at("prev")));
  };
  for (auto const& [filter, expected] :
       {std::pair<std::string, Chain>{
            "", {"feed.failing 1<0", "lost 2<1", "feed.failing 3<2", "feed.recovered 4<3"}},
        {"&feed=nobody", {"lost 2<0"}}}) {
    auto const target = "/v1/changes?since=0" + filter;
    Chain polled;
    auto const page = world.json(target + "&wait=0");
    for (auto const& event : page.at("events").as_array()) polled.push_back(link(event));
    EXPECT_EQ(polled, expected);
    EXPECT_EQ(number_of(page.at("last")), 4u);
    Chain lines;
    auto stream = world.wire();
    stream.get(target, "Accept: application/x-ndjson\r\n");
    ASSERT_EQ(stream.read_head().status, 200);
    while (lines.size() < expected.size()) lines.push_back(link(json::parse(stream.read_line())));
    EXPECT_EQ(lines, expected);
    EXPECT_EQ(number_of(json::parse(stream.read_line()).at("id")), 4u) << "the bookmark behind it all";
    auto sse = world.wire();
    sse.get(target, "Accept: text/event-stream\r\n");
    ASSERT_EQ(sse.read_head().status, 200);
    sse.read_line_with("id: 00000000000000000002");
    EXPECT_EQ(sse.read_line(), "event: lost");
    EXPECT_EQ(link(json::parse(sse.read_line().substr(6))), expected[filter.empty() ? 1 : 0]);
    Chain messages;
    WsClient socket(world.port(), target);
    while (messages.size() < expected.size()) messages.push_back(link(json::parse(socket.read())));
    EXPECT_EQ(messages, expected);
    EXPECT_EQ(number_of(json::parse(socket.read()).at("id")), 4u);
  }
  EXPECT_EQ(follow(world, "/v1/changes?since=2", 4).front().prev, 2u) << "also for one that resumes";
}

TEST(Promise3, AFailingDiskIsAnErrorAndNotASilentWait) {
  ApiWorld world;
  for (int i = 0; i < 10; ++i) world.notices("alpha", 30);
  world.restart(storage::damage_log);
  for (auto const* since : {"0", "60"}) {
    auto const answer = world.client().get("/v1/changes?wait=0&since=" + std::string(since));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500) << answer->body;
  }
}

// ---- 4 --------------------------------------------------------------------------------------------

TEST(Promise4, ASnapshotAndTheChangesBehindItAreOneStreamWithoutGapOrOverlap) {
  ApiWorld world;
  for (int n = 0; n < 40; ++n) world.ingest(storage::harbour, {storage::doc(n)});
  std::atomic<bool> stop{false};
  std::thread ingesting([&] {
    for (int n = 40; n < 160 && !stop; ++n)
      world.ingest(n % 2 ? storage::harbour : storage::valley, {storage::doc(n)});
  });
  auto client = world.wire();
  client.get("/v1/changes?since=snapshot", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(client.read_head().status, 200);
  std::set<std::string> articles;
  std::uint64_t at = 0;
  bool live = false;
  while (articles.size() < 160) {
    auto const event = json::parse(client.read_line());
    auto const type = event.at("type").as_string();
    if (type == "bookmark") {
      if (!live) at = number_of(event.at("id"));
      live = true;
      continue;
    }
    ASSERT_EQ(live, type != "article.snapshot") << "the state comes first, then changes only";
    std::string const id(event.at("data").at("id").as_string());
    ASSERT_TRUE(articles.insert(id).second) << "article " << id << " came twice";
    if (!live) continue;
    ASSERT_EQ(number_of(event.at("id")), at + 1);
    ++at;
  }
  stop = true;
  ingesting.join();
}

// `type` asks of an article what happened to it last, as in lists.
TEST(Promise4, TheStateIsWhatPassesTheFilterOnEveryTransportAndEndsWithABookmark) {
  ApiWorld world;
  world.ingest(storage::harbour, {storage::doc(1), storage::doc(2)});
  auto edited = storage::doc(2);
  edited.title = "Another headline";
  world.ingest(storage::harbour, {edited}, 1);
  world.notice("alpha");
  auto const last = number(world.store().last_sequence());
  std::map<std::string, std::vector<std::string>> const states{
      {"", {"1", "2"}},
      {"&type=article.*", {"1", "2"}},
      {"&type=article.created", {"1"}},
      {"&type=article.updated", {"2"}},
      {"&type=feed.*", {}},
  };
  for (auto const& [filter, expected] : states) {
    auto const target = "/v1/changes?since=snapshot" + filter;
    auto const state = [&](auto next) {
      std::vector<std::string> articles;
      for (;;) {
        auto const entry = json::parse(next());
        if (entry.at("type").as_string() == "bookmark") {
          EXPECT_EQ(number_of(entry.at("id")), last) << filter;
          return articles;
        }
        EXPECT_EQ(entry.at("type").as_string(), "article.snapshot") << filter;
        articles.emplace_back(entry.at("data").at("id").as_string());
      }
    };
    auto lines = world.wire();
    lines.get(target, "Accept: application/x-ndjson\r\n");
    ASSERT_EQ(lines.read_head().status, 200);
    EXPECT_EQ(state([&] { return lines.read_line(); }), expected) << filter;
    auto sse = world.wire();
    sse.get(target, "Accept: text/event-stream\r\n");
    ASSERT_EQ(sse.read_head().status, 200);
    EXPECT_EQ(state([&] { return sse.read_line_with("data: ").substr(6); }), expected) << filter;
    WsClient socket(world.port(), target);
    EXPECT_EQ(state([&] { return socket.read(); }), expected) << filter;
  }
}

TEST(Promise4, AStateThatTakesTooLongEndsWithAnErrorOnEveryTransport) {
  ApiWorld::Settings settings = ApiWorld::quick();
  settings.api.snapshot_timeout = std::chrono::milliseconds(-1);
  ApiWorld world(settings);
  world.ingest(storage::harbour, {storage::doc(1)});
  auto const code = [](std::string const& line) {
    return std::string(json::parse(line).at("error").at("code").as_string());
  };
  auto lines = world.wire();
  lines.get("/v1/changes?since=snapshot", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(lines.read_head().status, 200);
  EXPECT_EQ(code(lines.read_line()), "expired");
  auto sse = world.wire();
  sse.get("/v1/changes?since=snapshot", "Accept: text/event-stream\r\n");
  ASSERT_EQ(sse.read_head().status, 200);
  EXPECT_EQ(code(sse.read_line_with("data: ").substr(6)), "expired");
  WsClient socket(world.port(), "/v1/changes?since=snapshot");
  EXPECT_EQ(code(socket.read()), "expired");
  EXPECT_EQ(socket.read(), "");
}

// ---- 5 --------------------------------------------------------------------------------------------

TEST(Promise5, OneThatDoesNotReadCostsNobodyAnythingAndMissesNothing) {
  ApiWorld::Settings settings = ApiWorld::quick();
  settings.ring.events_max = 32;
  settings.api.bookmark_interval = std::chrono::milliseconds(500);
  ApiWorld world(settings);
  WireClient slow(world.port(), 4096);
  slow.get("/v1/changes?since=now", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(slow.read_head().status, 200);
  auto fast = world.wire();
  fast.get("/v1/changes?since=now", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(fast.read_head().status, 200);
  std::string const large(20'000, 'x');
  constexpr int rounds = 100;
  constexpr int per_round = 16;
  std::uint64_t expected = 0;
  for (int i = 0; i < rounds; ++i) {
    world.notices("alpha", per_round, large);
    // The fast one has each batch before the next is made.
    for (int n = 0; n < per_round; ++n) {
      std::string line;
      do line = fast.read_line();
      while (line.find("\"type\":\"bookmark\"") != std::string::npos);
      ASSERT_EQ(number_of(json::parse(line).at("id")), ++expected);
    }
  }
  // 32 MB were announced; the slow one read nothing of it, and has fallen out of the memory of 32 events.
  std::uint64_t got = 0;
  std::uint64_t prev = 0;
  while (got < rounds * per_round) {
    auto const event = seen(json::parse(slow.read_line()));
    if (event.type == "bookmark") continue;
    ASSERT_EQ(event.id, ++got);
    ASSERT_EQ(event.prev, prev);
    prev = event.id;
  }
  EXPECT_GE(world.counters().fell_behind, 1u) << "it was served off the disk";
  EXPECT_EQ(world.counters().stuck_dropped, 0u);
}

TEST(Promise5, OneThatTakesNoByteForTheWriteTimeoutIsDropped) {
  ApiWorld::Settings settings = ApiWorld::quick();
  settings.api.write_timeout = std::chrono::milliseconds(200);
  ApiWorld world(settings);
  WireClient stuck(world.port(), 4096);
  stuck.get("/v1/changes?since=now", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(stuck.read_head().status, 200);
  std::string const large(60'000, 'x');
  for (int i = 0; i < 40; ++i) world.notices("alpha", 10, large);
  while (world.counters().subscribers > 0) std::this_thread::yield();
  EXPECT_EQ(world.counters().stuck_dropped, 1u);
}

// ---- 6 --------------------------------------------------------------------------------------------

TEST(Promise6, ACursorMovesByBookmarksThoughNothingMatches) {
  ApiWorld world;
  for (auto const* accept : {"application/x-ndjson", "text/event-stream"}) {
    auto client = world.wire();
    client.get("/v1/changes?since=0&feed=nobody", "Accept: " + std::string(accept) + "\r\n");
    ASSERT_EQ(client.read_head().status, 200);
    bool const sse = std::string_view(accept) == "text/event-stream";
    for (int round = 0; round < 3; ++round) {
      auto const last = world.notices("alpha", 3);
      for (;;) {
        auto const line = client.read_line_with(sse ? "data: " : "{");
        auto const event = json::parse(line.substr(sse ? 6 : 0));
        ASSERT_EQ(event.at("type").as_string(), "bookmark");
        if (number_of(event.at("id")) == number(last)) break;
      }
    }
    if (sse) client.read_line_with(": heartbeat");
  }
}

TEST(Promise6, ABookmarkComesWithinTheIntervalInAQuietLog) {
  ApiWorld::Settings settings;
  settings.api.bookmark_interval = std::chrono::milliseconds(400);
  ApiWorld world(settings);
  auto client = world.wire();
  client.get("/v1/changes?since=now", "Accept: application/x-ndjson\r\n");
  ASSERT_EQ(client.read_head().status, 200);
  client.read_line();  // live
  auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(client.read_line().find("bookmark"), std::string::npos);
    auto const now = std::chrono::steady_clock::now();
    // Twice the interval: a loaded machine may wake us late, but not by so much for three times.
    EXPECT_LT(now - before, std::chrono::milliseconds(800));
    before = now;
  }
}

// ---- 7 --------------------------------------------------------------------------------------------

TEST(Promise7, EveryTransportTellsTheSameEventsUnderTheSameFilter) {
  ApiWorld world;
  storage::Doc tagged = storage::doc(1);
  tagged.tags = {"Sea", "port"};
  world.ingest(storage::harbour, {tagged, storage::doc(2)});
  world.ingest(storage::valley, {storage::doc(1), storage::doc(3)});  // a copy of the first
  world.notice("alpha");
  storage::Doc edited = storage::doc(2);
  edited.title = "A harbour bridge closes";
  world.ingest(storage::harbour, {edited}, 5);
  world.notice("alpha");
  auto const last = number(world.store().last_sequence());
  std::map<std::string, std::size_t> const filters{
      {"", last},
      {"&type=article.created", 3},
      {"&type=article.*&copies=fold", 4},
      {"&copies=show&type=article.copied", 1},
      {"&tag=sea", 1},
      {"&lang=en", 5},
      {"&feed=feed-4*", 3},  // the harbour's number is 4097
      {"&q=%22harbour+bridge%22", 1},
      {"&q=nowhere", 0},
  };
  for (auto const& [filter, count] : filters) {
    auto const target = "/v1/changes?since=0" + filter;
    std::vector<Seen> long_polled;
    auto const page = world.json(target + "&wait=0");
    for (auto const& event : page.at("events").as_array()) long_polled.push_back(seen(event));
    EXPECT_EQ(number_of(page.at("last")), last) << filter;
    EXPECT_EQ(long_polled.size(), count) << filter;
    EXPECT_EQ(follow(world, target, last), long_polled) << filter;
    auto sse = world.wire();
    sse.get(target, "Accept: text/event-stream\r\n");
    ASSERT_EQ(sse.read_head().status, 200);
    std::vector<Seen> sse_events;
    for (std::uint64_t at = 0; at < last;) {
      auto const id = sse.read_line_with("id: ").substr(4);
      EXPECT_EQ(id.size(), 20u);
      auto const type = sse.read_line().substr(7);
      auto const event = seen(json::parse(sse.read_line().substr(6)));
      EXPECT_EQ(type, event.type);
      EXPECT_EQ(number(*parse_sequence(id)), event.id);
      at = event.id;
      if (event.type != "bookmark") sse_events.push_back(event);
    }
    EXPECT_EQ(sse_events, long_polled) << filter;
    WsClient socket(world.port(), target, Deflate::on);
    std::vector<Seen> messages;
    for (std::uint64_t at = 0; at < last;) {
      auto const event = seen(json::parse(socket.read()));
      at = event.id;
      if (event.type != "bookmark") messages.push_back(event);
    }
    EXPECT_EQ(messages, long_polled) << filter;
  }
}

TEST(Promise7, AnSseClientIsToldWhenToComeBackAndItsLastEventIdGoesBeforeSince) {
  ApiWorld world;
  world.notices("alpha", 5);
  auto client = world.wire();
  client.get("/v1/changes?since=0", "Accept: text/event-stream\r\nLast-Event-ID: 00000000000000000003\r\n");
  ASSERT_EQ(client.read_head().status, 200);
  EXPECT_EQ(client.read_line(), "retry: 2000");
  EXPECT_EQ(client.read_line_with("id: "), "id: 00000000000000000004");
  EXPECT_EQ(client.read_line_with("id: "), "id: 00000000000000000005");
}

// ---- 8 --------------------------------------------------------------------------------------------

TEST(Promise8, ANamedCursorOutlivesTheDaemonAndEveryTransportGoesOnFromIt) {
  ApiWorld world;
  world.notices("alpha", 6);
  auto const put = world.client().send("PUT", "/v1/subscriptions/archive", R"({"cursor":"4"})");
  ASSERT_TRUE(put && put->status == 200);
  world.restart();
  auto const page = world.json("/v1/changes?as=archive&wait=0");
  ASSERT_EQ(page.at("events").as_array().size(), 2u);
  EXPECT_EQ(number_of(page.at("events").at(0).at("id")), 5u);
  EXPECT_EQ(follow(world, "/v1/changes?as=archive", 6).front().id, 5u);
  WsClient socket(world.port(), "/v1/changes?as=archive");
  EXPECT_EQ(seen(json::parse(socket.read())).id, 5u);
  auto const removed = world.client().send("DELETE", "/v1/subscriptions/archive", "");
  ASSERT_TRUE(removed && removed->status == 200);
  auto const gone = world.client().get("/v1/subscriptions/archive");
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->status, 404);
}

TEST(Promise8, ACursorCannotBePutBeyondTheLog) {
  ApiWorld world;
  world.notices("alpha", 3);
  auto const put = world.client().send("PUT", "/v1/subscriptions/archive", R"({"cursor":"4"})");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->status, 400) << put->body;
}

}  // namespace
}  // namespace newsfold::api
