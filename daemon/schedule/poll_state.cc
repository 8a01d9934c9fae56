#include "daemon/schedule/poll_state.h"

#include "daemon/schedule/poll_state.pb.h"

#include <algorithm>

namespace newsfold::schedule {

namespace {

std::int64_t micros(UtcMicros t) { return t.time_since_epoch().count(); }
UtcMicros time(std::int64_t micros) { return UtcMicros{std::chrono::microseconds(micros)}; }

void put(rows::Push& row, PushState const& push) {
  row.set_hub(push.hub);
  row.set_topic(push.topic);
  row.set_secret(push.secret);
  row.set_callback_id(push.callback_id);
  row.set_callback_key(push.callback_key);
  row.set_phase(static_cast<std::uint32_t>(push.phase));
  row.set_requested_at(micros(push.requested_at));
  row.set_lease_until(micros(push.lease_until));
  row.set_renew_at(micros(push.renew_at));
  row.set_last_push(micros(push.last_push));
  row.set_misses(push.misses);
  row.set_active_since(micros(push.active_since));
  row.set_arrivals(push.arrivals);
  row.set_distrusted_at(micros(push.distrusted_at));
}

std::unique_ptr<PushState> take(rows::Push const& row) {
  auto push = std::make_unique<PushState>();
  push->hub = row.hub();
  push->topic = row.topic();
  push->secret = row.secret();
  push->callback_id = row.callback_id();
  push->callback_key = row.callback_key();
  push->phase = static_cast<PushState::Phase>(std::clamp(row.phase(), 1u, 4u));
  push->requested_at = time(row.requested_at());
  push->lease_until = time(row.lease_until());
  push->renew_at = time(row.renew_at());
  push->last_push = time(row.last_push());
  push->misses = row.misses();
  push->active_since = time(row.active_since());
  push->arrivals = row.arrivals();
  push->distrusted_at = time(row.distrusted_at());
  return push;
}

}  // namespace

std::string encode(PollState const& state) {
  rows::PollState row;
  row.set_configured_url(state.configured_url);
  row.set_adopted_url(state.adopted_url);
  row.set_etag(state.etag);
  row.set_last_modified(state.last_modified);
  // Mostly the same as the URL that is polled: then it is not written twice.
  if (state.validators_url != state.poll_url()) row.set_validators_url(state.validators_url);
  row.set_body_hash(state.body_hash);
  row.set_reading_key(state.reading_key);
  row.set_paused_at(micros(state.paused_at));
  row.set_next_due(micros(state.next_due));
  row.set_last_request(micros(state.last_request));
  row.set_last_answer(micros(state.last_answer));
  row.set_last_full(micros(state.last_full));
  row.set_last_unconditional(micros(state.last_unconditional));
  row.set_last_new(micros(state.last_new));
  row.set_last_status(state.last_status);
  row.set_last_error(state.last_error);
  row.set_document_error(state.document_error);
  row.set_outgrown(state.outgrown);
  row.set_failures(state.failures);
  row.set_failing_since(micros(state.failing_since));
  row.set_failing_announced(state.failing_announced);
  row.set_gone_count(state.gone_count);
  row.set_gone_since(micros(state.gone_since));
  row.set_gone_announced(state.gone_announced);
  row.set_sighted_url(state.sighted_url);
  row.set_sighted_since(micros(state.sighted_since));
  row.set_sightings(state.sightings);
  row.set_document_hint_s(state.document_hint.count());
  row.set_header_hint_s(state.header_hint.count());
  row.set_skip_hours(state.skip_hours);
  row.set_skip_days(state.skip_days);
  for (auto const& day : state.arrivals) {
    auto& one = *row.add_arrivals();
    one.set_day(day.day.time_since_epoch().count());
    one.set_items(day.items);
    one.set_skipped(day.skipped);
  }
  row.set_not_modified(state.not_modified);
  row.set_needless_full(state.needless_full);
  row.set_window_items(state.window_items);
  row.set_newest_published(micros(state.newest_published));
  row.set_host_cooled_until(micros(state.host_cooled_until));
  row.set_cooled_host(state.cooled_host);
  row.set_host_spacing_ms(static_cast<std::uint32_t>(state.host_spacing.count()));
  for (auto const& host : state.resting) {
    auto& one = *row.add_resting();
    one.set_host(host.host);
    one.set_until(micros(host.until));
    one.set_spacing_ms(static_cast<std::uint32_t>(host.spacing.count()));
  }
  auto const rate = state.rate.snapshot();
  row.set_rate_arrivals(rate.arrivals);
  row.set_rate_days(rate.days);
  row.set_rate_at(micros(rate.at));
  row.set_rate_hours_at(micros(rate.hours_at));
  if (std::ranges::any_of(rate.hours, [](auto value) { return value != 0; }))
    row.set_rate_hours(std::string(rate.hours.begin(), rate.hours.end()));
  if (state.push) put(*row.mutable_push(), *state.push);
  row.set_follows(state.follows);
  row.set_needless_changed(state.needless_changed);
  for (auto const& document : state.followed) {
    auto& one = *row.add_followed();
    one.set_url(document.url);
    one.set_etag(document.etag);
    one.set_last_modified(document.last_modified);
    one.set_body_hash(document.body_hash);
    one.set_fresh_until(micros(document.fresh_until));
    one.set_validators_url(document.validators_url);
    one.set_items(document.items);
    one.set_failures(document.failures);
    one.set_needless_full(document.needless_full);
    one.set_broken(document.broken);
    one.set_trouble(document.trouble);
    one.set_newest(micros(document.newest));
  }
  return row.SerializeAsString();
}

Result<PollState> decode_poll_state(std::string_view bytes) {
  rows::PollState row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      (!row.rate_hours().empty() && row.rate_hours().size() != hours_of_week))
    return Error{ErrorCode::corrupt,
                 "a feed's poll record of " + std::to_string(bytes.size()) + " bytes does not decode"};
  PollState state;
  state.configured_url = row.configured_url();
  state.adopted_url = row.adopted_url();
  state.etag = row.etag();
  state.last_modified = row.last_modified();
  state.validators_url = row.validators_url().empty() ? state.poll_url() : row.validators_url();
  state.body_hash = row.body_hash();
  state.reading_key = row.reading_key();
  state.paused_at = time(row.paused_at());
  state.next_due = time(row.next_due());
  state.last_request = time(row.last_request());
  state.last_answer = time(row.last_answer());
  state.last_full = time(row.last_full());
  state.last_unconditional = time(row.last_unconditional());
  state.last_new = time(row.last_new());
  state.last_status = row.last_status();
  state.last_error = row.last_error();
  state.failures = row.failures();
  state.document_error = row.document_error();
  state.outgrown = row.outgrown();
  state.failing_since = time(row.failing_since());
  state.failing_announced = row.failing_announced();
  state.gone_count = row.gone_count();
  state.gone_since = time(row.gone_since());
  state.gone_announced = row.gone_announced();
  state.sighted_url = row.sighted_url();
  state.sighted_since = time(row.sighted_since());
  state.sightings = row.sightings();
  state.document_hint = std::chrono::seconds(row.document_hint_s());
  state.header_hint = std::chrono::seconds(row.header_hint_s());
  state.skip_hours = row.skip_hours();
  state.skip_days = static_cast<std::uint8_t>(row.skip_days());
  for (auto const& day : row.arrivals())
    state.arrivals.push_back(
        {std::chrono::sys_days(std::chrono::days(static_cast<int>(day.day()))), day.items(), day.skipped()});
  state.not_modified = row.not_modified();
  state.needless_full = row.needless_full();
  state.window_items = row.window_items();
  state.newest_published = time(row.newest_published());
  state.host_cooled_until = time(row.host_cooled_until());
  state.cooled_host = row.cooled_host();
  state.host_spacing = std::chrono::milliseconds(row.host_spacing_ms());
  for (auto const& one : row.resting())
    state.resting.push_back({one.host(), time(one.until()), std::chrono::milliseconds(one.spacing_ms())});
  RateModel::Snapshot rate;
  rate.arrivals = row.rate_arrivals();
  rate.days = row.rate_days();
  rate.at = time(row.rate_at());
  rate.hours_at = time(row.rate_hours_at());
  std::ranges::copy(row.rate_hours(), rate.hours.begin());
  state.rate = RateModel::from(rate);
  if (row.has_push()) state.push = take(row.push());
  state.needless_changed = row.needless_changed();
  state.follows = std::min(row.follows(), static_cast<std::uint32_t>(row.followed_size()));
  for (auto const& one : row.followed())
    state.followed.push_back({one.url(), one.etag(), one.last_modified(), one.body_hash(),
                              time(one.fresh_until()), one.validators_url(), one.items(), one.failures(),
                              one.needless_full(), one.broken(), one.trouble(), time(one.newest())});
  return state;
}

