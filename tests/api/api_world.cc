#include "tests/api/api_world.h"

#include "feeds/dedup/version.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>

#include <future>
#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;

ApiWorld::Settings ApiWorld::quick() {
  Settings settings;
  settings.api.bookmark_interval = std::chrono::milliseconds(20);
  return settings;
}

ApiWorld::ApiWorld(Settings settings) : settings_(std::move(settings)) {
  store_ = storage::open(directory_ / "store");
  start();
}

ApiWorld::~ApiWorld() { stop(); }

namespace {

asio::awaitable<std::string> count_nothing(bool) { co_return "# EOF\n"; }

}  // namespace

void ApiWorld::start() {
  io_ = std::make_unique<asio::io_context>(1);
  changes_ =
      std::make_unique<notify::ChangeFeed>(io_->get_executor(), store_->last_sequence(), settings_.ring);
  subscriptions_ = std::make_unique<notify::StoreSubscriptions>(*store_, writer_.get_executor());
  auto api = settings_.api;
  api.listen = "127.0.0.1:0";
  api.socket_path = socket_path().string();
  server_ = std::make_unique<ApiServer>(
      io_->get_executor(), blocking_.get_executor(),
      ApiParts{*store_, *changes_, *subscriptions_, clock_, nullptr, count_nothing, {}, nullptr}, api);
  if (settings_.prepare) settings_.prepare(*server_);
  auto const listening = server_->listen();
  if (!listening) throw std::runtime_error(listening.error().message);
  asio::co_spawn(*io_, server_->run(), asio::detached);
  loop_ = std::thread([this] { io_->run(); });
}

void ApiWorld::stop() {
  asio::co_spawn(*io_, server_->stop(), asio::detached);
  loop_.join();
  server_.reset();
  changes_.reset();
  io_.reset();
}

void ApiWorld::restart(std::function<void(std::filesystem::path const&)> const& change) {
  stop();
  if (change) {
    subscriptions_.reset();
    store_.reset();
    change(directory_ / "store");
    store_ = storage::open(directory_ / "store");
  }
  start();
}

storage::CommitReport ApiWorld::commit(storage::FeedChange change, int minutes) {
  auto report = store_->commit(std::span(&change, 1), storage::at(minutes));
  if (!report) throw std::runtime_error(report.error().message);
  return std::move(*report);
}

Sequence ApiWorld::notice_unannounced(std::string const& feed) {
  storage::FeedChange change;
  change.feed = FeedId{std::hash<std::string>{}(feed) | 1};
  change.feed_name = feed;
  change.notices.push_back({EventType::feed_failing, "nobody was told", {}, {}});
  return commit(std::move(change)).last;
}

Sequence ApiWorld::notice(EventType type) {
  storage::FeedChange change;
  change.feed = FeedId{1};
  change.feed_name = "alpha";
  change.notices.push_back({type, "what happened", "https://alpha.example/feed", storage::at(0)});
  auto const report = commit(std::move(change));
  asio::post(*io_, [this, report] { changes_->publish(report); });
  return report.last;
}

Sequence ApiWorld::notice(std::string const& feed, std::string const& message) {
  return notices(feed, 1, message);
}

Sequence ApiWorld::notices(std::string const& feed, int count, std::string const& message) {
  storage::FeedChange change;
  change.feed = FeedId{std::hash<std::string>{}(feed) | 1};
  change.feed_name = feed;
  for (int i = 0; i < count; ++i)
    change.notices.push_back(
        {i % 2 == 0 ? EventType::feed_failing : EventType::feed_recovered, message, {}, {}});
  auto const report = commit(std::move(change));
  asio::post(*io_, [this, report] { changes_->publish(report); });
  return report.last;
}

storage::CommitReport ApiWorld::ingest(FeedId feed, std::vector<storage::Doc> const& docs, int minutes) {
  auto const view = store_->view();
  auto change = storage::change(view, feed, docs);
  for (auto& item : change.items) {  // as the pipeline has it
    auto const before = view.version(item.identity.article, 0);
    if (item.identity.reason == dedup::IdentityReason::new_item || !before) continue;
    item.edit = storage::EditFrom{
        before->number, dedup::compare_versions({before->content.title, before->content.content_text},
                                                {item.article.title, item.article.content_text})};
  }
  auto report = commit(std::move(change), minutes);
  asio::post(*io_, [this, report] { changes_->publish(report); });
  return report;
}

void ApiWorld::withdraw(FeedId feed, ArticleId article) {
  storage::FeedChange change;
  change.feed = feed;
  change.feed_name = storage::feed_name(feed);
  change.withdrawals.push_back({article, "the page answered 410 twice"});
  auto const report = commit(std::move(change));
  asio::post(*io_, [this, report] { changes_->publish(report); });
}

boost::json::value ApiWorld::json(std::string_view target) {
  auto const answer = client().get(target);
  if (!answer || answer->status != 200)
    throw std::runtime_error(std::string(target) + ": " + (answer ? answer->body : answer.error().message));
  return boost::json::parse(answer->body);
}

ApiCounters ApiWorld::counters() {
  ApiCounters out;
  on_loop([&] { out = server_->counters(); });
  return out;
}

void ApiWorld::on_loop(std::function<void()> const& work) {
  std::promise<void> done;
  asio::post(*io_, [&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

}  // namespace newsfold::api
