// What the API tells of articles, their versions and their stories, over a real store.

#include "daemon/api/article_routes.h"

#include "daemon/api/story_routes.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace newsfold::api {
namespace {

namespace json = boost::json;
using storage::at;
using storage::doc;
using storage::harbour;
using storage::ingest;
using storage::valley;

class ArticleRoutes : public ::testing::Test {
 protected:
  Reply reply(std::string const& target, std::string const& accept = {}) {
    auto request = parse_target(target).value();
    request.method = Method::get;
    request.accept = accept;
    auto answer = answer_articles(*store_, request);
    return answer ? std::move(*answer) : error_reply(answer.error());
  }
  json::object get(std::string const& target) {
    auto const answer = reply(target);
    EXPECT_EQ(answer.status, 200u) << target << "\n" << answer.body;
    return json::parse(answer.body).as_object();
  }

  storage::Doc copy_of(int number, std::string const& guid) {
    auto made = doc(number);
    made.guid = guid;
    return made;
  }
  // Commits the item after `alter` has had its way with it.
  template <class Alter>
  void ingest_altered(FeedId feed, storage::Doc const& from, Alter const& alter) {
    std::vector<storage::FeedChange> group{storage::change(store_->view(), feed, {from})};
    alter(group.front().items.front());
    ASSERT_TRUE(store_->commit(group, at(1)));
  }

  storage::TempDirectory directory_;
  std::unique_ptr<storage::Store> store_ = storage::open(directory_ / "store");
};

std::string text_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

TEST_F(ArticleRoutes, VersionsAreListedAndEachIsReadable) {
  ingest(*store_, harbour, {doc(1)});
  auto edited = doc(1);
  edited.text += " One more sentence stands here now.";
  ingest(*store_, harbour, {edited}, 5);
  auto const versions = get("/v1/articles/1/versions").at("versions").as_array();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(text_at(get("/v1/articles/1/versions/1"), "content_text"), doc(1).text);
  EXPECT_EQ(text_at(get("/v1/articles/1/versions/2"), "content_text"), edited.text);
  EXPECT_EQ(reply("/v1/articles/1/versions/3").status, 404u);
  EXPECT_EQ(reply("/v1/articles/1/versions/0").status, 404u);
  EXPECT_EQ(reply("/v1/articles/1/versions/4294967297").status, 404u);
}

TEST_F(ArticleRoutes, VersionsOfAWithdrawnArticleStayReadable) {
  ingest(*store_, harbour, {doc(1)});
  storage::FeedChange change;
  change.feed = harbour;
  change.feed_name = "harbour";
  change.withdrawals.push_back({ArticleId{1}, "the page answered 410 2 times in a row"});
  ASSERT_TRUE(store_->commit(std::span(&change, 1), at(1)));
  EXPECT_EQ(text_at(get("/v1/articles/1/versions/1"), "content_text"), doc(1).text);
  auto const article = get("/v1/articles/1");
  EXPECT_NE(text_at(article.at("_newsfold").as_object(), "withdrawn_reason").find("410"), std::string::npos);
}

TEST_F(ArticleRoutes, ADifferenceIsGivenAsJsonHtmlAndAnsi) {
  ingest(*store_, harbour, {doc(1)});
  auto edited = doc(1);
  edited.text += " One more sentence stands here now.";
  ingest(*store_, harbour, {edited}, 5);
  auto const diff = get("/v1/articles/1/diff?from=1&to=2");
  EXPECT_EQ(text_at(diff, "edit"), "addition");
  EXPECT_EQ(diff.at("words_added").to_number<int>(), 6);
  auto const last = diff.at("text").as_array().back().as_array();
  EXPECT_EQ(last[0].as_string(), "added");
  EXPECT_EQ(get("/v1/articles/1/diff"), diff);  // the newest two
  auto const backwards = get("/v1/articles/1/diff?from=2&to=1");
  EXPECT_EQ(text_at(backwards, "edit"), "removal");
  auto const html = reply("/v1/articles/1/diff?format=html");
  EXPECT_EQ(html.content_type, "text/html; charset=utf-8");
  EXPECT_NE(html.body.find("<ins>One more sentence stands here now.</ins>"), std::string::npos) << html.body;
  EXPECT_EQ(reply("/v1/articles/1/diff", "text/html,*/*").content_type, "text/html; charset=utf-8");
  EXPECT_NE(reply("/v1/articles/1/diff?format=ansi").body.find("\x1b[32mOne more"), std::string::npos);
  EXPECT_EQ(reply("/v1/articles/1/diff?format=pdf").status, 400u);
  EXPECT_EQ(reply("/v1/articles/1/diff?from=1&to=9").status, 404u);
}

TEST_F(ArticleRoutes, TheListTakesEveryFilterOfTheChangeLog) {
  auto tagged = doc(2);
  tagged.tags = {"Sea"};
  ingest(*store_, harbour, {doc(1), tagged, doc(3)});
  ingest(*store_, valley, {copy_of(1, "copy"), doc(5)}, 1);
  auto edited = doc(3);
  edited.text += " One more sentence stands here now.";
  ingest(*store_, harbour, {edited}, 5);
  auto const ids = [&](std::string const& filter) {
    std::string out;
    auto const list = get("/v1/articles" + filter);
    for (auto const& one : list.at("articles").as_array()) out += text_at(one.as_object(), "id") + " ";
    return out;
  };
  EXPECT_EQ(ids(""), "5 4 3 2 1 ");
  EXPECT_EQ(ids("?q=%22more+sentence%22"), "3 ");
  EXPECT_EQ(ids("?q=%22headline+number+2%22"), "2 ");
  EXPECT_EQ(ids("?q=nobody"), "");
  EXPECT_EQ(ids("?copies=fold"), "5 3 2 1 ");
  EXPECT_EQ(ids("?tag=sea"), "2 ");
  EXPECT_EQ(ids("?feed=feed-*&lang=en&q=headline&copies=fold&limit=2"), "5 3 ");
  EXPECT_EQ(ids("?type=article.updated"), "3 ");
  EXPECT_EQ(ids("?type=article.copied"), "4 ");
  EXPECT_EQ(ids("?lang=fr"), "");
  for (auto const* bad : {"?q=%22%22", "?type=nonsense", "?copies=maybe", "?limit=1001"})
    EXPECT_EQ(reply("/v1/articles" + std::string(bad)).status, 400u) << bad;
}

// However few of the rows pass, a page is as long as was asked for, and the next begins where it ended.
TEST_F(ArticleRoutes, PagesOfAFilteredListAreFullAndLeadToAllOfItOnce) {
  for (int n = 0; n < 30; ++n) ingest(*store_, n % 3 == 0 ? harbour : valley, {doc(n)}, n);
  std::vector<std::string> ids;
  std::string after;
  for (int page = 0; page < 4; ++page) {
    auto const list = get("/v1/articles?limit=4&feed=" + storage::feed_name(harbour) + after);
    for (auto const& one : list.at("articles").as_array()) ids.push_back(text_at(one.as_object(), "id"));
    EXPECT_EQ(ids.size(), std::min<std::size_t>(10, std::size_t(page + 1) * 4));
    if (!list.contains("next_after")) break;
    after = "&after=" + text_at(list, "next_after");
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"28", "25", "22", "19", "16", "13", "10", "7", "4", "1"}));
}

