// Article pages are looked at again by their age; what changed is told with its class and its words, what is
// gone is withdrawn.

#include "daemon/pipeline/recheck.h"

#include "tests/pipeline/pipeline_fixture.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace newsfold::pipeline {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Beside prose that no other test of this file has.
std::string paragraphs(int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += "<p>On day " + std::to_string(i) + " the harbour council heard engineer number " +
           std::to_string(i * 7) +
           " explain why the old sluice leaks, what a new gate costs and who among the "
           "fishermen would have to wait for the tide.</p>";
  return out;
}

std::string page(std::string const& body) {
  return "<!doctype html><html "
         "lang=en><head><title>Sluice</title></head><body><main><article><h1>Sluice</h1>" +
         body + "</article></main></body></html>";
}

std::string feed(std::string const& description) {
  return R"(<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title><item><title>Sluice</title>)"
         "<guid>a</guid><link>http://daily.example/a</link><description><![CDATA[" +
         description + "]]></description></item></channel></rss>";
}

std::string const page_url = "http://daily.example/a";
std::string const teaser = "<p>The council met.</p>";

class Recheck : public PipelineFixture {
 protected:
  void SetUp() override {
    PipelineFixture::SetUp();
    options_.ladder = {{15min, 3h}, {1h, 24h}, {6h, 24h * 7}, {24h * 3, 24h * 30}};
    web_.pages[page_url] = page(paragraphs(8));
  }

  void watch_with(RecheckOptions const& options) {
    rechecker_ = std::make_unique<Rechecker>(io_.get_executor(), cpu_.get_executor(), clock_, *store_,
                                             *pipeline_, *writer_, web_, options);
    pipeline_->on_new([this](ArticleId article, FeedId from) { rechecker_->watch(article, from); });
  }

  // The article comes; then, step by step, time passes. `before_step` may change the web.
  asio::awaitable<void> live(std::string document, std::chrono::minutes step, int steps,
                             std::function<void(int)> before_step) {
    TaskGroup group(io_.get_executor());
    group.spawn(rechecker_->run());
    co_await poll(std::move(document));
    asked_first_ = web_.asked.size();
    for (int i = 0; i < steps; ++i) {
      if (before_step) before_step(i);
      clock_.advance(step);
      co_await settle();
    }
    group.cancel();
    co_await group.join();
  }

  // A look before it, one after.
  asio::awaitable<void> live_over_a_restart(std::chrono::minutes step) {
    auto document = feed(teaser);
    co_await live(std::move(document), step, 1, nullptr);
    watch_with(options_);
    TaskGroup group(io_.get_executor());
    group.spawn(rechecker_->run());
    while (rechecker_->watched() == 0) co_await asio::post(io_.get_executor(), asio::use_awaitable);
    clock_.advance(step);
    co_await settle();
    group.cancel();
    co_await group.join();
  }

  // The page cannot be had when its article comes, nor at the first look; when the feed is read again, it
  // can.
  asio::awaitable<void> live_with_a_late_page(std::chrono::minutes step, int steps) {
    TaskGroup group(io_.get_executor());
    group.spawn(rechecker_->run());
    web_.statuses[page_url] = 503;
    for (int i = 0; i <= steps; ++i) {
      if (i < 2) {
        auto document = feed(teaser);
        co_await poll(std::move(document));
        asked_first_ = web_.asked.size();
      }
      clock_.advance(step);
      co_await settle();
      web_.statuses.clear();
    }
    group.cancel();
    co_await group.join();
  }

  // Stored by a clock that is days ahead; then it is put right, with a restart.
  asio::awaitable<void> live_after_a_clock_was_ahead(std::chrono::minutes step, int steps) {
    auto document = feed(teaser);
    co_await live(std::move(document), step, 0, nullptr);
    clock_.set(clock_.now() - 24h * 20);
    watch_with(options_);
    TaskGroup group(io_.get_executor());
    group.spawn(rechecker_->run());
    while (rechecker_->watched() == 0) co_await asio::post(io_.get_executor(), asio::use_awaitable);
    for (int i = 0; i < steps; ++i) {
      clock_.advance(step);
      co_await settle();
    }
    group.cancel();
    co_await group.join();
  }

  // Until the checks that are due are done.
  asio::awaitable<void> settle() {
    constexpr int turns_to_begin = 16;
    for (int turn = 0; turn < turns_to_begin || rechecker_->checking() > 0; ++turn)
      co_await asio::post(io_.get_executor(), asio::use_awaitable);
  }

