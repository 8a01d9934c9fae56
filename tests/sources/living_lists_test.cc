#include "daemon/sources/living_lists.h"
#include "tests/origin/gzip.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdlib>
#include <fstream>
#include <optional>

namespace newsfold::sources {
namespace {

using origin::gzip;

// What reaches the pipeline behind the lists.
class RecordingSink final : public schedule::PollSink {
 public:
  boost::asio::awaitable<schedule::Digest> digest(schedule::FeedSpec const& feed, fetch::Response) override {
    digested.push_back(feed.name);
    co_return schedule::Digest{};
  }
  boost::asio::awaitable<Result<void>> commit(schedule::FeedSpec const& feed,
                                              std::unique_ptr<schedule::PendingItems>, std::string state,
                                              std::vector<schedule::FeedNotice>) override {
    committed.push_back(feed.name + ": " + state);
    co_return Result<void>();
  }
  std::vector<std::string> digested, committed;
};

class LivingListTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-lists.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    list_.id = FeedId{7};
    list_.name = "blogroll";
    list_.kind = schedule::SourceKind::opml;
    open();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void open() {
    lists_ = std::make_unique<LivingLists>(sink_, pool_.get_executor(), directory_ / "lists",
                                           [this](std::string const& list) { changed_.push_back(list); });
  }
  // One poll that brought `body`; whether it was taken for a list.
  bool poll(std::string body, schedule::FeedSpec const& feed) {
    std::optional<bool> good;
    boost::asio::co_spawn(io_, poll_once(*lists_, feed, std::move(body), good, error_),
                          [](std::exception_ptr failure) {
                            if (failure) std::rethrow_exception(failure);
                          });
    io_.restart();
    auto const work = boost::asio::make_work_guard(io_);
    while (!good) io_.run_one();
    return *good;
  }
  static boost::asio::awaitable<void> poll_once(LivingLists& lists, schedule::FeedSpec const& feed,
                                                std::string body, std::optional<bool>& good,
                                                std::string& error) {
    fetch::Response response;
    response.body = std::move(body);
    response.headers.content_type = "text/x-opml; charset=windows-1251";
    auto digest = co_await lists.digest(feed, std::move(response));
    bool const read = digest.report.has_value();
    error = read ? "" : digest.report.error().message;
    std::vector<schedule::FeedNotice> none;
    auto const kept = co_await lists.commit(feed, std::move(digest.pending), "record", std::move(none));
    good = read && kept;
  }
  static std::string opml(std::vector<std::string> const& names) {
    std::string out = "<opml version='2.0'><body>";
    for (auto const& name : names)
      out += "<outline text='" + name + "' xmlUrl='https://" + name + ".example/feed'/>";
    return out + "</body></opml>";
  }
  std::vector<std::string> held() {
    std::vector<std::string> out;
    if (auto const* list = lists_->find(list_.id))
      for (auto const& one : *list) out.push_back(one.title);
    return out;
  }

  std::filesystem::path directory_;
  boost::asio::io_context io_;
  boost::asio::thread_pool pool_{1};
  RecordingSink sink_;
  std::unique_ptr<LivingLists> lists_;
  schedule::FeedSpec list_;
  std::vector<std::string> changed_;
  std::string error_;  // of the last poll's document
};

TEST_F(LivingListTest, TellsWhenItChangesAndOnlyThen) {
  EXPECT_EQ(lists_->find(list_.id), nullptr);
  EXPECT_TRUE(poll(opml({"a", "b"}), list_));
  EXPECT_TRUE(poll(opml({"a", "b"}) + "<!-- touched -->", list_));
  EXPECT_TRUE(poll(opml({"a", "c"}), list_));
  EXPECT_EQ(changed_, (std::vector<std::string>{"blogroll", "blogroll"}));
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "c"}));
  EXPECT_TRUE(sink_.digested.empty());
  EXPECT_EQ(sink_.committed, (std::vector<std::string>(3, "blogroll: record")));
}

