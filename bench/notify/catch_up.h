#pragma once
// A subscriber that begins at the log's beginning, against RocksDB's own iteration over the same rows.

#include <cstddef>
#include <string>

namespace newsfold::bench {

struct CatchUp {
  std::size_t events = 0;
  double raw_per_second = 0;     // the raw iteration, the best of three
  double served_per_second = 0;  // read by a client over NDJSON on loopback, the best of three
};

CatchUp measure_catch_up(std::string const& directory, std::size_t events);

}  // namespace newsfold::bench
