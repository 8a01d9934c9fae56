#include "daemon/webhook/delivery_record.h"

#include <gtest/gtest.h>

namespace newsfold::webhook {
namespace {

DeliveryState full_state() {
  DeliveryState state;
  state.cursor = Sequence{42};
  state.previous = Sequence{41};
  state.filter_key = "types=article.*";
  state.batch_end = Sequence{50};
  state.single_until = Sequence{49};
  state.head_server_errors = 2;
  state.failures = 3;
  state.throttles = 4;
  state.not_before = UtcMicros{std::chrono::seconds(1'790'000'000)};
  state.failing_since = UtcMicros{std::chrono::seconds(1'789'999'000)};
  state.error = "no connection \xff";  // not UTF-8: what a peer says is kept as it came
  state.url = "https://receiver.example/";
  state.disabled = "gone";
  state.disabled_at = UtcMicros{std::chrono::seconds(1'790'000'001)};
  state.parked.push_back(
      {Sequence{7}, Sequence{6}, {1, 2}, 4, UtcMicros{}, UtcMicros{std::chrono::seconds(9)}, "400"});
  state.dead.push_back({Sequence{5}, Sequence{4}, {3, 3}, 19, UtcMicros{std::chrono::seconds(8)}, "422"});
  state.delivered = 1'000;
  state.dead_forgotten = 1;
  state.lost = 2;
  return state;
}

TEST(DeliveryRecord, DecodesWhatItEncoded) {
  EXPECT_EQ(decode(encode(full_state()), Sequence{42}).value(), full_state());
  EXPECT_EQ(decode(encode({}), Sequence{0}).value(), DeliveryState{});
}

TEST(DeliveryRecord, ACutRowIsCorruptOrAnotherStateButNeverACrash) {
  auto const whole = encode(full_state());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto const decoded = decode(std::string_view(whole).substr(0, size), Sequence{42});
    if (!decoded) {
      EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    }
  }
  EXPECT_FALSE(decode("\xff\xff\xff", Sequence{1}));
}

TEST(DeliveryRecord, AFullStateStaysSmall) {
  DeliveryState state;
  for (std::size_t i = 0; i < parked_max; ++i)
    state.parked.push_back({Sequence{1'000'000'000 + i},
                            Sequence{1'000'000'000},
                            {~0ULL, ~0ULL},
                            9,
                            {},
                            {},
                            std::string(error_bytes_max, 'x')});
  for (std::size_t i = 0; i < dead_letters_max; ++i)
    state.dead.push_back({Sequence{1'000'000'000 + i},
                          Sequence{1'000'000'000},
                          {~0ULL, ~0ULL},
                          9,
                          {},
                          std::string(error_bytes_max, 'x')});
  EXPECT_LT(encode(state).size(), 512U * 1024U);
}

}  // namespace
}  // namespace newsfold::webhook
