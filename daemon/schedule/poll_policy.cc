// The rules in their order: what the answer means for the record, then how long to stay away.
#include "daemon/schedule/poll_policy.h"

#include "daemon/schedule/host_key.h"
#include "daemon/schedule/pace.h"
#include "daemon/schedule/server_hints.h"
#include "daemon/schedule/window_gap.h"
#include "feeds/fetch/target.h"

#include <algorithm>
#include <cmath>

namespace newsfold::schedule {

using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr std::size_t validator_bytes_max = 1024;
constexpr std::size_t error_bytes_max = 600;
constexpr std::uint32_t count_max = 1'000'000;
constexpr auto gone_apart_min = 20h;  // two 410s count as two only when apart
constexpr auto dead_after = std::chrono::days(14);
constexpr auto not_found_dead_after = std::chrono::days(30);
constexpr std::uint32_t adopt_sightings_min = 3;
constexpr std::uint32_t adopted_failures_max = 5;  // then the configured URL gets another chance
constexpr auto frozen_after = std::chrono::days(7);
constexpr double frozen_gaps = 20;
constexpr double skip_contradicted = 0.1;  // of what was published in
constexpr auto skip_observed = std::chrono::days(28);

enum class Answer : std::uint8_t {
  full,          // 200 with a feed that is new to us
  same,          // 200 with the bytes of last time
  not_modified,  // 304
  throttled,     // 429
  broken,        // everything else
};

Answer classify(PollState const& state, PollOutcome const& outcome) {
  if (!outcome.response) return Answer::broken;
  unsigned const status = outcome.response->status;
  bool const was_broken = !state.document_error.empty() || !outcome.more.error.empty();
  if (status == 304)
    return was_broken || !outcome.response->conditional ? Answer::broken : Answer::not_modified;
  if (status == 429) return Answer::throttled;
  if (status != 200) return Answer::broken;
  if (!outcome.more.error.empty()) return Answer::broken;
  if (outcome.document) return *outcome.document ? Answer::full : Answer::broken;
  return was_broken ? Answer::broken : Answer::same;
}

std::string cause_of(PollState const& state, PollOutcome const& outcome) {
  if (!outcome.response) return outcome.response.error().message;
  auto const& response = *outcome.response;
  if (outcome.document && !*outcome.document) return outcome.document->error().message;
  if (!outcome.more.error.empty()) return "none of its sitemaps can be read; " + outcome.more.error;
  if ((response.status == 200 || response.status == 304) && !state.document_error.empty())
    return state.document_error;
  switch (response.status) {
    case 304: return "the server answered 304 to an unconditional request";
    case 401: return "the server wants a user and password (401)";
    case 403: return "the server refuses us (403)";
    case 404: return "there is nothing at this address (404)";
    case 410: return "the publisher says that the feed is gone for good (410)";
    case 429: return "the server asks us to come less often (429)";
    default: return "the server answered " + std::to_string(response.status);
  }
}

std::string bounded(std::string const& text, std::size_t bytes_max) {
  return text.size() <= bytes_max ? text : std::string();
}

// A 200 replaces what was known; a 304 updates what it carries. Both belong to the final URL.
void keep_validators(PollState& state, fetch::Response const& response) {
  auto etag = bounded(response.headers.etag, validator_bytes_max);
  auto last_modified = bounded(response.headers.last_modified, validator_bytes_max);
  if (response.status == 304) {
    if (!etag.empty()) state.etag = std::move(etag);
    if (!last_modified.empty()) state.last_modified = std::move(last_modified);
  } else {
    state.etag = std::move(etag);
    state.last_modified = std::move(last_modified);
  }
  state.validators_url = response.final_url;
}

// "http://h/x" and "https://h/x".
bool is_tls_upgrade(std::string_view from, std::string_view to) {
  return from.starts_with("http://") && to.starts_with("https://") && from.substr(7) == to.substr(8);
}

void watch_redirects(PollState& state, PollingOptions const& options, fetch::Response const& response,
                     UtcMicros now, std::vector<FeedNotice>& notices) {
  bool const permanent =
      !response.redirects.empty() &&
      std::ranges::all_of(response.redirects, [](auto const& hop) { return hop.permanent(); });
  if (!permanent) {
    state.sighted_url.clear();
    state.sightings = 0;
    return;
  }
  std::string const& target = response.final_url;
  if (state.sighted_url != target) {
    state.sighted_url = target;
    state.sighted_since = now;
    state.sightings = 0;
  }
  ++state.sightings;
  bool const proven =
      state.sightings >= adopt_sightings_min && now - state.sighted_since >= options.moved_after;
  if (!proven && !is_tls_upgrade(state.poll_url(), target)) return;
  notices.push_back(
      {NoticeKind::moved, "permanent redirect from " + state.poll_url(), target, state.sighted_since});
  state.adopted_url = target;
  state.sighted_url.clear();
  state.sightings = 0;
}

bool falls_in_skip(PollState const& state, UtcMicros t) {
  auto const day = std::chrono::floor<std::chrono::days>(t);
  auto const hour = std::chrono::floor<std::chrono::hours>(t - day).count();
  auto const weekday = std::chrono::weekday(day).c_encoding();
  return (state.skip_hours >> hour & 1u) || (state.skip_days >> weekday & 1u);
}

void note_for_skips(PollState& state, UtcMicros published, UtcMicros now) {
  if ((state.skip_hours == 0 && state.skip_days == 0) || now - published >= skip_observed) return;
  std::erase_if(state.arrivals, [&](auto const& one) { return now - one.day >= skip_observed; });
  auto const day = std::chrono::floor<std::chrono::days>(published);
  auto found = std::ranges::find(state.arrivals, day, &DayOfArrivals::day);
  if (found == state.arrivals.end()) found = state.arrivals.insert(found, {day});
  ++found->items;
  if (falls_in_skip(state, published)) ++found->skipped;
}

bool skips_are_contradicted(PollState const& state, UtcMicros now) {
  std::uint64_t items = 0, skipped = 0;
  for (auto const& one : state.arrivals) {
    if (now - one.day >= skip_observed) continue;
    items += one.items;
    skipped += one.skipped;
  }
  return static_cast<double>(skipped) > skip_contradicted * static_cast<double>(items);
}

void note_dates(PollState& state, std::vector<DocumentReport::DatedItem> const& dated, UtcMicros now) {
  for (auto const& item : dated) {
    if (item.published > now) continue;
    state.newest_published = std::max(state.newest_published, item.published);
    if (item.novelty != DocumentReport::DatedItem::Novelty::fresh) continue;
    // Older dates than the clock of the model come from archives and imports: no habit.
    if (now - item.published < std::chrono::days(28)) state.rate.note_arrival(item.published);
    note_for_skips(state, item.published, now);
  }
}

struct Span {
  UtcMicros oldest = UtcMicros::max();
  UtcMicros newest{};
  std::uint32_t count = 0;
};

Span span_of(DocumentReport const& report, UtcMicros now, bool fresh_only) {
  Span span;
  for (auto const& item : report.dated) {
    if (item.published > now) continue;
    if (fresh_only && item.novelty != DocumentReport::DatedItem::Novelty::fresh) continue;
    span.oldest = std::min(span.oldest, item.published);
    span.newest = std::max(span.newest, item.published);
    ++span.count;
  }
  return span;
}

FeedNotice gap_notice(MissedItems const& missed, DocumentReport const& report, MoreDocuments const& more) {
  std::string text = "all " + std::to_string(report.items) + " items of the feed were new; about " +
                     std::to_string(missed.estimate) + " came and went between two polls";
  if (more.documents > 0)
    text += ", and " + std::to_string(more.documents) + " older pages of it did not reach back to the last";
  return {NoticeKind::gap, std::move(text), {}, missed.since};
}

// The document and the older pages behind it, as one: how far back the feed was seen.
DocumentReport all_that_was_read(DocumentReport report, MoreDocuments const& more) {
  report.items += more.new_items;
  report.new_items += more.new_items;
  report.dated.insert(report.dated.end(), more.dated.begin(), more.dated.end());
  return report;
}

// Also where an index was read before, but its sitemaps wanted rest.
bool is_first_reading(PollState const& state) {
  return state.last_full == UtcMicros{} || (state.follows > 0 && state.window_items == 0);
}

void learn_rate(PollState& state, DocumentReport const& report, MoreDocuments const& more, UtcMicros now,
                std::vector<FeedNotice>& notices) {
  if (is_first_reading(state)) {  // everything is new the first time: only its dates say something
    auto const span = span_of(report, now, false);
    if (span.count >= 2) state.rate.seed(span.count, now - span.oldest, now);
    note_dates(state, report.dated, now);
    note_dates(state, more.dated, now);
    return;
  }
  auto from = state.last_answer;
  auto count = RateModel::Count::exact;
  auto const whole = all_that_was_read(report, more);
  auto const missed = more.reached_known ? std::nullopt : missed_items(state, whole, now);
  bool const all_new = report.items > 0 && report.new_items >= report.items && state.window_items > 0;
  if (all_new && !more.reached_known) {
    auto const span = span_of(whole, now, true);
    if (span.count == whole.items && span.count >= 2 && span.oldest < now)
      from = std::max(from, span.oldest);  // the window covers only so much of the gap
    else
      count = RateModel::Count::at_least;
  }
  if (missed) notices.push_back(gap_notice(*missed, report, more));
  state.rate.observe(from, now, report.new_items + more.new_items, count);
  bool const dated = std::ranges::any_of(report.dated, [](auto const& item) {
    return item.novelty == DocumentReport::DatedItem::Novelty::fresh;
  });
  if (!dated) state.rate.note_arrivals(state.last_answer, now, report.new_items);
  note_dates(state, report.dated, now);
  note_dates(state, more.dated, now);
}

void read_document(PollState& state, PollingOptions const& options, DocumentReport const& report,
                   MoreDocuments const& more, UtcMicros now, std::vector<FeedNotice>& notices) {
  auto const hours = skip_hour_bits(report);
  auto const days = skip_day_bits(report);
  if (hours != state.skip_hours || days != state.skip_days) state.arrivals.clear();  // counted for others
  state.skip_hours = hours;
  state.skip_days = days;
  state.document_hint = document_interval(report, options.hint_max);
  learn_rate(state, report, more, now, notices);
  state.window_items = report.items;
  if (report.new_items > 0) state.last_new = now;
}

// The document itself brought nothing; what else the poll read may have: the sitemaps of an index, which then
// are what the feed shows, or pushes since the last one.
void read_more(PollState& state, MoreDocuments const& more, UtcMicros now, std::vector<FeedNotice>& notices) {
  if (more.documents > 0) {
    DocumentReport report;
    report.items = more.items;
    report.new_items = more.new_items;
    report.dated = more.dated;
    learn_rate(state, report, {}, now, notices);
  } else if (!is_first_reading(state)) {
    state.rate.observe(state.last_answer, now, more.new_items, RateModel::Count::exact);
  }
}

void note_success(PollState& state, UtcMicros now, std::vector<FeedNotice>& notices) {
  if (state.failing_announced || state.gone_announced)
    notices.push_back({NoticeKind::recovered, "answers again", {}, state.failing_since});
  state.failures = 0;
  state.failing_since = {};
  state.failing_announced = false;
  state.gone_count = 0;
  state.gone_since = {};
  state.gone_announced = false;
  state.last_error.clear();
  state.last_answer = now;
}

void note_failure(PollState& state, PollingOptions const& options, unsigned status, UtcMicros now,
                  std::vector<FeedNotice>& notices) {
  if (state.failures == 0) state.failing_since = now;
  state.failures = std::min(state.failures + 1, count_max);
  auto const since = state.failing_since;
  // What is gone where a redirect led may be back where the operator said.
  if (status == 410 && !state.adopted_url.empty()) {
    state.adopted_url.clear();
  } else if (status == 410) {
    if (state.gone_count == 0 || now - state.gone_since >= gone_apart_min) {
      ++state.gone_count;
      if (state.gone_count == 1) state.gone_since = now;
    }
  } else {
    state.gone_count = 0;
    if (status == 404 && state.gone_since == UtcMicros{}) state.gone_since = now;
  }
  bool const gone =
      state.gone_count >= 2 || (status == 404 && now - state.gone_since >= not_found_dead_after);
  if (gone && !state.gone_announced) {
    notices.push_back({NoticeKind::gone, state.last_error, {}, since});
    state.gone_announced = true;
  }
  // Where a day lies between two polls, twice the patience says as much as the third.
  bool const often = state.failures >= options.failing_polls_min ||
                     (state.failures > 1 && now - since >= 2 * options.failing_after);
  bool const patience_over = often && now - since >= options.failing_after;
  if (patience_over && !state.failing_announced && !state.gone_announced) {
    notices.push_back({NoticeKind::failing, state.last_error, {}, since});
    state.failing_announced = true;
  }
  // Where a redirect that we adopted leads nowhere, the address that the operator gave may be good again.
  if (!state.adopted_url.empty() && state.failures >= adopted_failures_max) state.adopted_url.clear();
}

seconds error_delay(PollState const& state, PollingOptions const& options, PollOutcome const& outcome) {
  auto const now = outcome.now;
  unsigned const status = outcome.response ? outcome.response->status : 0;
  if (state.gone_announced) return options.ceiling_dead;
  // robots.txt, a private address: a rule, not an accident.
  if (!outcome.response && outcome.response.error().code == ErrorCode::refused) return options.ceiling;
  if (status == 410 && state.gone_count > 0) return std::chrono::days(1);
  if (status == 401 || status == 403) return options.denied_retry;
  auto const cap = now - state.failing_since >= dead_after ? options.ceiling_dead : options.error_max;
  return error_ladder(state.failures, options, cap);
}

}  // namespace

