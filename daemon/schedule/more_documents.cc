// What a poll reads beside the feed's own document: its older pages where items would be lost (RFC 5005), and
// the sitemaps that an index lists. Each request waits at its host's gate like any other.
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/scheduler_impl.h"
#include "daemon/schedule/server_hints.h"
#include "daemon/schedule/window_gap.h"

#include <xxhash.h>

#include <algorithm>

namespace newsfold::schedule {

namespace asio = boost::asio;

namespace {

constexpr std::size_t older_pages_max = 10;  // of one poll
constexpr std::size_t followed_max = 4;      // sitemaps of one index
constexpr std::size_t followed_validator_bytes_max = 512;

void add(MoreDocuments& more, DocumentReport& report) {
  ++more.documents;
  more.new_items += report.new_items;
  more.dated.insert(more.dated.end(), report.dated.begin(), report.dated.end());
}

// The sitemaps that count from now on, each with what is known of it.
void update_followed(PollState& state, std::vector<std::string> const& urls) {
  std::vector<FollowedDocument> followed;
  for (auto const& url : urls) {
    if (followed.size() >= followed_max) break;
    auto const known = std::ranges::find(state.followed, url, &FollowedDocument::url);
    followed.push_back(known == state.followed.end() ? FollowedDocument{url, {}, {}, 0, {}, {}}
                                                     : std::move(*known));
  }
  state.followed = std::move(followed);
}

std::string bounded(std::string const& text) {
  return text.size() <= followed_validator_bytes_max ? text : std::string();
}

}  // namespace

asio::awaitable<Scheduler::Impl::Pendings> Scheduler::Impl::read_more(FeedSpec const& spec, PollState& state,
                                                                      PollOutcome& outcome) {
  Pendings read;
  bool const answered =
      outcome.response && (outcome.response->status == 200 || outcome.response->status == 304);
  if (!answered || (outcome.document && !*outcome.document)) co_return read;
  if (outcome.document) update_followed(state, (*outcome.document)->follow);
  if (!state.followed.empty())
    co_await follow(spec, state, outcome, read);
  else if (outcome.document && state.last_full != UtcMicros{} &&
           missed_items(state, **outcome.document, outcome.now))
    co_await page_back(spec, state, outcome, read);
  co_return read;
}

// Robots, spacing and rest hold as for the feed; only the host may be another (a sitemap on a CDN).
asio::awaitable<Result<fetch::Response>> Scheduler::Impl::ask_more(FeedSpec const& spec,
                                                                   fetch::Request request) {
  auto host = host_key(request.url);
  if (host.empty()) co_return Error{ErrorCode::malformed, "not a usable URL: " + request.url.substr(0, 200)};
  auto permit = co_await gates.enter_unless_resting(host);
  if (permit.host().empty()) co_return Error{ErrorCode::unreachable, host + " wants rest"};
  UtcMicros asked{};
  co_return co_await exchange(spec, std::move(request), std::move(permit), asked);
}

// From page to older page until one shows what is known. Only on the feed's own host: a page elsewhere would
// be somebody else's word.
asio::awaitable<void> Scheduler::Impl::page_back(FeedSpec const& spec, PollState const& state,
                                                 PollOutcome& outcome, Pendings& read) {
  auto next = (*outcome.document)->next_url;
  std::vector<std::string> visited{state.poll_url(), outcome.response->final_url};
  while (!next.empty() && visited.size() < older_pages_max + 2) {
    if (std::ranges::find(visited, next) != visited.end() || host_key(next) != host_key(visited[1])) break;
    visited.push_back(next);
    fetch::Request request;
    request.url = std::move(next);
    request.credentials = credentials_for(spec, request.url);
    request.limits = spec.limits;
    auto response = co_await ask_more(spec, std::move(request));
    if (!response || response->status != 200) break;
    Digest digest = co_await sink.digest(spec, std::move(*response));
    if (!digest.report) break;
    add(outcome.more, *digest.report);
    bool const known = digest.report->new_items < digest.report->items;
    next = digest.report->next_url;
    read.push_back(std::move(digest.pending));
    if (known) {
      outcome.more.reached_known = true;
      break;
    }
  }
}

// Each sitemap is asked conditionally, and not before its own max-age is over.
asio::awaitable<void> Scheduler::Impl::follow(FeedSpec const& spec, PollState& state, PollOutcome& outcome,
                                              Pendings& read) {
  std::size_t unread = 0;
  std::string why;  // the last of those was not
  auto const pass_over = [&](FollowedDocument const& document, std::string const& reason) {
    ++unread;
    why = document.url + ": " + reason;
  };
  for (auto& document : state.followed) {
    if (document.fresh_until > clock.now()) continue;
    fetch::Request request;
    request.url = document.url;
    request.etag = document.etag;
    request.last_modified = document.last_modified;
    request.validators_url = document.validators_url;
    request.limits = spec.limits;
    request.credentials = credentials_for(spec, document.url);
    auto response = co_await ask_more(spec, std::move(request));
    if (!response || (response->status != 200 && response->status != 304)) {
      pass_over(document, response ? "the server answered " + std::to_string(response->status)
                                   : response.error().message);
      continue;
    }
    auto const now = clock.now();
    document.fresh_until = now + freshness(response->headers, now, options.polling.hint_max);
    auto etag = bounded(response->headers.etag), last_modified = bounded(response->headers.last_modified);
    if (response->status == 304) {
      if (!etag.empty()) document.etag = std::move(etag);
      if (!last_modified.empty()) document.last_modified = std::move(last_modified);
      continue;
    }
    auto const from = response->final_url;
    auto const hash = std::max<std::uint64_t>(1, XXH3_64bits(response->body.data(), response->body.size()));
    bool const same = hash == document.body_hash;
    if (!same) {
      Digest digest = co_await sink.digest(spec, std::move(*response));
      if (!digest.report) {
        pass_over(document, digest.report.error().message);
        continue;
      }
      add(outcome.more, *digest.report);
      outcome.more.items += digest.report->items;
      read.push_back(std::move(digest.pending));
    }
    document.etag = std::move(etag);
    document.last_modified = std::move(last_modified);
    document.validators_url = from == document.url ? std::string() : from;
    document.body_hash = hash;
  }
  // The index and its sitemaps are one document to the rules of pace.
  if (outcome.document) {
    auto& report = **outcome.document;
    report.items += outcome.more.items;
    report.new_items += outcome.more.new_items;
    report.dated = std::move(outcome.more.dated);
    outcome.more = {};
  }
  if (unread == state.followed.size()) outcome.more.error = std::move(why);
}

}  // namespace newsfold::schedule
