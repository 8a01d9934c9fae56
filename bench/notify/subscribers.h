#pragma once
// Many subscribers in one process: sockets that read, find the events' numbers in what comes, and note how
// long each was under way. The same for every server.

#include "bench/notify/shared.h"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace newsfold::bench {

// Forks; the child connects `count` subscribers to 127.0.0.1:`port`, sends each `hello`, and reads until it
// is killed. A connection counts once `ready` was read from it.
pid_t start_subscribers(Shared& shared, std::uint16_t port, std::size_t count, std::string const& hello,
                        std::string const& ready);

}  // namespace newsfold::bench
