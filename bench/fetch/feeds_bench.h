#pragma once
// The rows that need more than the fetcher: feeds polled, parsed and stored; and the daemon over time.

namespace newsfold::bench {

// 10,000 feeds polled once each over TLS, one in five with a new item; newsboat beside it. 0: all bars
// reached.
int feeds_over_tls();

// The daemon with 10,000 feeds at 15 minutes, after its first round: CPU and memory over `minutes`.
int daemon_at_rest(int minutes);

}  // namespace newsfold::bench
