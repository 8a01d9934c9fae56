#pragma once
// A pipeline over a real store in a directory of its own, with a web that lives in a map.

#include "daemon/pipeline/pipeline.h"
#include "daemon/runtime/clock.h"
#include "daemon/runtime/task_group.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace newsfold::pipeline {

class MapClient final : public fetch::Client {
 public:
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    asked.push_back(request.url);
    auto const found = pages.find(request.url);
    fetch::Response response;
    auto const target = moved.find(request.url);
    response.final_url = target == moved.end() ? request.url : target->second;
    response.headers.content_type = "text/html; charset=utf-8";
    response.status = found == pages.end() ? 404 : 200;
    if (found != pages.end()) response.body = found->second;
    if (auto const told = statuses.find(request.url); told != statuses.end()) response.status = told->second;
    if (auto const tag = etags.find(request.url); tag != etags.end() && response.status == 200) {
      response.headers.etag = tag->second;
      auto const& of = request.validators_url.empty() ? request.url : request.validators_url;
      if (request.etag == tag->second && of == response.final_url)
        response.status = 304, response.body.clear();
    }
    response.conditional = !request.etag.empty();
    asked_with.push_back(request.etag);
    if (down) co_return Error{ErrorCode::unreachable, "connection refused"};
    co_return response;
  }

  std::map<std::string, std::string> pages;
  std::map<std::string, unsigned> statuses;  // where not 200 or 404
  std::map<std::string, std::string> etags;  // where a page has one
  std::map<std::string, std::string> moved;  // the final URL, where a redirect leads to another
  std::vector<std::string> asked;
  std::vector<std::string> asked_with;  // the ETag that each of them sent
  bool down = false;
};

class PipelineFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-pipeline.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    auto options = store_options();
    options.sync = storage::SyncMode::os;
    options.fresh_epoch = Epoch{1};
    auto opened = storage::Store::open(directory_ / "store", options);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
    writer_ = std::make_unique<Writer>(
        io_.get_executor(), writer_thread_.get_executor(), *store_, clock_, WriterOptions{},
        [this](storage::CommitReport const& report) { reports_.push_back(report); });
    pipeline_ = std::make_unique<Pipeline>(cpu_.get_executor(), *store_, *writer_, pipeline_options());
    pipeline_->set_page_client(web_);
    Source source;
    source.id = feed_.id;
    source.name = feed_.name;
    pipeline_->set_sources({source});
  }

  // What a test wants otherwise.
  virtual storage::StoreOptions store_options() const { return {}; }
  virtual PipelineOptions pipeline_options() const { return {}; }

  void TearDown() override {
    pipeline_.reset();
    writer_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Runs `task` to its end with the writer beside it. Once a test.
  void run(boost::asio::awaitable<void> task) {
    auto rethrow = [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    };
    boost::asio::co_spawn(io_, writer_->run(), rethrow);
    boost::asio::co_spawn(io_, finish_after(std::move(task)), rethrow);
    io_.run();
  }

  // One poll, as the scheduler makes it.
  boost::asio::awaitable<void> poll(std::string document, std::string content_type = {}) {
    fetch::Response response;
    response.status = 200;
    response.final_url = feed_.url;
    response.headers.content_type = std::move(content_type);
    response.body = std::move(document);
    auto digest = co_await pipeline_->digest(feed_, std::move(response));
    EXPECT_TRUE(digest.report) << digest.report.error().message;
    report_ = digest.report ? *digest.report : schedule::DocumentReport{};
    std::vector<schedule::FeedNotice> notices;
    auto const done =
        co_await pipeline_->commit(feed_, std::move(digest.pending), "state", std::move(notices));
    EXPECT_TRUE(done) << done.error().message;
  }

  boost::asio::awaitable<void> finish_after(boost::asio::awaitable<void> task) {
    co_await std::move(task);
    co_await writer_->finish();
  }

  // What was announced, in order.
  std::vector<std::string> announced() const {
    std::vector<std::string> out;
    auto changes = store_->changes(Sequence{0});
    if (!changes) return out;
    for (;;) {
      auto next = changes->next();
      if (!next || !*next) break;
      auto const& event = **next;
      out.push_back(std::string(to_string(event.type)) + " " + std::string(event.title_json));
    }
    return out;
  }

  schedule::FeedSpec feed_ = [] {
    schedule::FeedSpec feed;
    feed.id = FeedId{7};
    feed.name = "daily";
    feed.url = "http://daily.example/feed.xml";
    return feed;
  }();
  std::filesystem::path directory_;
  boost::asio::io_context io_{1};
  boost::asio::thread_pool cpu_{2};
  boost::asio::thread_pool writer_thread_{1};
  ManualClock clock_{UtcMicros{std::chrono::hours(24 * 20'000)}};
  MapClient web_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<storage::CommitReport> reports_;
  schedule::DocumentReport report_;
};

}  // namespace newsfold::pipeline
