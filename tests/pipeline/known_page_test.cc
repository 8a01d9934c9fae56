// An item that its feed shows differently, whose page was read before.
#include "tests/pipeline/pipeline_fixture.h"

namespace newsfold::pipeline {
namespace {

namespace asio = boost::asio;
using Strings = std::vector<std::string>;

std::string const url = "http://daily.example/a";

std::string paragraphs(std::string const& about) {
  std::string out;
  for (int i = 0; i < 8; ++i)
    out += "<p>Week " + std::to_string(i) + ": the " + about + " waits for its " + std::to_string(i * 7) +
           " new planks, and the ferry master reads out once more what they cost and who is to pay.</p>";
  return out;
}

std::string ferry_page(std::string const& body) {
  return "<!doctype html><html lang=en><head><title>Ferry</title></head><body><main><article><h1>Ferry</h1>" +
         body + "</article></main></body></html>";
}

struct FerryItem {
  std::string title = "The ferry waits";
  std::string summary = "Planks are dear.";
  std::string updated = "2024-10-01T08:00:00Z";
  std::string link = url;
};

std::string atom(FerryItem const& entry) {
  return R"(<feed xmlns="http://www.w3.org/2005/Atom"><title>Daily</title><id>d</id><entry><id>a</id><title>)" +
         entry.title + "</title><link href='" + entry.link + "'/><updated>" + entry.updated +
         "</updated><summary>" + entry.summary + "</summary></entry></feed>";
}

class KnownPageTest : public PipelineFixture {
 protected:
  void SetUp() override {
    PipelineFixture::SetUp();
    web_.pages[url] = ferry_page(paragraphs("jetty"));
    web_.etags[url] = "v1";
  }

  // `between` changes the web.
  void polls(std::vector<FerryItem> entries, std::function<void()> between = {}) {
    run(poll_all(std::move(entries), std::move(between)));
  }
  storage::ArticleVersion newest() const { return store_->view().version(ArticleId{1}, 0).value(); }

  void SetUpAgain() {
    TearDown();
    web_ = {};
    io_.restart();
    SetUp();
  }
  // A recheck finds other validators of the same text.
  asio::awaitable<void> look_between(FerryItem first, FerryItem second, unsigned status) {
    auto document = atom(first);
    co_await poll(std::move(document));
    auto body = status == 200 ? web_.pages[url] : "";
    auto const done = co_await look(status, std::move(body));
    EXPECT_TRUE(done) << done.error().message;
    document = atom(second);
    co_await poll(std::move(document));
  }
  asio::awaitable<void> look_at_a_wall(FerryItem first) {
    auto document = atom(first);
    co_await poll(std::move(document));
    auto wall = ferry_page("<p>Log in.</p>");
    auto const done = co_await look(200, std::move(wall));
    EXPECT_FALSE(done);
  }
  asio::awaitable<Result<bool>> look(unsigned status, std::string body) {
    auto const source = pipeline_->source(feed_.id);
    auto const known = known_page(store_->view(), feed_.id, ArticleId{1});
    fetch::Response response;
    response.status = status;
    response.conditional = true;
    response.final_url = url;
    response.headers.content_type = "text/html; charset=utf-8";
    response.headers.etag = web_.etags[url] = "v2";
    response.body = std::move(body);
    co_return co_await pipeline_->recheck(*source, ArticleId{1}, known, web_, std::move(response));
  }

  // The page is edited, and a recheck sees it, while a poll asks whether it changed.
  class RacingClient final : public fetch::Client {
   public:
    explicit RacingClient(KnownPageTest& test) : test_(test) {}
    asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
      bool const is_known = !request.etag.empty();
      auto answer = co_await test_.web_.fetch(std::move(request));
      auto edited = ferry_page(paragraphs("harbour"));
      if (is_known) (void)co_await test_.look(200, std::move(edited));
      co_return answer;
    }

   private:
    KnownPageTest& test_;
  };

