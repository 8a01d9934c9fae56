#pragma once
// Other extractors, run as programs of their own over the same files; they measure their own CPU time.

#include <optional>
#include <string>
#include <vector>

namespace newsfold::bench {

struct PeerRun {
  std::string name;
  std::string missing;  // why it could not run; empty: it did
  double seconds = 0;   // CPU, without start-up
  int pages = 0;        // that it gave a text for
  double memory_mb = 0;
};

// `list` is a file with a page's path on each line.
std::vector<PeerRun> run_peers(std::string const& list);

}  // namespace newsfold::bench
