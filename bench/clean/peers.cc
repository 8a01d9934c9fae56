#include "bench/clean/peers.h"

#include <cstdio>

namespace newsfold::bench {
namespace {

PeerRun run_peer(std::string name, std::string const& command, std::string missing) {
  PeerRun run;
  run.name = std::move(name);
  run.missing = std::move(missing);
  auto* const output = popen((command + " 2>/dev/null").c_str(), "r");
  if (output == nullptr) return run;
  // The last line: "SECONDS PAGES MEGABYTES".
  char line[256];
  while (std::fgets(line, sizeof line, output) != nullptr)
    if (std::sscanf(line, "%lf %d %lf", &run.seconds, &run.pages, &run.memory_mb) == 3) run.missing.clear();
  pclose(output);
  return run;
}

}  // namespace

std::vector<PeerRun> run_peers(std::string const& list) {
  std::string const here = PEERS_DIR;
  return {
      run_peer("readability-lxml", "/usr/bin/python3 '" + here + "/readability_lxml.py' '" + list + "'",
               "Debian's python3-readability is not installed"),
      run_peer("Readability + jsdom", "node '" + here + "/readability_jsdom.cjs' '" + list + "'",
               "node, @mozilla/readability and jsdom are not installed; bench/clean/install_peers does it")};
}

}  // namespace newsfold::bench
