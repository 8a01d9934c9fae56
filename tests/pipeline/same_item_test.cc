// The same item again, end to end: documents as they are polled, through reading, identity and commit into a
// real store. No habit of a publisher makes a flood of "new", and none swallows what is new.

#include "daemon/runtime/run_on.h"
#include "tests/dedup/habits.h"
#include "tests/pipeline/pipeline_fixture.h"

namespace newsfold::pipeline {
namespace {

namespace asio = boost::asio;
using dedup::Document;
using dedup::Entry;

std::string escaped(std::string const& text) {
  std::string out;
  for (char const c : text) out += c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::string rss_item(Entry const& entry) {
  std::string out = "<item><title>" + escaped(entry.title) + "</title>";
  if (!entry.guid.empty()) out += "<guid isPermaLink=\"false\">" + escaped(entry.guid) + "</guid>";
  if (!entry.url.empty()) out += "<link>" + escaped(entry.url) + "</link>";
  UtcMicros const first_day{std::chrono::hours(24 * 19'900)};
  if (entry.minute >= 0)
    out += "<pubDate>" + format_rfc3339(first_day + std::chrono::minutes(entry.minute)) + "</pubDate>";
  return out + "<description>" + escaped(entry.text) + "</description></item>";
}

std::string rss(Document const& document) {
  std::string out = R"(<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>)";
  // Feeds list the newest first.
  for (auto entry = document.rbegin(); entry != document.rend(); ++entry) out += rss_item(*entry);
  return out + "</channel></rss>";
}

class SameItem : public PipelineFixture {
 protected:
  asio::awaitable<void> poll_each(std::vector<Document> documents) {
    for (auto const& document : documents) {
      auto text = rss(document);
      co_await poll(std::move(text));
    }
  }
  // Beside the fixture's own.
  Source set_second_source(std::string name) {
    Source own;
    own.id = feed_.id;
    own.name = feed_.name;
    Source second;
    second.id = FeedId{8};
    second.name = std::move(name);
    pipeline_->set_sources({own, second});
    return second;
  }
  // This feed, then another.
  asio::awaitable<void> poll_both(Document first, Source other, Document second) {
    auto text = rss(first);
    co_await poll(std::move(text));
    feed_.id = other.id;
    feed_.name = other.name;
    text = rss(second);
    co_await poll(std::move(text));
  }
  // Everything is taken by retention between two polls.
  asio::awaitable<void> poll_around_retention(Document first, Document second) {
    auto text = rss(first);
    co_await poll(std::move(text));
    auto job = [this] {
      storage::Retention keep;
      keep.articles_age_max = std::chrono::seconds(1);
      return store_->retain(keep, clock_.now() + std::chrono::hours(1));
    };
    auto const retained = co_await run_on(writer_->thread(), std::move(job));
    EXPECT_TRUE(retained);
    EXPECT_EQ(articles(), 0u);
    text = rss(second);
    co_await poll(std::move(text));
  }
  std::uint64_t articles() const { return store_->view().counts().value().articles; }
  std::string all_announced() const {
    std::string out;
    for (auto const& line : announced()) out += "\n  " + line;
    return out;
  }
};

class SameItemHabits : public SameItem, public ::testing::WithParamInterface<std::size_t> {
 protected:
  dedup::Habit habit_ = dedup::publisher_habits()[GetParam()];
};

TEST_P(SameItemHabits, MakesNoFlood) {
  run(poll_each(habit_.fetches));
  EXPECT_EQ(articles(), habit_.articles) << habit_.name << all_announced();
}

TEST_P(SameItemHabits, SwallowsNothingNew) {
  auto documents = habit_.fetches;
  documents.push_back(dedup::with_new_items(habit_.fetches.back()));
  run(poll_each(std::move(documents)));
  EXPECT_EQ(articles(), habit_.articles + 2) << habit_.name << all_announced();
}

std::string name_of(::testing::TestParamInfo<std::size_t> const& info) {
  std::string name;
  for (char const c : std::string(dedup::publisher_habits()[info.param].name))
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Publishers, SameItemHabits,
                         ::testing::Range(std::size_t{0}, dedup::publisher_habits().size()), name_of);

// A page whose text is more than the teaser, and the address that it declares for itself.
std::string page_of(Entry const& entry, std::string const& canonical) {
  std::string body;
  for (int i = 0; i < 12; ++i)
    body += "<p>In paragraph " + std::to_string(i) + " of " + entry.title + " the reporter tells " +
            entry.text + " and what the harbour master answered her on the quay that morning.</p>";
  return "<!doctype html><html lang=en><head><title>" + entry.title + "</title><link rel=canonical href=\"" +
         canonical + "\"></head><body><main><article><h1>" + entry.title + "</h1>" + body +
         "</article></main></body></html>";
}

// The desktop, mobile and AMP page of one article are one article where each names the same canonical
// address, whatever guid they come with.
TEST_F(SameItem, AmpAndMobilePagesAreTheirCanonicalArticle) {
  auto const canonical = "https://paper.example/story/1";
  std::vector<Document> documents;
  for (std::string const url :
       {"https://www.paper.example/story/1", "https://m.paper.example/s/1",
        "https://amp.paper.example/story/1.amp", "https://paper.example/story/1?output=amp"}) {
    auto entry = dedup::plain(1);
    entry.guid = url;
    entry.url = url;
    web_.pages[url] = page_of(entry, canonical);
    documents.push_back({entry});
  }
  run(poll_each(std::move(documents)));
  EXPECT_EQ(articles(), 1u) << all_announced();
}

// Two feeds of a site give an article under a link of their own that leads to it, at every poll.
TEST_F(SameItem, LinksThatOnlyLeadToAPageStayItsLinksPollAfterPoll) {
  auto const section = set_second_source("section");
  auto const at = [this](int number, std::string const& feed) {
    auto entry = dedup::plain(number);
    auto const canonical = entry.url;
    entry.url = "https://paper.example/go/" + feed + "/" + std::to_string(number);
    entry.guid = feed + std::to_string(number);
    web_.pages[entry.url] = page_of(entry, canonical);
    return entry;
  };
  auto polls = [&]() -> asio::awaitable<void> {
    auto const main = feed_;
    Document first;
    Document second;
    for (int number = 1; number <= 4; ++number) {
      first.push_back(at(number, "front"));
      second.push_back(at(number, "section"));
      feed_ = main;
      auto text = rss(first);
      co_await poll(std::move(text));
      feed_.id = section.id;
      feed_.name = section.name;
      text = rss(second);
      co_await poll(std::move(text));
    }
  };
  run(polls());
  EXPECT_EQ(articles(), 4u) << all_announced();
  EXPECT_EQ(announced().size(), 4u) << all_announced();
}

// Where the canonical address is another site's, it is a copy with a lineage and an article of its own.
TEST_F(SameItem, ACanonicalLinkToAnotherSiteMakesACopyNotTheSameItem) {
  auto first = dedup::plain(1);
  auto syndicated = first;
  syndicated.guid = "elsewhere";
  syndicated.url = "https://valley.example/wire/77";
  web_.pages[first.url] = page_of(first, first.url);
  web_.pages[syndicated.url] = page_of(first, first.url);
  auto const valley = set_second_source("valley");
  run(poll_both({first}, valley, {syndicated}));
  EXPECT_EQ(articles(), 2u) << all_announced();
  auto const copy = store_->view().article(ArticleId{2}).value();
  EXPECT_EQ(copy.story, StoryId{1});
  EXPECT_EQ(copy.lineage.original, "canonical " + first.url);
}

// One article, two feeds: the second feed of a site brings it, with its own guid and campaign, and nothing is
// announced.
// A feed shows its articles for longer than they may be kept, or more than it may keep.
TEST_F(SameItem, WhatRetentionTookIsNotNewsAtTheNextPoll) {
  auto edited = dedup::plain(2);
  edited.text += " and an afterthought";
  Document const first{dedup::plain(1), dedup::plain(2)};
  Document const second{dedup::plain(1), edited, dedup::plain(3)};
  run(poll_around_retention(first, second));
  EXPECT_EQ(report_.new_items, 1u);
  EXPECT_EQ(articles(), 1u) << all_announced();
  EXPECT_EQ(announced().size(), 3u) << all_announced();
}

TEST_F(SameItem, TwoFeedsOfASiteAreOneArticle) {
  auto const entry = dedup::plain(1);
  auto in_section = entry;
  in_section.guid = "section-1";
  in_section.url = "http://www.paper.example/story/1?utm_source=section";
  auto const section = set_second_source("daily-section");
  run(poll_both({entry}, section, {in_section, dedup::plain(2)}));
  EXPECT_EQ(articles(), 2u) << all_announced();
  EXPECT_EQ(announced().size(), 2u);
}

}  // namespace
}  // namespace newsfold::pipeline