seconds jitter_of(seconds interval, PollingOptions const& options, double random) {
  auto const most = std::min(std::chrono::duration<double>(interval) * options.jitter,
                             std::chrono::duration<double>(options.jitter_max));
  return std::chrono::duration_cast<seconds>(most * random);
}

seconds without_jitter(std::chrono::duration<double> gap, PollingOptions const& options) {
  auto const mean = std::min(gap * (options.jitter / (2 + options.jitter)),
                             std::chrono::duration<double>(options.jitter_max) / 2);
  return std::chrono::duration_cast<seconds>(gap - mean);
}

UtcMicros after_skipped_hours(PollState const& state, FeedSpec const& feed, UtcMicros t) {
  if (feed.interval) return t;
  if ((state.skip_hours == 0 && state.skip_days == 0) || skips_are_contradicted(state, t)) return t;
  if (state.skip_hours == 0xffffff || state.skip_days == 0x7f) return t;  // "never" is no schedule
  for (std::size_t hour = 0; hour < hours_of_week && falls_in_skip(state, t); ++hour)
    t = std::chrono::floor<std::chrono::hours>(t) + 1h;
  return t;
}

namespace {

// The host that asked for rest is the one that answered, not the one that sent us there.
UtcMicros rest_host(PollState& state, fetch::Response const& response, UtcMicros until) {
  auto host = host_key(response.final_url);
  state.cooled_host = host == host_key(state.poll_url()) ? std::string() : std::move(host);
  return state.host_cooled_until = until;
}

}  // namespace

