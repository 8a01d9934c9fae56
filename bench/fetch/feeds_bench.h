#pragma once
// The rows that need more than the fetcher: feeds polled, parsed and stored; and the daemon over time.

namespace newsfold::bench {

// 10,000 feeds polled once each over TLS, one in five with a new item; newsboat beside it. 0: all bars
// reached.
int feeds_over_tls();

// The daemon with so many feeds (at most 10,000) at 15 minutes, after its first round: CPU and memory over
// `minutes`, then what its store takes on the disk. `lasting_percent` of the hosts take up a TLS session
// after these 15 minutes, the others have forgotten it.
int daemon_at_rest(int minutes, int feeds, int lasting_percent);

}  // namespace newsfold::bench