TEST_F(LivingListTest, SurvivesARestartAndABrokenDocument) {
  poll(opml({"a", "b"}), list_);
  EXPECT_FALSE(poll("<html>We are moving</html>", list_));
  EXPECT_FALSE(poll(std::string(living_list_bytes_max + 1, ' ') + opml({"x"}), list_));
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b"}));
  open();
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(LivingListTest, AListThatNamesNoFeedAnyMoreIsBroken) {
  EXPECT_TRUE(poll(opml({}), list_));  // one that never named any is only empty
  EXPECT_TRUE(poll(opml({"a", "b"}), list_));
  auto const changes = changed_.size();
  EXPECT_FALSE(poll(opml({}), list_));
  EXPECT_NE(error_.find("names no feed any more"), std::string::npos) << error_;
  EXPECT_FALSE(
      poll("<opml><body><outline text='x' xmlUrl='https://u:pw@x.example/feed'/></body></opml>", list_));
  EXPECT_EQ(error_.find("pw"), std::string::npos) << error_;
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(changed_.size(), changes);
  open();
  EXPECT_FALSE(poll(opml({}), list_));  // known from its copy
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(poll(opml({"c"}), list_));
  EXPECT_EQ(held(), (std::vector<std::string>{"c"}));
}

TEST_F(LivingListTest, AListThatIsCutOffIsBroken) {
  EXPECT_TRUE(poll(opml({"a", "b", "c"}), list_));
  auto const whole = opml({"a", "b", "d"});
  EXPECT_FALSE(poll(whole.substr(0, whole.find("<outline text='b'")), list_));
  EXPECT_NE(error_.find("cut off"), std::string::npos) << error_;
  EXPECT_FALSE(poll(whole.substr(0, whole.find("</opml>")), list_));
  auto const packed = gzip(whole + std::string(10'000, ' '));
  EXPECT_FALSE(poll(packed.substr(0, packed.size() - 9), list_));
  EXPECT_NE(error_.find("cut off"), std::string::npos) << error_;
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(changed_.size(), 1u);
  // Whole, if not well formed.
  EXPECT_TRUE(poll("<opml><body><outline text='e & f' xmlUrl=https://e.example/f></BODY></OPML>\n", list_));
  EXPECT_EQ(held(), (std::vector<std::string>{"e & f"}));
  EXPECT_TRUE(poll(packed, list_));
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b", "d"}));
}

// It was taken for good when it was kept.
TEST_F(LivingListTest, ACopyThatIsCutOffIsReadAllTheSame) {
  poll(opml({"a", "b"}), list_);
  auto const path = std::filesystem::directory_iterator(directory_ / "lists")->path();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 10);
  open();
  EXPECT_EQ(held(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(LivingListTest, WhatCannotBeKeptIsNotTakenForKept) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ / "lists") << "a file where a folder should be";
  EXPECT_FALSE(poll(opml({"a"}), list_));
  EXPECT_TRUE(changed_.empty());
  EXPECT_TRUE(sink_.committed.empty());  // the old validators stay: it comes again
}

TEST_F(LivingListTest, OtherFeedsPassThrough) {
  schedule::FeedSpec feed;
  feed.name = "daily";
  EXPECT_TRUE(poll("<rss/>", feed));
  EXPECT_EQ(sink_.digested, (std::vector<std::string>{"daily"}));
}

TEST_F(LivingListTest, AChangeThatCouldNotBeAppliedIsToldAgainWithTheNextPoll) {
  poll(opml({"a"}), list_);
  lists_->tell_again("blogroll");
  EXPECT_EQ(changed_.size(), 1u);
  poll(opml({"a"}), list_);
  EXPECT_EQ(changed_, (std::vector<std::string>(2, "blogroll")));
  poll(opml({"a"}), list_);
  EXPECT_EQ(changed_.size(), 2u);
}

TEST_F(LivingListTest, TheCharsetOfTheHeaderHoldsAlsoAfterARestart) {
  EXPECT_TRUE(
      poll("<opml><body><outline text='\xcc\xe8\xf0' xmlUrl='https://a.example/f'/></body></opml>", list_));
  EXPECT_EQ(held(), (std::vector<std::string>{"Мир"}));
  open();
  EXPECT_EQ(held(), (std::vector<std::string>{"Мир"}));
}

}  // namespace
}  // namespace newsfold::sources