 private:
  asio::awaitable<void> poll_all(std::vector<FerryItem> entries, std::function<void()> between) {
    for (auto const& entry : entries) {
      auto document = atom(entry);
      co_await poll(std::move(document));
      if (between) between();
    }
  }
};

TEST_F(KnownPageTest, IsOnlyAskedWhetherItChanged) {
  polls({{}, {.title = "The ferry still waits"}, {.title = "The ferry still waits", .summary = "Dearer."}});
  EXPECT_EQ(web_.asked_with, (Strings{"", "v1", "v1"}));
  EXPECT_EQ(announced(),
            (Strings{"article.created The ferry waits", "article.updated The ferry still waits"}));
  EXPECT_NE(newest().content.content_text.find("jetty waits"), std::string::npos);
  EXPECT_EQ(newest().content.title, "The ferry still waits");
  EXPECT_EQ(newest().page.etag, "v1");
}

TEST_F(KnownPageTest, IsReadAgainWhenItChanged) {
  polls({{}, {.title = "The ferry sails"}}, [this] {
    web_.etags[url] = "v2";
    web_.pages[url] = ferry_page(paragraphs("harbour"));
  });
  EXPECT_EQ(web_.asked_with, (Strings{"", "v1"}));
  EXPECT_NE(newest().content.content_text.find("harbour waits"), std::string::npos);
  EXPECT_EQ(newest().page.etag, "v2");
}

TEST_F(KnownPageTest, IsNotAskedWithWhatAnotherAddressSaid) {
  auto const moved = url + "-moved";
  web_.pages[moved] = ferry_page(paragraphs("pontoon"));
  web_.etags[moved] = "v1";  // by chance
  polls({{}, {.title = "The ferry still waits", .link = moved}});
  EXPECT_EQ(web_.asked, (Strings{url, moved}));
  EXPECT_EQ(announced().size(), 2u);
  EXPECT_NE(newest().content.content_text.find("pontoon waits"), std::string::npos);
}

TEST_F(KnownPageTest, IsAskedWithWhatItSaidLastAlsoWhereItsTextStayed) {
  for (unsigned const status : {200U, 304U}) {
    if (status == 304) SetUpAgain();
    run(look_between({}, {.title = "The ferry still waits"}, status));
    EXPECT_EQ(web_.asked_with, (Strings{"", "v2"})) << status;
    EXPECT_EQ(newest().number, 2u) << status;
    EXPECT_EQ(newest().page.etag, "v2") << status;
  }
}

TEST_F(KnownPageTest, IsReadWholeWhereItsTextIsNotTheArticles) {
  web_.pages[url] = ferry_page("<p>Log in.</p>");
  polls({{}, {.title = "The ferry still waits"}});
  EXPECT_EQ(web_.asked_with, (Strings{"", ""}));
}

TEST_F(KnownPageTest, GivesWayToAFeedThatSaysMore) {
  auto const more = paragraphs("jetty") + "<p>The council pays for every single plank of it after all.</p>";
  std::string escaped;
  for (char const c : more) escaped += c == '<' ? "&lt;" : std::string(1, c);
  Source source;
  source.id = feed_.id;
  source.name = feed_.name;
  source.pages = PagePolicy::always;
  pipeline_->set_sources({source});
  polls({{}, {.summary = escaped}});
  EXPECT_EQ(web_.asked_with, (Strings{"", "v1"}));
  EXPECT_NE(newest().content.content_text.find("every single plank"), std::string::npos);
  EXPECT_EQ(newest().content.extractor, "feed");
}

// The teaser would be a version of its own, and the text another one as soon as the page is there again.
TEST_F(KnownPageTest, LeavesItsTextWhereItCannotBeHadNow) {
  for (unsigned const status : {503U, 429U, 403U, 404U}) {
    if (status != 503) SetUpAgain();
    polls({{}, {.summary = "Dearer."}, {.title = "The ferry sails", .summary = "Dearer."}},
          [&] { web_.statuses[url] = status; });
    EXPECT_EQ(announced(), (Strings{"article.created The ferry waits", "article.updated The ferry sails"}))
        << status;
    EXPECT_NE(newest().content.content_text.find("jetty waits"), std::string::npos) << status;
    EXPECT_NE(newest().content.extractor, "feed") << status;
    EXPECT_EQ(newest().content.title, "The ferry sails") << status;
    EXPECT_EQ(newest().extras.summary, "Dearer.") << status;
    EXPECT_EQ(web_.asked_with, (Strings{"", "v1", "v1"})) << status;
  }
}

TEST_F(KnownPageTest, LeavesItsTextWhereItHoldsNoneForNow) {
  for (std::string const now : {"<html><body><script>start()</script></body></html>", "Log in."}) {
    if (now == "Log in.") SetUpAgain();
    polls({{}, {.title = "The ferry sails"}}, [&] {
      web_.etags[url] = "v2";
      web_.pages[url] = now == "Log in." ? ferry_page("<p>Log in.</p>") : now;
    });
    EXPECT_EQ(announced(), (Strings{"article.created The ferry waits", "article.updated The ferry sails"}));
    EXPECT_NE(newest().content.content_text.find("jetty waits"), std::string::npos) << now;
    EXPECT_EQ(newest().page.etag, "v1") << "by which it was read";
  }
}

TEST_F(KnownPageTest, IsNoEditWhereItSaysLessThanTheFeedsSummary) {
  run(look_at_a_wall(
      {.summary = "Planks are dear, and the council has not said yet who is to pay for them."}));
  EXPECT_EQ(newest().number, 1u);
  EXPECT_NE(newest().content.content_text.find("jetty waits"), std::string::npos);
}

TEST_F(KnownPageTest, IsNotAskedAtANewAddressWithWhatTheOldOneSaid) {
  auto const moved = url + "-moved";
  int polled = 0;
  polls({{}, {.title = "The ferry sails", .link = moved}, {.title = "The ferry sails", .link = moved}}, [&] {
    if (++polled == 1) {
      web_.statuses[moved] = 503;
    } else {
      web_.statuses.clear();
      web_.pages[moved] = ferry_page(paragraphs("pontoon"));
      web_.etags[moved] = "v1";  // by chance
    }
  });
  EXPECT_EQ(web_.asked, (Strings{url, moved, moved}));
  EXPECT_NE(newest().content.content_text.find("pontoon waits"), std::string::npos);
}

TEST_F(KnownPageTest, OfAWithdrawnArticleIsNone) {
  int polled = 0;
  polls({{}, {.title = "The ferry sails"}}, [&] {
    if (++polled > 1) return;
    storage::FeedChange change;
    change.feed = feed_.id;
    change.feed_name = feed_.name;
    change.withdrawals.push_back({ArticleId{1}, "gone"});
    ASSERT_TRUE(store_->commit({&change, 1}, clock_.now()));
    EXPECT_EQ(known_page(store_->view(), feed_.id, ArticleId{1}).url, "");
    web_.statuses[url] = 404;
  });
  EXPECT_TRUE(store_->view().article(ArticleId{1})->withdrawn_at) << "nobody saw its text again";
  EXPECT_EQ(newest().number, 1u);
}

TEST_F(KnownPageTest, IsAskedForAgainWhereItMayBeThereNextTime) {
  FerryItem const edited{.title = "The ferry sails"};
  int polled = 0;
  auto const between = [&] {
    web_.down = ++polled == 1;
    if (polled < 2) return;
    web_.pages[url] = ferry_page(paragraphs("harbour"));
    web_.etags[url] = "v2";
  };
  polls({{}, edited, edited, edited}, between);
  EXPECT_EQ(web_.asked_with, (Strings{"", "v1", "v1"}));
  EXPECT_EQ(announced(), (Strings{"article.created The ferry waits", "article.updated The ferry sails",
                                  "article.updated The ferry sails"}));
  EXPECT_NE(newest().content.content_text.find("harbour waits"), std::string::npos);
}

TEST_F(KnownPageTest, IsNotAskedForAgainWhereItsAnswerWillNotChangeSoon) {
  FerryItem const edited{.title = "The ferry sails"};
  polls({{}, edited, edited}, [this] { web_.statuses[url] = 404; });
  EXPECT_EQ(web_.asked.size(), 2u);
}

TEST_F(KnownPageTest, LeavesTheTextThatARecheckFoundMeanwhile) {
  RacingClient racing(*this);
  pipeline_->set_page_client(racing);
  polls({{}, {.title = "The ferry sails"}});
  EXPECT_EQ(announced().size(), 3u);
  EXPECT_EQ(newest().content.title, "The ferry sails");
  EXPECT_NE(newest().content.content_text.find("harbour waits"), std::string::npos);
}

TEST_F(KnownPageTest, LeavesTheLaterDateOfChange) {
  polls({{}, {.title = "The ferry still waits", .updated = "2024-10-02T08:00:00Z"}});
  auto const modified = newest().content.date_modified;
  ASSERT_TRUE(modified);
  EXPECT_EQ(modified->time_since_epoch() / std::chrono::seconds(1), 1'727'856'000);
}

}  // namespace
}  // namespace newsfold::pipeline