  void live_for(std::chrono::minutes step, int steps, std::function<void(int)> before_step = {},
                std::string const& document = feed(teaser)) {
    watch_with(options_);
    run(live(document, step, steps, std::move(before_step)));
  }

  std::size_t looks() const { return web_.asked.size() - asked_first_; }

  std::vector<std::string> types() const {
    std::vector<std::string> out;
    auto changes = store_->changes(Sequence{0});
    while (auto next = changes->next()) {
      if (!*next) break;
      out.push_back(std::string(to_string((*next)->type)));
    }
    return out;
  }

  // The event's JSON.
  std::string event(Sequence sequence) const {
    auto changes = store_->changes(Sequence{number(sequence) - 1});
    auto next = changes->next();
    return next && *next ? std::string((*next)->open_json) : std::string();
  }

  RecheckOptions options_;
  std::unique_ptr<Rechecker> rechecker_;
  std::size_t asked_first_ = 0;
};

using Types = std::vector<std::string>;

TEST_F(Recheck, LooksOftenWhileThePageIsYoungAndRarelyLater) {
  std::vector<std::size_t> at_step;
  live_for(15min, 4 * 24 * 35, [&](int) { at_step.push_back(looks()); });
  auto const after = [&](std::chrono::hours age) { return at_step[std::size_t(age / 15min) + 1]; };
  EXPECT_EQ(after(3h), 12u);                       // every 15 minutes
  EXPECT_EQ(after(24h), 12u + 21);                 // every hour
  EXPECT_EQ(after(24h * 7), 12u + 21 + 24);        // every 6 hours
  EXPECT_EQ(after(24h * 30), 12u + 21 + 24 + 7);   // every 3 days
  EXPECT_EQ(after(24h * 34), 12u + 21 + 24 + 8);   // the last one fell due at 31 days, then no more
  EXPECT_EQ(types(), (Types{"article.created"}));  // 65 looks at an unchanged page say nothing
  EXPECT_EQ(rechecker_->watched(), 0u);
}

TEST_F(Recheck, LooksLessOftenAtAHostThatDoesNotEdit) {
  options_.ladder = {{15min, 3h}, {15min, 24h * 30}};
  live_for(15min, 1500);
  // Each of the first hundred steps, then less and less, at last every fourth.
  EXPECT_LE(looks(), 100u + 300 + 200);
  EXPECT_GE(looks(), 100u + 1400 / 4);
}

TEST_F(Recheck, LooksAsOftenAsEverInTheFirstHours) {
  options_.ladder = {{15min, 24h * 30}};
  live_for(15min, 1500);
  EXPECT_EQ(looks(), 1500u);
}

TEST_F(Recheck, LooksAsOftenAsEverAtAHostThatEditsNowAndThen) {
  options_.ladder = {{15min, 3h}, {15min, 24h * 30}};
  live_for(15min, 1500, [&](int step) {
    if (step % 80 == 0) web_.pages[page_url] = page(paragraphs(8 + step / 80 % 2));
  });
  EXPECT_GE(looks(), 1490u);
}

TEST_F(Recheck, FollowsAnotherLadder) {
  options_.ladder = {{30min, 2h}};
  live_for(15min, 20);
  EXPECT_EQ(looks(), 4u);
}

TEST_F(Recheck, IsOffWithoutALadder) {
  options_.ladder.clear();
  live_for(15min, 20);
  EXPECT_EQ(looks(), 0u);
}

TEST_F(Recheck, IsOffForAFeedThatCarriesTheFullText) {
  live_for(15min, 8, {}, feed(paragraphs(12)));
  EXPECT_TRUE(web_.asked.empty());
}

TEST_F(Recheck, BeginsWithThePageWhereThatComesLate) {
  watch_with(options_);
  run(live_with_a_late_page(15min, 4));
  EXPECT_EQ(types(), (Types{"article.created", "article.updated"}));
  EXPECT_EQ(looks(), 4u);
}

TEST_F(Recheck, LetsGoOfWhatAFeedCarriesWhole) {
  std::size_t watched = 1;
  live_for(
      15min, 2, [&](int) { watched = rechecker_->watched(); }, feed(paragraphs(12)));
  EXPECT_EQ(watched, 0u);
}