TEST_F(ArticleRoutes, AStoryOffersTheLongestCopyThatIsWholeAndFree) {
  ingest(*store_, harbour, {doc(1)});
  ingest_altered(valley, copy_of(1, "walled"), [](storage::IngestItem& item) {
    item.article.content_text += " and much more that only subscribers may read, paragraph by paragraph";
    item.article.paywall = Paywall::subscription;
  });
  ingest_altered(FeedId{0x3003}, copy_of(1, "cut"), [](storage::IngestItem& item) {
    item.article.content_text += " with a long caption that makes it the longest of those that were cut";
    item.article.truncated = true;
  });
  ingest_altered(FeedId{0x4004}, copy_of(1, "longer"), [](storage::IngestItem& item) {
    item.article.content_text += " The agency's last paragraph.";
  });
  auto const story = get("/v1/stories/1");
  EXPECT_EQ(story.at("copies").as_array().size(), 4u);
  auto const& best = story.at("best").as_object();
  EXPECT_EQ(text_at(best, "article"), "4");
  EXPECT_NE(text_at(best, "content_text").find("last paragraph"), std::string::npos);
  // And where one of the others is looked at, it is named.
  auto const cut = get("/v1/articles/3");
  EXPECT_EQ(text_at(cut.at("_newsfold").as_object().at("best").as_object(), "article"), "4");
  EXPECT_FALSE(get("/v1/articles/4").at("_newsfold").as_object().contains("best"));
}

TEST_F(ArticleRoutes, AStoryOfCutCopiesOffersNone) {
  ingest_altered(harbour, doc(1), [](storage::IngestItem& item) { item.article.truncated = true; });
  EXPECT_FALSE(get("/v1/stories/1").contains("best"));
}

TEST_F(ArticleRoutes, AStoryNamesItsOriginalAndTheSign) {
  ingest_altered(harbour, doc(1), [](storage::IngestItem& item) { item.article.date_published = at(60); });
  ingest_altered(valley, copy_of(1, "b"),
                 [](storage::IngestItem& item) { item.article.date_published = at(10); });
  auto original = get("/v1/stories/1").at("original").as_object();
  EXPECT_EQ(text_at(original, "article"), "2");
  EXPECT_EQ(text_at(original, "by"), "time");
  ingest_altered(FeedId{0x3003}, copy_of(1, "c"), [&](storage::IngestItem& item) {
    item.article.url = "https://" + storage::feed_name(harbour) + ".example/" + doc(1).guid;
    item.original = "canonical " + item.article.url;
  });
  original = get("/v1/stories/1").at("original").as_object();
  EXPECT_EQ(text_at(original, "article"), "1");
  EXPECT_EQ(text_at(original, "by"), "canonical");
}

