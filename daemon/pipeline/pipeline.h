#pragma once
// The way of an item from a fetched document to the store: read, fetch its page where the feed gives too
// little, clean, decide, commit. Stages that compute run on the CPU pool; this object and all waiting live
// on the I/O executor.
//
// Articles whose pages are fetched are committed as they come, so that a feed's first fifty pages need not
// all arrive before the first is announced, and many at once in several commits; the feed's own state is
// committed last. Interrupted in between, the document is read again and what is stored already is
// recognised.

#include "daemon/pipeline/article_builder.h"
#include "daemon/pipeline/document_reader.h"
#include "daemon/pipeline/source.h"
#include "daemon/pipeline/template_store.h"
#include "daemon/pipeline/writer.h"
#include "daemon/schedule/poll_sink.h"
#include "feeds/dedup/fold.h"
#include "feeds/fetch/client.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace newsfold::pipeline {

struct PipelineOptions {
  dedup::FoldOptions fold;
  std::size_t pages_per_poll_max = 200;  // beyond, the feed's own text serves for now
  std::size_t page_failures_max = 3;     // in a row; then this document's other pages are not asked for
  std::size_t items_per_commit_max = 64;
};

struct PipelineCounters {
  std::uint64_t documents = 0;
  std::uint64_t items = 0;  // that needed work
  std::uint64_t pages = 0;
  std::uint64_t pages_failed = 0;
  std::uint64_t created = 0;
  std::uint64_t copied = 0;
  std::uint64_t updated = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t comparisons = 0;  // of new articles with candidates, in full
  std::uint64_t matched_new = 0;  // new articles by what was decided ahead of the writer
  std::uint64_t matched_url = 0;
  std::uint64_t matched_exact = 0;
  std::uint64_t matched_near = 0;
};

class Pipeline final : public schedule::PollSink {
 public:
  // `store` and `writer` outlive the pipeline.
  Pipeline(boost::asio::any_io_executor cpu, storage::Store& store, Writer& writer, PipelineOptions options);
  ~Pipeline() override;

  // Fetches article pages, politely. Set before the first poll; outlives the pipeline.
  void set_page_client(fetch::Client& pages) { pages_ = &pages; }

  // Called for each article that is new, on the I/O executor, after it is durable. Must not block.
  using OnNew = std::function<void(ArticleId article, FeedId feed)>;
  void on_new(OnNew listener) { on_new_ = std::move(listener); }

  // The sources from now on; polls under way finish with those that they began with.
  void set_sources(std::vector<Source> sources);
  std::shared_ptr<Source const> source(FeedId id) const;

  std::shared_ptr<void const> begin(schedule::FeedSpec const& feed) override { return source(feed.id); }
  boost::asio::awaitable<UtcMicros> newest_entry(schedule::FeedSpec const& feed,
                                                 fetch::Response const& response) override;
  boost::asio::awaitable<schedule::Digest> digest(schedule::FeedSpec const& feed,
                                                  fetch::Response response) override;
  boost::asio::awaitable<Result<void>> commit(schedule::FeedSpec const& feed,
                                              std::unique_ptr<schedule::PendingItems> pending,
                                              std::string state,
                                              std::vector<schedule::FeedNotice> notices) override;

  // The page of a known article was looked at again (200, or 304 to what is known of it): commits what
  // changed, be it only what to ask it with the next time. Where it begins a series, `pages` is asked for
  // those that follow. Answers whether it was edited.
  boost::asio::awaitable<Result<bool>> recheck(Source const& source, ArticleId article,
                                               KnownPage const& known, fetch::Client& pages,
                                               fetch::Response page);

  PipelineCounters const& counters() const noexcept { return counters_; }

 private:
  struct Pending;
  using Built = std::vector<storage::IngestItem>;

  std::shared_ptr<Source const> source_of(schedule::FeedSpec const& feed) const;
  boost::asio::awaitable<FetchedPage> fetch_page(fetch::Client& pages, Source const& source, std::string url,
                                                 KnownPage const& known);
  boost::asio::awaitable<void> fetch_series(fetch::Client& pages, Source const& source, FetchedPage& page);
  boost::asio::awaitable<Result<void>> build_all(Pending& pending, std::vector<ItemWork> work);
  boost::asio::awaitable<Result<void>> build_with_pages(Pending& pending, std::vector<ItemWork> work);
  boost::asio::awaitable<Result<void>> commit_look(Source const& source, storage::PageLook look);
  boost::asio::awaitable<Result<void>> commit_items(Source const& source, Built items);
  void count_decisions(Built const& items);
  void count(std::vector<storage::ItemOutcome> const& outcomes, Source const& source);

  boost::asio::any_io_executor cpu_;
  storage::Store& store_;
  Writer& writer_;
  PipelineOptions options_;
  TemplateStore templates_;
  fetch::Client* pages_ = nullptr;
  std::unordered_map<FeedId, std::shared_ptr<Source const>> sources_;
  OnNew on_new_;
  PipelineCounters counters_;
};

}  // namespace newsfold::pipeline
