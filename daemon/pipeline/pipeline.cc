#include "daemon/pipeline/pipeline.h"

#include "daemon/log/log.h"
#include "daemon/runtime/run_on.h"
#include "feeds/clean/extract/page_series.h"

#include <algorithm>
#include <utility>

namespace newsfold::pipeline {

namespace asio = boost::asio;

// What one document brought and is not committed yet.
struct Pipeline::Pending final : schedule::PendingItems {
  std::shared_ptr<Source const> source;
  std::string feed_language;
  dedup::FeedHabits habits;
  Built items;
  std::vector<storage::Withdrawal> withdrawals;
  std::uint32_t shown = 0;
};

namespace {

EventType event_type(schedule::NoticeKind kind) {
  switch (kind) {
    case schedule::NoticeKind::failing: return EventType::feed_failing;
    case schedule::NoticeKind::recovered: return EventType::feed_recovered;
    case schedule::NoticeKind::moved: return EventType::feed_moved;
    case schedule::NoticeKind::gone: return EventType::feed_gone;
    case schedule::NoticeKind::gap: return EventType::feed_gap;
  }
  return EventType::feed_failing;
}

PageOutcome outcome_of(Result<fetch::Response> const& page) {
  if (!page)
    return page.error().code == ErrorCode::unreachable ? PageOutcome::unreachable : PageOutcome::missing;
  if (page->status == 200) return PageOutcome::fetched;
  if (page->status == 304 && page->conditional) return PageOutcome::unchanged;
  if (page->status == 429 || page->status >= 500) return PageOutcome::unreachable;
  return PageOutcome::missing;
}

}  // namespace

Pipeline::Pipeline(asio::any_io_executor cpu, storage::Store& store, Writer& writer, PipelineOptions options)
    : cpu_(std::move(cpu)), store_(store), writer_(writer), options_(options) {}

Pipeline::~Pipeline() = default;

void Pipeline::set_sources(std::vector<Source> sources) {
  sources_.clear();
  for (auto& source : sources) {
    auto const id = source.id;
    sources_[id] = std::make_shared<Source const>(std::move(source));
  }
}

std::shared_ptr<Source const> Pipeline::source(FeedId id) const {
  auto const found = sources_.find(id);
  return found == sources_.end() ? nullptr : found->second;
}

std::shared_ptr<Source const> Pipeline::source_of(schedule::FeedSpec const& feed) const {
  return feed.reading ? std::static_pointer_cast<Source const>(feed.reading) : source(feed.id);
}

asio::awaitable<UtcMicros> Pipeline::newest_entry(schedule::FeedSpec const& feed,
                                                  fetch::Response const& response) {
  auto const source = source_of(feed);
  if (!source) co_return UtcMicros{};
  auto job = [&source = *source, &response, now = writer_.now()] {
    return pipeline::newest_entry(source, response, now);
  };
  co_return co_await run_on(cpu_, std::move(job));
}

asio::awaitable<schedule::Digest> Pipeline::digest(schedule::FeedSpec const& feed, fetch::Response response) {
  schedule::Digest digest;
  auto pending = std::make_unique<Pending>();
  pending->source = source_of(feed);
  if (!pending->source) {
    digest.report = Error{ErrorCode::not_found, "feed " + feed.name + " was removed from the configuration"};
    co_return digest;
  }
  auto read_job = [&store = store_, source = pending->source, response = std::move(response),
                   now = writer_.now()] { return read_document(store, *source, response, now); };
  auto read = co_await run_on(cpu_, std::move(read_job));
  if (!read) {
    digest.report = read.error();
    co_return digest;
  }
  ++counters_.documents;
  counters_.items += read->work.size();
  pending->habits = read->habits;
  pending->withdrawals = std::move(read->withdrawals);
  pending->feed_language = std::move(read->feed_language);
  pending->shown = read->shown;

  bool wants_pages = false;
  for (auto const& work : read->work) wants_pages |= work.wants_page;
  auto work = std::move(read->work);
  auto built = wants_pages ? co_await build_with_pages(*pending, std::move(work))
                           : co_await build_all(*pending, std::move(work));
  if (!built) {
    // The store's trouble, whatever it calls it: no fault of the document's.
    digest.report = Error{ErrorCode::unreadable, built.error().message};
    co_return digest;
  }
  digest.report = std::move(read->report);
  digest.pending = std::move(pending);
  co_return digest;
}

// The feed gives full texts: everything is ready at once, and where it is not too much for one commit it
// commits with the feed's state.
asio::awaitable<Result<void>> Pipeline::build_all(Pending& pending, std::vector<ItemWork> work) {
  for (std::span<ItemWork> rest(work); !rest.empty();) {
    if (!pending.items.empty()) {
      auto ready = std::exchange(pending.items, {});
      if (auto done = co_await commit_items(*pending.source, std::move(ready)); !done) co_return done;
    }
    auto const slice = rest.first(std::min(rest.size(), options_.items_per_commit_max));
    rest = rest.subspan(slice.size());
    auto job = [this, &pending, slice] {
      BuildContext const context{store_, *pending.source, pending.feed_language, options_.fold, templates_};
      for (auto& one : slice) {
        FetchedPage no_page;
        pending.items.push_back(build_item(context, std::move(one), std::move(no_page), pending.habits));
      }
    };
    co_await run_on(cpu_, std::move(job));
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> Pipeline::build_with_pages(Pending& pending, std::vector<ItemWork> work) {
  std::size_t pages = 0;
  std::size_t failures = 0;
  for (auto& one : work) {
    FetchedPage page;
    if (one.wants_page) {
      page.outcome = PageOutcome::unreachable;
      if (pages < options_.pages_per_poll_max && failures < options_.page_failures_max) {
        ++pages;
        auto url = one.item.url;
        page = co_await fetch_page(*pages_, *pending.source, std::move(url), one.known);
        failures = page.outcome == PageOutcome::unreachable ? failures + 1 : 0;
        co_await fetch_series(*pages_, *pending.source, page);
      }
    }
    bool const has_page = page.outcome == PageOutcome::fetched;
    auto job = [this, &pending, work_item = std::move(one), page = std::move(page)]() mutable {
      BuildContext const context{store_, *pending.source, pending.feed_language, options_.fold, templates_};
      return build_item(context, std::move(work_item), std::move(page), pending.habits);
    };
    pending.items.push_back(co_await run_on(cpu_, std::move(job)));
    if (has_page || pending.items.size() >= options_.items_per_commit_max) {
      auto ready = std::exchange(pending.items, {});
      if (auto done = co_await commit_items(*pending.source, std::move(ready)); !done) co_return done;
    }
  }
  co_return Result<void>();
}

asio::awaitable<FetchedPage> Pipeline::fetch_page(fetch::Client& pages, Source const& source, std::string url,
                                                  KnownPage const& known) {
  fetch::Request request;
  request.url = std::move(url);
  ask_whether_changed(request, known);
  request.accept = fetch::Accept::page;
  request.limits = source.page_limits;
  ++counters_.pages;
  auto answer = co_await pages.fetch(request);
  FetchedPage page;
  page.outcome = outcome_of(answer);
  if (page.outcome == PageOutcome::missing || page.outcome == PageOutcome::unreachable) {
    ++counters_.pages_failed;
    log::info("page_failed",
              {{"url", request.url},
               {"reason", answer ? "status " + std::to_string(answer->status) : answer.error().message}});
  } else {
    page.response = std::move(*answer);
  }
  co_return page;
}

// The pages that follow in a series, as many as the source wants put together.
asio::awaitable<void> Pipeline::fetch_series(fetch::Client& pages, Source const& source, FetchedPage& page) {
  if (page.outcome != PageOutcome::fetched) co_return;
  KnownPage const unknown;
  auto const* last = &page.response;
  while (page.more.size() + 1 < source.join_pages_max) {
    auto find = [last] { return clean::next_page(last->body, last->headers.content_type, last->final_url); };
    auto next = co_await run_on(cpu_, std::move(find));
    if (next.empty()) break;
    auto following = co_await fetch_page(pages, source, std::move(next), unknown);
    if (following.outcome != PageOutcome::fetched) break;
    page.more.push_back(std::move(following.response));
    last = &page.more.back();
  }
}

asio::awaitable<Result<void>> Pipeline::commit_items(Source const& source, Built items) {
  storage::FeedChange change;
  change.feed = source.id;
  change.feed_name = source.name;
  count_decisions(items);
  change.feed_weight = source.weight;
  change.items = std::move(items);
  change.blocks = templates_.take_unsaved();
  auto outcomes = co_await writer_.commit(std::move(change));
  if (!outcomes) co_return outcomes.error();
  count(*outcomes, source);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Pipeline::commit(schedule::FeedSpec const& feed,
                                               std::unique_ptr<schedule::PendingItems> pending,
                                               std::string state, std::vector<schedule::FeedNotice> notices) {
  storage::FeedChange change;
  change.feed = feed.id;
  change.feed_name = feed.name;
  if (!state.empty()) change.state = std::move(state);
  if (auto* const ours = static_cast<Pending*>(pending.get())) {
    change.habits = ours->habits;
    count_decisions(ours->items);
    change.items = std::move(ours->items);
    change.withdrawals = std::move(ours->withdrawals);
    change.shown = ours->shown;
  }
  for (auto& notice : notices)
    change.notices.push_back(
        {event_type(notice.kind), std::move(notice.message), std::move(notice.url), notice.since});
  change.blocks = templates_.take_unsaved();
  auto const shared = source_of(feed);
  if (shared) change.feed_weight = shared->weight;
  auto outcomes = co_await writer_.commit(std::move(change));
  if (!outcomes) co_return outcomes.error();
  if (shared) count(*outcomes, *shared);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Pipeline::commit_look(Source const& source, storage::PageLook look) {
  storage::FeedChange change;
  change.feed = source.id;
  change.feed_name = source.name;
  change.feed_weight = source.weight;
  change.looks.push_back(std::move(look));
  auto const done = co_await writer_.commit(std::move(change));
  if (!done) co_return done.error();
  co_return Result<void>();
}

asio::awaitable<Result<bool>> Pipeline::recheck(Source const& source, ArticleId article,
                                                KnownPage const& known, fetch::Client& pages,
                                                fetch::Response response) {
  storage::PageLook look{article, known.version, cleaner_revision, {}};
  if (response.status == 304) {
    look.page = after_unchanged(known.validators, response.headers);
  } else {
    FetchedPage page;
    page.outcome = PageOutcome::fetched;
    page.response = std::move(response);
    co_await fetch_series(pages, source, page);
    auto job = [this, &source, article, page = std::move(page)] {
      static std::string const no_language;
      BuildContext const context{store_, source, no_language, options_.fold, templates_};
      return rebuild_item(context, article, page);
    };
    auto rebuilt = co_await run_on(cpu_, std::move(job));
    if (!rebuilt) co_return rebuilt.error();
    if (rebuilt->edit) {
      Built items;
      items.push_back(std::move(*rebuilt));
      if (auto const kept = co_await commit_items(source, std::move(items)); !kept) co_return kept.error();
      co_return true;
    }
    look.page = std::move(rebuilt->page);
  }
  if (look.page == known.validators) co_return false;
  if (auto const kept = co_await commit_look(source, std::move(look)); !kept) co_return kept.error();
  co_return false;
}

void Pipeline::count_decisions(Built const& items) {
  for (auto const& item : items) {
    if (item.identity.reason != dedup::IdentityReason::new_item) continue;
    counters_.comparisons += item.fold.looked_at.size();
    switch (item.fold.kind) {
      case dedup::MatchKind::new_story: ++counters_.matched_new; break;
      case dedup::MatchKind::url: ++counters_.matched_url; break;
      case dedup::MatchKind::exact: ++counters_.matched_exact; break;
      case dedup::MatchKind::near: ++counters_.matched_near; break;
    }
  }
}

void Pipeline::count(std::vector<storage::ItemOutcome> const& outcomes, Source const& source) {
  for (auto const& outcome : outcomes) {
    switch (outcome.outcome) {
      case storage::Outcome::created:
        ++counters_.created;
        if (on_new_) on_new_(outcome.article, source.id);
        break;
      case storage::Outcome::copied:
        ++counters_.copied;
        if (on_new_) on_new_(outcome.article, source.id);
        break;
      case storage::Outcome::updated: ++counters_.updated; break;
      case storage::Outcome::set_aside:
        ++counters_.set_aside;
        log::warning("item_set_aside", {{"feed", source.name}, {"reason", outcome.message}});
        break;
      case storage::Outcome::recleaned:
      case storage::Outcome::unchanged: break;
    }
  }
}

}  // namespace newsfold::pipeline