Decision settle(PollState& state, FeedSpec const& feed, PollingOptions const& options,
                PollOutcome const& outcome, double k, double random) {
  Decision decision;
  auto const now = outcome.now;
  auto const answer = classify(state, outcome);
  fetch::Response const* const response = outcome.response ? &*outcome.response : nullptr;
  unsigned const status = response ? response->status : 0;
  auto const asked_to_wait = response ? retry_after(response->headers, now) : std::nullopt;

  auto const waited = state.last_request == UtcMicros{}
                          ? 0s
                          : std::chrono::floor<seconds>(state.next_due - state.last_request);
  state.last_request = std::max(state.last_request, outcome.asked);
  // Also where no answer came: one that is too large or too slow will be so the next time.
  bool const refused = !response && outcome.response.error().code == ErrorCode::refused;
  if (!outcome.unasked && (response ? !response->conditional : outcome.unconditional && !refused))
    state.last_unconditional = outcome.asked;
  bool const good = answer == Answer::full || answer == Answer::same || answer == Answer::not_modified;
  if (!good) state.last_error = cause_of(state, outcome).substr(0, error_bytes_max);

  Pace pace;
  if (good) {
    if (answer == Answer::full && push_holds(state.push.get(), now))
      judge_push(*state.push, **outcome.document, options.push, state.last_answer, now);
    if (answer != Answer::not_modified || says_freshness(response->headers))
      state.header_hint = freshness(response->headers, now, options.hint_max);
    bool const first = state.last_full == UtcMicros{};
    if (answer == Answer::full) {
      read_document(state, options, **outcome.document, outcome.more, now, decision.notices);
      bool const news = (*outcome.document)->new_items > 0 || outcome.more.new_items > 0;
      // Where it was not asked conditionally, the redirect led to another URL than the last, which gave no
      // validators: from such a one 304 cannot be had.
      bool const could_not = !outcome.unconditional && !response->conditional && !first;
      if (state.not_modified > 0)
        state.needless_full = state.needless_changed = 0;
      else if (news)
        state.needless_changed -= std::min(state.needless_changed, 1u);
      else if (response->conditional || could_not)
        state.needless_changed = std::min(state.needless_changed + 1, count_max);
    } else if (answer == Answer::not_modified) {
      read_more(state, outcome.more, now, decision.notices);
      state.needless_full = state.needless_changed = 0;
      state.not_modified = std::min(state.not_modified + 1, count_max);
    } else {
      read_more(state, outcome.more, now, decision.notices);
      if (response->conditional) state.needless_full = std::min(state.needless_full + 1, count_max);
    }
    if (outcome.more.new_items > 0) state.last_new = now;
    state.window_items = std::max(state.window_items, outcome.more.items);
    keep_validators(state, *response);
    if (answer != Answer::not_modified) {
      state.last_full = now;
      state.body_hash = outcome.body_hash;
      state.document_error.clear();
      state.outgrown = 0;
    }
    note_success(state, now, decision.notices);
    watch_redirects(state, options, *response, now, decision.notices);
    pace = pace_of_success(state, feed, options, now, k);
  } else if (answer == Answer::throttled || (status == 503 && asked_to_wait)) {
    // "Not now" is no breakage. Without a word on how long, at least a quarter of an hour, and longer
    // than this feed's pace, spread so that all who were told so do not come back together.
    auto rest = asked_to_wait.value_or(0s);
    if (!asked_to_wait || rest == 0s) {
      auto const base = std::max(options.throttled_min, 2 * floor_of(state, feed, options));
      rest = std::chrono::duration_cast<seconds>(std::chrono::duration<double>(base) * (1 + random));
      rest = std::min(rest, options.throttled_max);
    }
    rest = std::min(rest, options.hint_max);
    if (status == 503) note_failure(state, options, status, now, decision.notices);
    // Never a reason to come sooner than after a good answer, or than the last time.
    auto const usual = pace_of_success(state, feed, options, now, k);
    auto const interval = std::max({rest, usual.interval, std::min(waited, options.ceiling)});
    pace = {interval, std::max(usual.due, now + interval)};
    decision.host_rest_until = rest_host(state, *response, now + rest);
  } else {
    // The bytes that are no feed have validators, too: asking for them again would cost the publisher. Not
    // those of a list: cut off on its way, it would stay so until it changes.
    bool const is_known = feed.kind != SourceKind::opml && status == 200;
    if (is_known || (status == 304 && response->conditional)) keep_validators(state, *response);
    if (is_known && outcome.document) {
      state.body_hash = outcome.body_hash;
      if (*outcome.document)
        state.last_full = now;  // an index, none of whose sitemaps could be read
      else
        state.document_error = state.last_error;
      bool const too_large = !*outcome.document && outcome.document->error().code == ErrorCode::too_large;
      state.outgrown = too_large ? feed.limits.body_bytes_max : 0;
    }
    note_failure(state, options, status, now, decision.notices);
    auto const delay = std::max({error_delay(state, options, outcome), floor_of(state, feed, options),
                                 std::min(asked_to_wait.value_or(0s), options.hint_max)});
    pace = {delay, now + delay};
    if (status == 503) {
      auto const rest = std::chrono::duration_cast<seconds>(
          std::chrono::duration<double>(options.throttled_min) * (1 + random));
      decision.host_rest_until = rest_host(state, *response, now + rest);
    }
  }
  state.last_status = status;
  decision.interval = pace.interval;
  auto const jitter = jitter_of(pace.interval, options, random);
  decision.next_due = pace.due + jitter;
  // Jitter may lead into an hour that the publisher skips; it is less than an hour, so once more is enough.
  if (auto const after = after_skipped_hours(state, feed, decision.next_due); after != decision.next_due)
    decision.next_due = after + jitter;
  state.next_due = decision.next_due;
  return decision;
}

