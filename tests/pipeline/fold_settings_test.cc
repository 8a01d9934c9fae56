// [dedup] window, threshold and scope: what each does to the stream, through pipeline and store.

#include "tests/pipeline/pipeline_fixture.h"

namespace newsfold::pipeline {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::string text_of(std::string const& place) {
  std::string out;
  for (int i = 0; i < 8; ++i)
    out += "<p>In " + place + " the council heard engineer number " + std::to_string(i * 7) +
           " explain on day " + std::to_string(i) +
           " why the old sluice leaks and what a new gate would cost the fishermen.</p>";
  return out;
}

std::string rss(std::string const& guid, std::string const& html, std::string const& tag = {}) {
  return R"(<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><title>Sluice</title><guid>)" +
         guid + "</guid><link>http://paper.example/" + guid + "</link><category>" + tag +
         "</category><description><![CDATA[" + html + "]]></description></item></channel></rss>";
}

struct Poll {
  FeedId feed{};
  std::string document;
  std::chrono::hours later{};  // than the poll before
};

class FoldSettingsTest : public PipelineFixture {
 protected:
  asio::awaitable<void> poll_each(std::vector<Poll> polls) {
    for (auto& one : polls) {
      clock_.advance(one.later);
      feed_.id = one.feed;
      feed_.name = "feed-" + std::to_string(number(one.feed));
      co_await poll(std::move(one.document));
    }
  }
  std::vector<std::string> types_after(std::vector<Poll> polls) {
    std::vector<Source> sources;
    for (auto const& one : polls) {
      Source source;
      source.id = one.feed;
      source.name = "feed-" + std::to_string(number(one.feed));
      sources.push_back(source);
    }
    pipeline_->set_sources(sources);
    run(poll_each(std::move(polls)));
    std::vector<std::string> types;
    for (auto const& line : announced()) types.push_back(line.substr(0, line.find(' ')));
    return types;
  }

  storage::StoreOptions store_options() const override {
    storage::StoreOptions options;
    options.fold = fold_;
    return options;
  }
  PipelineOptions pipeline_options() const override {
    PipelineOptions options;
    options.fold = fold_.options;
    return options;
  }
  storage::FoldSettings fold_;
};

using Types = std::vector<std::string>;
constexpr FeedId one{1};
constexpr FeedId two{2};

std::string edited() {
  auto text = text_of("Alesund");
  return text.substr(text.find("</p>") + 4) + "<p>The mayor did not answer our questions.</p>";
}

TEST_F(FoldSettingsTest, ByDefaultACopyFromAnotherFeedIsFolded) {
  EXPECT_EQ(types_after({{one, rss("a", text_of("Alesund"))}, {two, rss("b", edited())}}),
            (Types{"article.created", "article.copied"}));
}

class StrictThreshold : public FoldSettingsTest {
 protected:
  StrictThreshold() { fold_.options.threshold = 1; }
};
TEST_F(StrictThreshold, OfOneFoldsOnlyWhatIsTheSameWordForWord) {
  EXPECT_EQ(types_after({{one, rss("a", text_of("Alesund"))},
                         {two, rss("b", edited())},
                         {two, rss("c", text_of("Alesund"))}}),
            (Types{"article.created", "article.created", "article.copied"}));
}

class ScopeFeed : public FoldSettingsTest {
 protected:
  ScopeFeed() { fold_.scope = storage::FoldScope::feed; }
};
TEST_F(ScopeFeed, FoldsWithinAFeedOnly) {
  EXPECT_EQ(types_after(
                {{one, rss("a", text_of("Alesund"))}, {two, rss("b", edited())}, {one, rss("c", edited())}}),
            (Types{"article.created", "article.created", "article.copied"}));
}

// What many feeds carry is boilerplate of none of them.
TEST_F(ScopeFeed, FoldsWithinAFeedHoweverManyFeedsCarryTheText) {
  std::vector<Poll> polls;
  Types expected;
  for (std::uint64_t feed = 1; feed <= 30; ++feed) {
    polls.push_back({FeedId{feed}, rss("a" + std::to_string(feed), text_of("Alesund"))});
    expected.push_back("article.created");
  }
  for (std::uint64_t feed : {1, 15, 30}) {
    polls.push_back({FeedId{feed}, rss("b" + std::to_string(feed), edited())});
    expected.push_back("article.copied");
  }
  EXPECT_EQ(types_after(std::move(polls)), expected);
}

class ScopeTag : public FoldSettingsTest {
 protected:
  ScopeTag() { fold_.scope = storage::FoldScope::tag; }
};
TEST_F(ScopeTag, FoldsWhatSharesATag) {
  EXPECT_EQ(types_after({{one, rss("a", text_of("Alesund"), "politics")},
                         {two, rss("b", edited(), "sport")},
                         {two, rss("c", edited() + "<p>More to follow.</p>", "politics")}}),
            (Types{"article.created", "article.created", "article.copied"}));
}

class ShortWindow : public FoldSettingsTest {
 protected:
  ShortWindow() { fold_.window = 48h; }
};
TEST_F(ShortWindow, FoldsNoCopyOfAnArticleThatIsOlder) {
  auto const copy = [](std::string const& guid) { return rss(guid, edited()); };
  // The window is moved by what is committed, at most an hour late.
  EXPECT_EQ(types_after({{one, rss("a", text_of("Alesund"))},
                         {two, copy("b"), 24h},
                         {one, rss("x", "<p>Comets broke apart over the southern desert tonight.</p>"), 100h},
                         {FeedId{3}, copy("c"), 2h}}),
            (Types{"article.created", "article.copied", "article.created", "article.created"}));
}

}  // namespace
}  // namespace newsfold::pipeline