TEST_F(Recheck, IsOffForASourceThatDoesNotWantIt) {
  Source quiet;
  quiet.id = feed_.id;
  quiet.name = feed_.name;
  quiet.recheck = false;
  pipeline_->set_sources({quiet});
  live_for(15min, 8);
  EXPECT_EQ(looks(), 0u);
}

TEST_F(Recheck, AnAdditionIsAnUpdateWithItsClassAndItsWords) {
  live_for(15min, 2, [&](int step) {
    if (step == 1)
      web_.pages[page_url] = page(paragraphs(8) + "<p>The mayor resigned over the gate this evening.</p>");
  });
  ASSERT_EQ(types(), (Types{"article.created", "article.updated"}));
  auto const json = event(Sequence{2});
  EXPECT_NE(json.find(R"("edit":"addition")"), std::string::npos) << json;
  EXPECT_NE(json.find("resigned over the gate"), std::string::npos);
  EXPECT_NE(json.find(R"("added")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("story":1)"), std::string::npos);
}

TEST_F(Recheck, AnotherFigureIsACorrection) {
  live_for(15min, 1, [&](int) {
    auto text = paragraphs(8);
    text.replace(text.find("number 21"), 9, "number 22");
    web_.pages[page_url] = page(text);
  });
  ASSERT_EQ(types(), (Types{"article.created", "article.updated"}));
  EXPECT_NE(event(Sequence{2}).find(R"("edit":"correction")"), std::string::npos);
}

TEST_F(Recheck, AdsAndMarkupAreNoEdit) {
  live_for(15min, 1, [&](int) {
    web_.pages[page_url] = "<!-- rebuilt -->" + page("<div class=ad>Advertisement</div>" + paragraphs(8));
  });
  EXPECT_EQ(types(), (Types{"article.created"}));
}

TEST_F(Recheck, APageGoneOnceIsNotWithdrawn) {
  live_for(15min, 4, [&](int step) { web_.statuses[page_url] = step == 1 ? 404 : 200; });
  EXPECT_EQ(types(), (Types{"article.created"}));
}

TEST_F(Recheck, APageGoneTwiceIsWithdrawnAndItsVersionsStayReadable) {
  live_for(15min, 6, [&](int step) {
    if (step == 0) web_.pages[page_url] = page(paragraphs(9));
    if (step >= 1) web_.statuses[page_url] = step % 2 == 0 ? 410 : 404;
  });
  EXPECT_EQ(types(), (Types{"article.created", "article.updated", "article.withdrawn"}));
  EXPECT_EQ(looks(), 3u);  // nobody asks for it again
  auto const view = store_->view();
  auto const head = view.article(ArticleId{1}).value();
  EXPECT_TRUE(head.withdrawn_at.has_value());
  EXPECT_EQ(head.withdrawn_reason, "the page answered 410 2 times in a row");
  EXPECT_EQ(view.versions(ArticleId{1}).value().size(), 2u);
  EXPECT_NE(view.version(ArticleId{1}, 1)->content.content_text.find("old sluice leaks"), std::string::npos);
}

TEST_F(Recheck, AServerInTroubleWithdrawsNothing) {
  live_for(15min, 5, [&](int) { web_.statuses[page_url] = 503; });
  EXPECT_EQ(types(), (Types{"article.created"}));
}

TEST_F(Recheck, AServerInTroubleIsAskedHalfAsOften) {
  live_for(15min, 5, [&](int) { web_.statuses[page_url] = 403; });
  EXPECT_EQ(looks(), 3u);  // after 15, 45 and 75 minutes
}

TEST_F(Recheck, APageThatDoesNotAnswerIsAskedHalfAsOften) {
  live_for(15min, 5, [&](int) { web_.down = true; });
  EXPECT_EQ(looks(), 3u);
}

using Tags = std::vector<std::string>;

TEST_F(Recheck, AsksOnlyWhetherThePageChanged) {
  web_.etags[page_url] = "v1";
  live_for(15min, 5, [&](int step) {
    if (step == 1) web_.etags[page_url] = "v2";  // other ads, the same text
    if (step == 3) {
      web_.etags[page_url] = "v3";
      web_.pages[page_url] = page(paragraphs(9));
    }
  });
  EXPECT_EQ(web_.asked_with, (Tags{"", "v1", "v1", "v2", "v2", "v3"}));
  EXPECT_EQ(types(), (Types{"article.created", "article.updated"}));
}

