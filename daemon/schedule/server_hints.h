#pragma once
// What a server says about time: Cache-Control, Expires, Retry-After. Pure; what cannot be read counts as
// not said.

#include "daemon/schedule/poll_sink.h"
#include "feeds/fetch/client.h"
#include "feeds/model/time.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace newsfold::schedule {

// The three date formats of RFC 9110 5.6.7 (IMF-fixdate, RFC 850, asctime), and near misses of them.
std::optional<UtcMicros> parse_http_date(std::string_view text, UtcMicros now);

// For how long the answer says that it is good: the largest of max-age less Age, Expires less Date, and a
// Retry-After beside it. 0 where it says nothing, "no-cache", or a time in the past. What is beyond
// `hint_max` is no word about a feed, and does not hide what is said beside it.
std::chrono::seconds freshness(fetch::ResponseHeaders const& headers, UtcMicros now,
                               std::chrono::seconds hint_max);

// Whether the answer says anything of that at all. A 304 that does not leaves standing what the last answer
// said (RFC 9111, 4.3.4).
bool says_freshness(fetch::ResponseHeaders const& headers) noexcept;

// Whether an answer of that status says "not now".
constexpr bool is_busy(unsigned status) noexcept { return status == 429 || status == 503; }

// Retry-After in seconds or as a date, else x-ratelimit-reset in seconds or as a Unix time. A time in the
// past is zero seconds.
std::optional<std::chrono::seconds> retry_after(fetch::ResponseHeaders const& headers, UtcMicros now);

// ttl, sy:updatePeriod / updateFrequency: how often the document wants to be asked for, the larger that is
// not beyond `hint_max`. 0: says nothing.
std::chrono::seconds document_interval(DocumentReport const& report, std::chrono::seconds hint_max);

// skipHours and skipDays as bits: hour 0..23 GMT, day 0 = Sunday.
std::uint32_t skip_hour_bits(DocumentReport const& report);
std::uint8_t skip_day_bits(DocumentReport const& report);

}  // namespace newsfold::schedule