TEST_F(ArticleRoutes, WhyTellsWithWhatAnArticleWasComparedAndHow) {
  ingest(*store_, harbour, {doc(1), doc(2)});
  ingest(*store_, valley, {copy_of(1, "copy")});
  auto const why = get("/v1/articles/3/why");
  EXPECT_EQ(text_at(why, "story"), "1");
  EXPECT_NE(text_at(why, "summary").find("as a copy of article 1"), std::string::npos);
  auto const& compared = why.at("compared").as_array();
  ASSERT_EQ(compared.size(), 1u);
  auto const& one = compared[0].as_object();
  EXPECT_EQ(text_at(one, "article"), "1");
  EXPECT_FALSE(one.at("explanation").as_array().empty());
  EXPECT_FALSE(one.at("shared").as_array().empty());
  EXPECT_TRUE(one.at("figures").as_object().at("same_text").as_bool());
  EXPECT_EQ(text_at(one, "relation"), "Both are in story 1.");
}

TEST_F(ArticleRoutes, WhyComparesWithAnyArticleThatIsAskedFor) {
  ingest(*store_, harbour, {doc(1), doc(2)});
  auto const why = get("/v1/articles/1/why?with=2");
  ASSERT_EQ(why.at("compared").as_array().size(), 1u);
  auto const& one = why.at("compared").as_array()[0].as_object();
  EXPECT_LT(one.at("figures").as_object().at("probability").as_double(), 0.8);
  EXPECT_EQ(text_at(one, "relation"), "They are in two stories, 1 and 2.");
  EXPECT_EQ(reply("/v1/articles/1/why?with=99").status, 404u);
  EXPECT_EQ(reply("/v1/articles/99/why").status, 404u);
  EXPECT_EQ(reply("/v1/articles/1/why?with=x").status, 400u);
  auto const alone = get("/v1/articles/1/why");
  EXPECT_NE(text_at(alone, "summary").find("no other article of the last"), std::string::npos);
}

class OneThreadEditor final : public StoryEditor {
 public:
  explicit OneThreadEditor(storage::Store& store) : store_(store) {}
  boost::asio::awaitable<Result<storage::CommitReport>> split(ArticleId article,
                                                              std::string reason) override {
    co_return store_.split(article, reason, at(9));
  }

 private:
  storage::Store& store_;
};

boost::asio::awaitable<void> split_into(StoryEditor& editor, ArticleId id, Request const& request,
                                        Reply& out) {
  out = co_await split_article(editor, id, request);
}

Reply split(storage::Store& store, ArticleId id, std::string const& body) {
  boost::asio::io_context io;
  OneThreadEditor editor(store);
  Request request;
  request.body = body;
  Reply out;
  auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  boost::asio::co_spawn(io, split_into(editor, id, request, out), rethrow);
  io.run();
  return out;
}

TEST_F(ArticleRoutes, ASplitIsToldRememberedAndExplained) {
  ingest(*store_, harbour, {doc(1)});
  ingest(*store_, valley, {copy_of(1, "copy")});
  auto const done = split(*store_, ArticleId{2}, R"({"reason":"another match"})");
  EXPECT_EQ(done.status, 200u) << done.body;
  EXPECT_EQ(storage::told(*store_).back().type, EventType::article_copied);
  EXPECT_EQ(storage::told(*store_).back().story, StoryId{2});
  auto const why = get("/v1/articles/2/why?with=1");
  EXPECT_EQ(text_at(why.at("compared").as_array()[0].as_object(), "relation"),
            "They are in two stories that were split by hand, and stay apart.");
  EXPECT_EQ(get("/v1/stories/2").at("separate_from").as_array()[0].as_string(), "1");
}

TEST_F(ArticleRoutes, ASplitThatCannotBeDoneSaysWhy) {
  ingest(*store_, harbour, {doc(1)});
  EXPECT_EQ(split(*store_, ArticleId{1}, "").status, 400u);  // alone in its story
  EXPECT_EQ(split(*store_, ArticleId{7}, "").status, 404u);
  EXPECT_EQ(split(*store_, ArticleId{1}, "{\"reason\": 5}").status, 400u);
  EXPECT_EQ(split(*store_, ArticleId{1}, "not json").status, 400u);
  EXPECT_EQ(split(*store_, ArticleId{1}, "{\"reason\":\"" + std::string(600, 'x') + "\"}").status, 413u);
}

}  // namespace
}  // namespace newsfold::api
