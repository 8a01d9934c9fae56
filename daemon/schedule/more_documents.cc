// What a poll reads beside the feed's own document: its older pages where items would be lost (RFC 5005), and
// the sitemaps that an index lists. Each request waits at its host's gate like any other.
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/pace.h"
#include "daemon/schedule/scheduler_impl.h"
#include "daemon/schedule/server_hints.h"
#include "daemon/schedule/window_gap.h"
#include "feeds/fetch/target.h"

#include <xxhash.h>

#include <algorithm>
#include <span>

namespace newsfold::schedule {

namespace asio = boost::asio;

namespace {

constexpr std::size_t older_pages_max = 10;  // of one poll
constexpr std::size_t followed_validator_bytes_max = 512;
constexpr std::size_t followed_url_bytes_max = 512;  // of one that is only remembered
constexpr std::size_t trouble_bytes_max = 200;

void add(MoreDocuments& more, DocumentReport& report) {
  ++more.documents;
  more.new_items += report.new_items;
  more.dated.insert(more.dated.end(), report.dated.begin(), report.dated.end());
}

// The sitemaps that count from now on, each with what is known of it; behind them those that counted before.
void update_followed(PollState& state, std::vector<std::string> const& urls) {
  std::vector<FollowedDocument> followed;
  if (urls.empty()) state.followed.clear();  // it is no index any more
  for (auto const& url : urls) {
    if (followed.size() >= followed_max) break;
    auto const known = std::ranges::find(state.followed, url, &FollowedDocument::url);
    FollowedDocument document;
    document.url = url;
    followed.push_back(known == state.followed.end() ? std::move(document) : std::move(*known));
  }
  state.follows = static_cast<std::uint32_t>(followed.size());
  for (auto& known : state.followed)
    if (!known.url.empty() && known.url.size() <= followed_url_bytes_max &&
        followed.size() < followed_known_max &&
        !std::ranges::count(followed, known.url, &FollowedDocument::url))
      followed.push_back(std::move(known));
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
  if (!answered || outcome.unread || (outcome.document && !*outcome.document)) co_return read;
  if (outcome.document) update_followed(state, (*outcome.document)->follow);
  if (state.follows > 0)
    co_await follow(spec, state, outcome, read);
  else if (outcome.document && state.last_full != UtcMicros{} &&
           missed_items(state, **outcome.document, outcome.now))
    co_await page_back(spec, state, outcome, read);
  co_return read;
}

// Robots, spacing and rest hold as for the feed; only the host may be another (a sitemap on a CDN).
asio::awaitable<Result<fetch::Response>> Scheduler::Impl::ask_more(FeedSpec const& spec,
                                                                   fetch::Request request) {
  request.url = fetch::with_ascii_host(std::move(request.url));
  auto host = host_key(request.url);
  if (host.empty()) co_return Error{ErrorCode::malformed, "not a usable URL: " + request.url.substr(0, 200)};
  auto permit = co_await gates.enter_unless_resting(host, {}, Gatekeeper::Line::ahead);
  if (permit.host().empty()) co_return Error{ErrorCode::unreachable, host + " wants rest"};
  GatedClient::Account account;  // `waits` unset: the poll holds a document, its place is not another's
  co_return co_await exchange(spec, std::move(request), std::move(permit), account);
}

// From page to older page until one shows what is known. Only on the feed's own host: a page elsewhere would
// be somebody else's word.
asio::awaitable<void> Scheduler::Impl::page_back(FeedSpec const& spec, PollState const& state,
                                                 PollOutcome& outcome, Pendings& read) {
  auto next = fetch::with_ascii_host((*outcome.document)->next_url);
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
    if (digest.unread()) outcome.unread = digest.report.error();
    if (!digest.report) break;
    add(outcome.more, *digest.report);
    bool const known = digest.report->new_items < digest.report->items;
    next = fetch::with_ascii_host(digest.report->next_url);
    read.push_back(std::move(digest.pending));
    if (known) {
      outcome.more.reached_known = true;
      break;
    }
  }
}

namespace {

Error note_failure(FollowedDocument& document, Error error, PollingOptions const& options, UtcMicros now) {
  ++document.failures;
  document.trouble = error.message.substr(0, trouble_bytes_max);
  // A little sooner than its index, which is asked by the same ladder where all of them fail.
  document.fresh_until = now + error_ladder(document.failures, options, options.error_max) * 9 / 10;
  return error;
}

// By the rules for feeds: its max-age, and a day where 304 cannot be had from it, unless half of what it
// shows would scroll by.
void note_success(FollowedDocument& document, fetch::ResponseHeaders const& headers, PollState const& state,
                  FeedSpec const& spec, PollingOptions const& options, UtcMicros now) {
  document.failures = 0;
  document.trouble.clear();
  document.fresh_until = now + freshness(headers, now, options.hint_max);
  bool const never_304 = (document.etag.empty() && document.last_modified.empty()) ||
                         document.needless_full >= needless_full_max;
  if (!never_304 || spec.interval) return;
  // Of one that was never read (an archive: it has dates) it is not known what scrolls by.
  bool const unread = document.items == 0 && document.newest != UtcMicros{};
  auto const guard = unread ? options.floor_unconditional : half_scrolled_by(document.items, state.rate, now);
  document.fresh_until = std::max(document.fresh_until, now + pace_without_304(guard, options));
}

// What its server said of the document, for the next request.
void keep_validators(FollowedDocument& document, fetch::Response const& response) {
  auto etag = bounded(response.headers.etag), last_modified = bounded(response.headers.last_modified);
  bool const whole = response.status == 200;
  if (whole || !etag.empty()) document.etag = std::move(etag);
  if (whole || !last_modified.empty()) document.last_modified = std::move(last_modified);
  if (whole)
    document.validators_url = response.final_url == document.url ? std::string() : response.final_url;
}

}  // namespace

// Asks for one sitemap, conditionally; `changed` where it is another than last time. Fails with why it could
// not be had. To be told to wait is no failure, as with feeds, and leaves one that failed before as it was.
asio::awaitable<Result<void>> Scheduler::Impl::follow_one(FeedSpec const& spec, PollState const& state,
                                                          FollowedDocument& document,
                                                          std::optional<fetch::Response>& changed) {
  auto const as_before = [&]() -> Result<void> {
    if (document.failures > 0) return Error{ErrorCode::unreachable, document.trouble};
    return {};
  };
  if (document.fresh_until > clock.now()) co_return as_before();
  fetch::Request request;
  request.url = document.url;
  request.etag = document.etag;
  request.last_modified = document.last_modified;
  request.validators_url = document.validators_url;
  request.limits = spec.limits;
  request.credentials = credentials_for(spec, document.url);
  auto response = co_await ask_more(spec, std::move(request));
  auto const now = clock.now();
  bool const told_to_wait =
      response ? response->status == 429 : gates.rests_until(host_key(document.url)) > now;
  if (told_to_wait) co_return as_before();
  bool const answered =
      response && (response->status == 200 || (response->status == 304 && response->conditional));
  auto const failed = [&](Error error) {
    return note_failure(document, std::move(error), options.polling, now);
  };
  if (!response) co_return failed(response.error());
  if (!answered)
    co_return failed({ErrorCode::unreachable, "the server answered " + std::to_string(response->status)});
  keep_validators(document, *response);
  bool unchanged = response->status == 304;
  if (!unchanged) {
    auto const hash = std::max<std::uint64_t>(1, XXH3_64bits(response->body.data(), response->body.size()));
    unchanged = hash == document.body_hash;
    document.needless_full = unchanged ? document.needless_full + 1 : 0;
    document.body_hash = hash;
  } else {
    document.needless_full = 0;
  }
  if (unchanged && document.broken) co_return failed({ErrorCode::not_a_feed, document.trouble});
  if (unchanged) {
    note_success(document, response->headers, state, spec, options.polling, now);
    co_return Result<void>();
  }
  document.newest = co_await sink.newest_entry(spec, *response);
  changed = std::move(*response);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Scheduler::Impl::read_followed(FeedSpec const& spec, PollState const& state,
                                                             FollowedDocument& document,
                                                             fetch::Response response, PollOutcome& outcome,
                                                             Pendings& read) {
  auto const headers = response.headers;  // the sink takes the answer
  Digest digest = co_await sink.digest(spec, std::move(response));
  if (digest.unread()) {
    outcome.unread = digest.report.error();
    co_return digest.report.error();
  }
  if (digest.report && !digest.report->follow.empty())
    digest.report = Error{ErrorCode::not_a_feed, "it is an index itself: make its URL that of a feed"};
  document.broken = !digest.report;
  if (!digest.report && digest.report.error().code == ErrorCode::too_large) {
    document.etag.clear();  // it may be larger one day
    document.last_modified.clear();
    document.body_hash = 0;
  }
  if (!digest.report) co_return note_failure(document, digest.report.error(), options.polling, clock.now());
  document.items = digest.report->items;
  note_success(document, headers, state, spec, options.polling, clock.now());
  add(outcome.more, *digest.report);
  read.push_back(std::move(digest.pending));
  co_return Result<void>();
}

asio::awaitable<void> Scheduler::Impl::follow(FeedSpec const& spec, PollState& state, PollOutcome& outcome,
                                              Pendings& read) {
  std::size_t unread = 0;
  std::string why;  // the last of those was not
  auto const failed = [&](FollowedDocument const& document, Error const& error) {
    ++unread;
    why = document.url + ": " + error.message;
  };
  auto const followed = std::span(state.followed).first(state.follows);
  std::vector<std::optional<fetch::Response>> changed(followed.size());
  for (std::size_t i = 0; i < followed.size(); ++i)
    if (auto const asked = co_await follow_one(spec, state, followed[i], changed[i]); !asked)
      failed(followed[i], asked.error());
  UtcMicros newest{};
  for (auto const& document : followed) newest = std::max(newest, document.newest);
  for (std::size_t i = 0; i < followed.size(); ++i) {
    auto& document = followed[i];
    // An archive: what is new against its own dates is old against those of the others. Before it is read,
    // for that would ask for its entries' pages.
    if (document.newest != UtcMicros{} && newest - document.newest > sitemap_age_max) {
      if (changed[i]) note_success(document, changed[i]->headers, state, spec, options.polling, clock.now());
      continue;
    }
    if (changed[i]) {
      auto response = std::move(*changed[i]);
      auto const done = co_await read_followed(spec, state, document, std::move(response), outcome, read);
      if (!done) failed(document, done.error());
    }
    outcome.more.items += document.items;  // also of those that did not change
  }
  // The index and its sitemaps are one document to the rules of pace.
  if (outcome.document) {
    auto& report = **outcome.document;
    report.items += outcome.more.items;
    report.new_items += outcome.more.new_items;
    report.dated = std::move(outcome.more.dated);
    outcome.more = {};
  }
  if (unread == state.follows) outcome.more.error = std::move(why);
}

}  // namespace newsfold::schedule