fetch::Credentials credentials_for(FeedSpec const& feed, std::string_view url) {
  auto credentials = feed.credentials.value();
  if (credentials.empty() && feed.url.find('@') == std::string::npos) return credentials;
  auto const configured = fetch::parse_target(feed.url), asked = fetch::parse_target(url);
  if (!configured || !asked || !fetch::may_keep_credentials(*configured, *asked)) return {};
  if (credentials.user.empty() && credentials.password.empty()) {
    credentials.user = configured->user;
    credentials.password = configured->password;
  }
  return credentials;
}

fetch::Request request_for(PollState const& state, FeedSpec const& feed, UtcMicros now) {
  fetch::Request request;
  request.url = state.poll_url();
  request.accept = feed.kind == SourceKind::page ? fetch::Accept::page : fetch::Accept::feed;
  request.credentials = credentials_for(feed, request.url);
  request.limits = feed.limits;
  // Some servers answer 304 for ever. Where items should long have come, one full answer a week settles it.
  auto const silent_max = std::max<std::chrono::duration<double, std::ratio<86400>>>(
      frozen_after, std::chrono::duration<double, std::ratio<86400>>(
                        frozen_gaps / state.rate.per_day_before(state.last_full, now)));
  bool const frozen = state.last_full != UtcMicros{} && now - state.last_full > silent_max &&
                      now - state.last_unconditional > frozen_after;
  if (frozen) return request;
  request.etag = state.etag;
  request.last_modified = state.last_modified;
  request.validators_url = state.validators_url;
  return request;
}

}  // namespace newsfold::schedule
