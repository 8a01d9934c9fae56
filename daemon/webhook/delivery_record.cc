#include "daemon/webhook/delivery_record.h"

#include "daemon/webhook/delivery_record.pb.h"

namespace newsfold::webhook {

namespace {

std::int64_t micros(UtcMicros t) { return t.time_since_epoch().count(); }
UtcMicros time(std::int64_t micros) { return UtcMicros{std::chrono::microseconds(micros)}; }

template <class Row, class One>
void put_common(Row& row, One const& one) {
  row.set_sequence(number(one.sequence));
  row.set_previous(number(one.previous));
  row.set_lane(one.lanes.first);
  row.set_second_lane(one.lanes.second);
  row.set_attempts(one.attempts);
  row.set_error(one.error);
}

template <class One, class Row>
One take_common(Row const& row) {
  One one;
  one.sequence = Sequence{row.sequence()};
  one.previous = Sequence{row.previous()};
  one.lanes = {row.lane(), row.second_lane()};
  one.attempts = row.attempts();
  one.error = row.error();
  return one;
}

}  // namespace

std::string encode(DeliveryState const& state) {
  rows::Delivery row;
  row.set_previous(number(state.previous));
  row.set_filter_key(state.filter_key);
  row.set_batch_end(number(state.batch_end));
  row.set_single_until(number(state.single_until));
  row.set_head_server_errors(state.head_server_errors);
  row.set_failures(state.failures);
  row.set_not_before(micros(state.not_before));
  row.set_failing_since(micros(state.failing_since));
  row.set_error(state.error);
  row.set_url(state.url);
  row.set_disabled(state.disabled);
  row.set_disabled_at(micros(state.disabled_at));
  for (auto const& one : state.parked) {
    auto& parked = *row.add_parked();
    put_common(parked, one);
    parked.set_first_failed(micros(one.first_failed));
    parked.set_next_try(micros(one.next_try));
  }
  for (auto const& one : state.dead) {
    auto& dead = *row.add_dead();
    put_common(dead, one);
    dead.set_died_at(micros(one.died_at));
  }
  row.set_delivered(state.delivered);
  row.set_dead_forgotten(state.dead_forgotten);
  row.set_lost(state.lost);
  row.set_throttles(state.throttles);
  return row.SerializeAsString();
}

Result<DeliveryState> decode(std::string_view bytes, Sequence cursor) {
  rows::Delivery row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Error{ErrorCode::corrupt, "the state of a webhook does not decode"};
  DeliveryState state;
  state.cursor = cursor;
  state.previous = Sequence{row.previous()};
  state.filter_key = row.filter_key();
  state.batch_end = Sequence{row.batch_end()};
  state.single_until = Sequence{row.single_until()};
  state.head_server_errors = row.head_server_errors();
  state.failures = row.failures();
  state.not_before = time(row.not_before());
  state.failing_since = time(row.failing_since());
  state.error = row.error();
  state.url = row.url();
  state.disabled = row.disabled();
  state.disabled_at = time(row.disabled_at());
  for (auto const& one : row.parked()) {
    auto parked = take_common<Parked>(one);
    parked.first_failed = time(one.first_failed());
    parked.next_try = time(one.next_try());
    state.parked.push_back(std::move(parked));
  }
  for (auto const& one : row.dead()) {
    auto dead = take_common<DeadLetter>(one);
    dead.died_at = time(one.died_at());
    state.dead.push_back(std::move(dead));
  }
  state.delivered = row.delivered();
  state.dead_forgotten = row.dead_forgotten();
  state.lost = row.lost();
  state.throttles = row.throttles();
  return state;
}

}  // namespace newsfold::webhook
