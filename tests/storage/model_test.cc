// Random operations from a seed against the store and against a model of it in memory: they agree after
// every step. A failure prints the seed; the same seed fails the same way.

#include "storage/store.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace newsfold::storage {
namespace {

constexpr int steps = 150;
constexpr int documents = 60;

struct ModelArticle {
  std::string title;
  std::uint32_t version = 1;
  bool withdrawn = false;
};

struct Model {
  std::map<std::string, std::uint64_t> by_guid;  // guid -> article
  std::map<std::uint64_t, ModelArticle> articles;
  std::vector<std::pair<EventType, std::uint64_t>> log;
  std::map<std::string, std::uint64_t> subscriptions;
  std::uint64_t next_article = 1;
};

class RandomRun {
 public:
  explicit RandomRun(std::uint32_t seed) : random_(seed), store_(open(directory_ / "store")) {}

  void run() {
    for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step) {
      minutes_ = step;
      switch (random_() % 8) {
        case 0: reopen(); break;
        case 1: withdraw(); break;
        case 2: subscribe(); break;
        default: poll(); break;
      }
      compare();
    }
    auto const report = store_->verify(Repair::report_only);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->findings, std::vector<std::string>{});
  }

 private:
  void reopen() {
    store_.reset();
    store_ = open(directory_ / "store");
  }

  void poll() {
    std::vector<Doc> shown;
    std::map<int, bool> taken;
    for (int i = 0, count = 1 + static_cast<int>(random_() % 6); i < count; ++i) {
      int const number = static_cast<int>(random_() % documents);
      if (!taken.emplace(number, true).second) continue;
      auto made = doc(number);
      made.title += ", edition " + std::to_string(random_() % 3);
      shown.push_back(made);
    }
    for (auto const& each : shown) {
      auto const [at, is_new] = model_.by_guid.emplace(each.guid, model_.next_article);
      if (is_new) {
        model_.articles[model_.next_article++] = {each.title, 1, false};
        model_.log.emplace_back(EventType::article_created, at->second);
        continue;
      }
      auto& article = model_.articles[at->second];
      if (article.title == each.title) continue;
      article.title = each.title;
      article.withdrawn = false;
      ++article.version;
      model_.log.emplace_back(EventType::article_updated, at->second);
    }
    ingest(*store_, harbour, shown, minutes_);
  }

  void withdraw() {
    if (model_.articles.empty()) return;
    std::uint64_t const article = 1 + random_() % model_.articles.size();
    FeedChange change;
    change.feed = harbour;
    change.feed_name = feed_name(harbour);
    change.withdrawals.push_back({ArticleId{article}, "gone"});
    ASSERT_TRUE(store_->commit(std::span(&change, 1), at(minutes_)));
    auto& known = model_.articles[article];
    if (known.withdrawn) return;
    known.withdrawn = true;
    model_.log.emplace_back(EventType::article_withdrawn, article);
  }

  void subscribe() {
    auto const name = "subscriber " + std::to_string(random_() % 4);
    auto const last = store_->last_sequence();
    ASSERT_TRUE(store_->put_subscription({name, store_->epoch(), last, at(minutes_), {}}));
    model_.subscriptions[name] = number(last);
  }

  void compare() {
    auto const events = told(*store_);
    ASSERT_EQ(events.size(), model_.log.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      ASSERT_EQ(number(events[i].sequence), i + 1);
      ASSERT_EQ(events[i].type, model_.log[i].first) << "event " << i + 1;
      ASSERT_EQ(number(events[i].article), model_.log[i].second) << "event " << i + 1;
    }
    auto const view = store_->view();
    auto const counts = view.counts().value();
    ASSERT_EQ(counts.articles, model_.articles.size());
    std::uint64_t versions = 0;
    for (auto const& [id, article] : model_.articles) {
      auto const head = view.article(ArticleId{id});
      ASSERT_TRUE(head) << head.error().message;
      ASSERT_EQ(head->title, article.title);
      ASSERT_EQ(head->version, article.version);
      ASSERT_EQ(head->withdrawn_at.has_value(), article.withdrawn);
      versions += article.version;
    }
    ASSERT_EQ(counts.versions, versions);
    for (auto const& [name, acknowledged] : model_.subscriptions)
      ASSERT_EQ(number(view.subscription(name).value().acknowledged), acknowledged);
  }

  std::mt19937 random_;
  TempDirectory directory_;
  std::unique_ptr<Store> store_;
  Model model_;
  int minutes_ = 0;
};

TEST(RandomOperations, LeaveTheStoreAsTheModelSays) {
  for (std::uint32_t const seed : {1u, 2u, 3u}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun(seed).run();
  }
}

}  // namespace
}  // namespace newsfold::storage