void shift(PushState& push, std::chrono::microseconds by) {
  for (auto* const t : {&push.requested_at, &push.active_since, &push.lease_until, &push.renew_at,
                        &push.last_push, &push.distrusted_at})
    if (*t != UtcMicros{}) *t += by;
}

void shift(PollState& state, std::chrono::microseconds by) {
  auto const move = [by](UtcMicros& t) {
    if (t != UtcMicros{}) t += by;
  };
  for (auto* const t : {&state.next_due, &state.last_request, &state.last_answer, &state.last_full,
                        &state.last_unconditional, &state.last_new, &state.failing_since, &state.gone_since,
                        &state.sighted_since, &state.host_cooled_until})
    move(*t);
  for (auto& document : state.followed) move(document.fresh_until);
  for (auto& host : state.resting) move(host.until);
  if (state.push) shift(*state.push, by);
}

PollState state_at(std::string const& url, std::string_view record) {
  PollState state;
  if (!record.empty())
    if (auto decoded = decode_poll_state(record)) {
      auto const paused_at = decoded->paused_at;
      if (decoded->configured_url == url || decoded->adopted_url == url) state = std::move(*decoded);
      if (state.adopted_url == url) state.adopted_url.clear();  // the operator followed, too
      state.paused_at = paused_at;
    }
  state.configured_url = url;
  return state;
}

}  // namespace newsfold::schedule