TEST_F(Recheck, APageBehindARedirectIsAskedByWhatItsOwnAddressSaid) {
  web_.etags[page_url] = "v1";
  web_.moved[page_url] = "http://daily.example/2026/a";
  auto changed = [this](int) { web_.pages[page_url] = page(paragraphs(9)); };  // unseen behind its ETag
  live_for(15min, 1, changed);
  EXPECT_EQ(web_.asked_with, (Tags{"", "v1"}));
  EXPECT_EQ(types(), (Types{"article.created"}));
}

TEST_F(Recheck, APageThatIsUnchangedInBetweenWasNotGoneTwice) {
  web_.etags[page_url] = "v1";
  live_for(15min, 6, [&](int step) { web_.statuses[page_url] = step % 2 == 0 ? 404 : 200; });
  EXPECT_EQ(looks(), 6u);
  EXPECT_EQ(types(), (Types{"article.created"}));
}

TEST_F(Recheck, AsksOnlyWhetherThePageChangedAfterARestart) {
  web_.etags[page_url] = "v1";
  watch_with(options_);
  run(live_over_a_restart(15min));
  EXPECT_EQ(web_.asked_with, (Tags{"", "v1", "v1"}));
}

TEST_F(Recheck, AnArticleThatCameByAClockThatWasAheadAgesFromTheRestartOn) {
  watch_with(options_);
  run(live_after_a_clock_was_ahead(15min, 20));
  EXPECT_EQ(looks(), 12u + 2);
}

TEST_F(Recheck, ASeriesOfPagesIsReadWholeEachTime) {
  Source joined;
  joined.id = feed_.id;
  joined.name = feed_.name;
  joined.join_pages_max = 5;
  pipeline_->set_sources({joined});
  web_.etags[page_url] = "v1";
  web_.pages[page_url] = page(paragraphs(8) + "<p><a rel=next href='/a?page=2'>Next page</a></p>");
  web_.pages[page_url + "?page=2"] = page(paragraphs(9));
  live_for(15min, 1);
  EXPECT_EQ(web_.asked, (Tags{page_url, page_url + "?page=2", page_url, page_url + "?page=2"}));
  EXPECT_EQ(web_.asked_with, (Tags{"", "", "", ""}));
}

// ---- The publisher's feed says so ---------------------------------------------------------------

std::string atom(std::string const& entries) {
  return R"(<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" )"
         R"(xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Daily</title><id>urn:daily</id>)" +
         entries + "</feed>";
}

std::string atom_entry(std::string const& id, std::string const& text) {
  return "<entry><id>" + id + "</id><title>Title of " + id + "</title><link href='http://daily.example/" +
         id + "'/><content type='html'><![CDATA[" + text + "]]></content></entry>";
}

class Tombstone : public PipelineFixture {
 protected:
  asio::awaitable<void> poll_all(std::vector<std::string> documents) {
    for (auto& document : documents) co_await poll(std::move(document));
  }
};

TEST_F(Tombstone, ADeletedEntryIsWithdrawnOnce) {
  auto const first = atom(atom_entry("a", paragraphs(12)));
  auto const gone = atom(
      "<at:deleted-entry ref='a' when='2026-11-03T10:00:00Z'><at:comment>Published by "
      "mistake</at:comment></at:deleted-entry>");
  run(poll_all({first, gone, gone}));
  EXPECT_EQ(announced(),
            (std::vector<std::string>{"article.created Title of a", "article.withdrawn Title of a"}));
  auto const head = store_->view().article(ArticleId{1}).value();
  EXPECT_EQ(head.withdrawn_reason,
            "the feed says that it was deleted at 2026-11-03T10:00:00Z: Published by mistake");
  EXPECT_EQ(store_->view().versions(ArticleId{1}).value().size(), 1u);
}

TEST_F(Tombstone, OfAnEntryThatIsStillShownOrThatNobodyKnowsSaysNothing) {
  auto const entry = atom_entry("a", paragraphs(12));
  run(poll_all(
      {atom(entry), atom(entry + "<at:deleted-entry ref='a'/><at:deleted-entry ref='never-seen'/>")}));
  EXPECT_EQ(announced(), (std::vector<std::string>{"article.created Title of a"}));
}

}  // namespace
}  // namespace newsfold::pipeline
