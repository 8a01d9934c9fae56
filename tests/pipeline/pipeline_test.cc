#include "daemon/pipeline/pipeline.h"

#include "tests/pipeline/pipeline_fixture.h"

#include <algorithm>

namespace newsfold::pipeline {
namespace {

namespace asio = boost::asio;
using ::testing::Test;

std::string paragraphs(std::string const& about, int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += "<p>The harbour council of " + about + " met on day " + std::to_string(i) +
           " and heard engineer number " + std::to_string(i * 7) + " explain why the old sluice of " + about +
           " leaks, what a new gate costs and who among the fishermen would have to wait for the tide.</p>";
  return out;
}

// Another article altogether: nothing of it stands in paragraphs().
std::string other_paragraphs(int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += "<p>Astronomers watched comet " + std::to_string(i * 13) +
           " break apart over the southern desert last week, a sight that nobody had photographed before, "
           "and their "
           "telescope counted eleven fragments drifting slowly away from each other.</p>";
  return out;
}

struct FeedItem {
  std::string slug;
  std::string title;
  std::string html;
};

std::string rss(std::vector<FeedItem> const& newest_first) {
  std::string out =
      R"(<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title><link>http://daily.example/</link>)";
  for (auto const& item : newest_first)
    out += "<item><title>" + item.title + "</title><link>http://daily.example/" + item.slug +
           "</link><guid>" + item.slug + "</guid><description><![CDATA[" + item.html +
           "]]></description></item>";
  return out + "</channel></rss>";
}

std::string page(std::string const& title, std::string const& body) {
  return "<!doctype html><html lang=en><head><title>" + title +
         "</title></head><body><nav><a href=/>Home</a></nav><main><article><h1>" + title + "</h1>" + body +
         "</article></main><footer>All rights reserved</footer></body></html>";
}

class PipelineTest : public PipelineFixture {};

asio::awaitable<void> poll_twice(PipelineTest&, std::function<asio::awaitable<void>(std::string)> poll,
                                 std::string first, std::string second) {
  co_await poll(std::move(first));
  co_await poll(std::move(second));
}

#define POLLS(first, second) \
  run(poll_twice(            \
      *this, [this](std::string one) { return poll(std::move(one)); }, first, second))

TEST_F(PipelineTest, FullTextsAreAnnouncedOldestFirstAndOnlyOnce) {
  auto const document = rss({{"b", "Second", other_paragraphs(8)}, {"a", "First", paragraphs("Alesund", 8)}});
  POLLS(document, document);
  EXPECT_EQ(announced(), (std::vector<std::string>{"article.created First", "article.created Second"}));
  EXPECT_TRUE(web_.asked.empty());
  EXPECT_EQ(report_.new_items, 0u);
}

TEST_F(PipelineTest, ATeaserSendsForItsPageOnceAndItsTextIsThePages) {
  web_.pages["http://daily.example/a"] = page("First", paragraphs("Alesund", 8));
  auto const document = rss({{"a", "First", "<p>The council met.</p>"}});
  POLLS(document, document);
  EXPECT_EQ(web_.asked, (std::vector<std::string>{"http://daily.example/a"}));
  auto const version = store_->view().version(ArticleId{1}, 0);
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_NE(version->content.content_text.find("sluice of Alesund"), std::string::npos);
  EXPECT_EQ(version->content.content_text.find("rights reserved"), std::string::npos);
}

TEST_F(PipelineTest, TheHeadlinesOfAPageBecomeArticlesWithTheTextsOfTheirPages) {
  Source source;
  source.id = feed_.id;
  source.name = feed_.name;
  source.listing.emplace();
  pipeline_->set_sources({source});
  web_.pages["http://daily.example/bridge"] = page("The bridge opens", paragraphs("Alesund", 8));
  web_.pages["http://daily.example/comet"] = page("A comet breaks apart", other_paragraphs(8));
  auto const front = [](std::string const& cards) {
    return "<html lang=en><head><title>Daily</title></head><body><nav><a href=/s>All of the sport "
           "news</a></nav>" +
           cards + "</body></html>";
  };
  auto const card = [](std::string const& slug, std::string const& title) {
    return "<div class=card><h2><a href='http://daily.example/" + slug + "'>" + title + "</a></h2></div>";
  };
  auto const known =
      card("bridge", "The bridge across the river opens") + card("gone", "The mayor resigns today");
  auto const first = front(known + card("storm", "A storm comes to the coast"));
  auto const second = front(card("comet", "A comet breaks apart at last") + known);
  POLLS(first, second);
  auto const titles = announced();
  EXPECT_EQ(titles.size(), 4u);
  EXPECT_EQ(std::ranges::count(titles, "article.created The bridge across the river opens"), 1);
  ASSERT_EQ(titles.back(), "article.created A comet breaks apart at last");
  auto const comet = store_->view().version(store_->view().newest_article(), 0).value();
  EXPECT_EQ(comet.content.url, "http://daily.example/comet");
  EXPECT_NE(comet.content.content_text.find("eleven fragments"), std::string::npos);
}

TEST_F(PipelineTest, APageThatCannotBeReachedIsAskedForAgainWhenTheFeedIsRead) {
  web_.down = true;
  auto const document = rss({{"a", "First", "<p>The council met.</p>"}});
  POLLS(document, document);
  EXPECT_EQ(web_.asked.size(), 2u);
  EXPECT_EQ(announced(), (std::vector<std::string>{"article.created First"}));
}

TEST_F(PipelineTest, AnEditedItemIsAnUpdateOfItsArticle) {
  auto const text = paragraphs("Alesund", 8);
  POLLS(rss({{"a", "First", text}}),
        rss({{"a", "First", text + "<p>Correction: the gate costs nine million crowns, not five.</p>"}}));
  EXPECT_EQ(announced(), (std::vector<std::string>{"article.created First", "article.updated First"}));
}

TEST_F(PipelineTest, ACopyJoinsTheStoryOfTheFirst) {
  auto const text = paragraphs("Alesund", 8);
  POLLS(rss({{"a", "First", text}}), rss({{"b", "Elsewhere the same", text}, {"a", "First", text}}));
  EXPECT_EQ(announced(),
            (std::vector<std::string>{"article.created First", "article.copied Elsewhere the same"}));
}

TEST_F(PipelineTest, MoreItemsThanPagesAllowedAreStoredWithTheFeedsOwnText) {
  PipelineOptions options;
  options.pages_per_poll_max = 2;
  pipeline_ = std::make_unique<Pipeline>(cpu_.get_executor(), *store_, *writer_, options);
  pipeline_->set_page_client(web_);
  Source source;
  source.id = feed_.id;
  source.name = feed_.name;
  pipeline_->set_sources({source});
  std::vector<FeedItem> items;
  for (int i = 0; i < 5; ++i) {
    auto const name = "n" + std::to_string(i);
    items.push_back({name, "Title " + name, "<p>A teaser about " + name + ".</p>"});
  }
  run(poll(rss(items)));
  EXPECT_EQ(web_.asked.size(), 2u);
  EXPECT_EQ(announced().size(), 5u);
}

std::string const tail = "<p>The Daily belongs to its readers. Become one of its members today.</p>";

// Articles `from` to `to`, each of other words, all above the same paragraph.
std::vector<FeedItem> articles_with_tail(int from, int to) {
  std::vector<FeedItem> items;
  for (int i = from; i < to; ++i) {
    std::string const name(3, char('a' + i));
    std::string html;
    for (char c = 'a'; c < 'k'; ++c)
      html += "<p>Reporter " + name + c + " saw the " + name + c + "ville gate, met " + c + name +
              "son, and wrote of " + c + name + "stad and its " + name + c + " tide at length.</p>";
    items.insert(items.begin(), {name, "Title " + name, html + tail});
  }
  return items;
}

asio::awaitable<void> poll_and_start_again(std::function<asio::awaitable<void>(std::string)> poll,
                                           std::function<void()> restart, std::string first,
                                           std::string second) {
  co_await poll(std::move(first));
  restart();
  co_await poll(std::move(second));
}

TEST_F(PipelineTest, WhatRecursOnAHostIsTakenOutAndKnownAfterARestart) {
  auto const restart = [this] {
    pipeline_ = std::make_unique<Pipeline>(cpu_.get_executor(), *store_, *writer_, PipelineOptions{});
    pipeline_->set_page_client(web_);
    Source source;
    source.id = feed_.id;
    source.name = feed_.name;
    pipeline_->set_sources({source});
  };
  run(poll_and_start_again([this](std::string one) { return poll(std::move(one)); }, restart,
                           rss(articles_with_tail(0, 6)), rss(articles_with_tail(5, 7))));
  auto const view = store_->view();
  EXPECT_TRUE(view.blocks("daily.example"));
  auto const has_tail = [&](std::uint64_t id) {
    auto const version = view.version(ArticleId{id}, 0);
    EXPECT_TRUE(version);
    auto const& article = version->content;
    bool const in_text = article.content_text.find("belongs to its readers") != std::string::npos;
    EXPECT_EQ(in_text, article.content_html.find("belongs to its readers") != std::string::npos);
    return in_text;
  };
  EXPECT_TRUE(has_tail(1));
  EXPECT_FALSE(has_tail(5));
  EXPECT_FALSE(has_tail(7)) << "the new pipeline knows what the old one learned";
}

TEST_F(PipelineTest, WhatRecursStaysWhereNoTemplatesAreLearned) {
  Source source;
  source.id = feed_.id;
  source.name = feed_.name;
  source.learn_templates = false;
  pipeline_->set_sources({source});
  run(poll(rss(articles_with_tail(0, 7))));
  for (std::uint64_t id = 1; id <= 7; ++id)
    EXPECT_NE(store_->view().version(ArticleId{id}, 0)->content.content_text.find("belongs to its readers"),
              std::string::npos)
        << id;
}

TEST_F(PipelineTest, LearningWhatIsTemplateMakesNoVersions) {
  auto const first = articles_with_tail(0, 6);
  auto again = first;
  for (auto& item : again) item.html += "<p>Photo: A. Person</p>";  // shown differently, read the same
  POLLS(rss(first), rss(again));
  for (auto const& line : announced()) EXPECT_TRUE(line.starts_with("article.created")) << line;
}

// The feed tells more than its walled page shows: what the page says of its wall holds for the feed's teaser.
TEST_F(PipelineTest, TheTeaserOfAWalledPageIsNoWholeText) {
  auto walled = page("Sluice", "<p>The council met.</p>");
  walled.insert(
      walled.find("</head>"),
      R"(<script type="application/ld+json">{"@type":"NewsArticle","headline":"Sluice",)"
      R"("isAccessibleForFree":false}</script><meta name="article:content_tier" content="locked">)");
  web_.pages["http://daily.example/sluice"] = walled;
  run(poll(rss(
      {{"sluice", "Sluice",
        "The harbour council met on Monday and heard why the old sluice leaks, what a gate costs ..."}})));
  auto const stored = store_->view().version(ArticleId{1}, 0).value().content;
  EXPECT_TRUE(stored.content_text.starts_with("The harbour council met")) << stored.content_text;
  EXPECT_EQ(stored.paywall, Paywall::subscription);
  EXPECT_NE(stored.paywall_evidence, "");
}

TEST_F(PipelineTest, ADocumentOfMoreItemsThanACommitMayHoldIsStoredWhole) {
  Source source;
  source.id = feed_.id;
  source.name = feed_.name;
  source.pages = PagePolicy::never;
  pipeline_->set_sources({source});
  constexpr std::size_t many = 10'000;
  static_assert(many > storage::commit_items_max);
  std::vector<FeedItem> items;
  for (std::size_t i = 0; i < many; ++i) {
    auto const number = std::to_string(i);
    items.push_back({number, "Notice " + number, ""});
  }
  run(poll(rss(items)));
  EXPECT_EQ(store_->view().counts().value().articles, many);
  EXPECT_EQ(store_->view().feed(feed_.id)->state, "state");
  for (std::size_t i = 0; i + 1 < reports_.size(); ++i)
    EXPECT_LE(reports_[i].outcomes.at(0).size(), pipeline_options().items_per_commit_max);
}

asio::awaitable<void> commit_to(Writer& writer, storage::FeedChange change, std::string& outcome) {
  auto const done = co_await writer.commit(std::move(change));
  outcome = done ? "stored" : std::string(to_string(done.error().code));
}

// The changes of several feeds that come together are committed together.
asio::awaitable<void> commit_together(asio::any_io_executor io, Writer& writer,
                                      std::vector<storage::FeedChange> changes,
                                      std::vector<std::string>& outcomes) {
  TaskGroup group(io);
  outcomes.resize(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i)
    group.spawn(commit_to(writer, std::move(changes[i]), outcomes[i]));
  co_await group.join();
}

TEST_F(PipelineTest, AChangeThatIsTooLargeFailsAlone) {
  std::vector<storage::FeedChange> changes(3);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i].feed = FeedId{100 + i};
    changes[i].feed_name = "feed " + std::to_string(i);
    changes[i].state = "state";
  }
  changes[1].items.resize(storage::commit_items_max + 1);
  std::vector<std::string> outcomes;
  run(commit_together(io_.get_executor(), *writer_, std::move(changes), outcomes));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"stored", "too_large", "stored"}));
}

}  // namespace
}  // namespace newsfold::pipeline
