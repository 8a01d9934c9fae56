#pragma once
// Who polls while the scenarios are played.

#include "daemon/score/origin.h"
#include "feeds/model/error.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace newsfold::score {

// Newsfold's own scheduler, policy, fetcher and parser on a clock that is turned; stopped and started again
// half way. Takes a second or two.
Result<void> play_own(Origin& origin, std::vector<std::string> const& urls, std::string const& user_agent);

struct CommandPlay {
  std::string command;                 // for sh -c
  std::string directory;               // of its own, kept between the runs
  std::chrono::minutes every{60};      // of virtual time
  std::chrono::seconds patience{120};  // one run may take so long
  std::string clock_library;           // libfaketime's path; empty: the command sees the real time
  std::function<void(int run, int runs)> progress;  // may be empty
};

// Runs a command again and again, as cron would, the origin's clock moved on in between. The command finds in
// its environment: SCORE_URLS (a file, one feed a line), SCORE_OPML (the same as OPML), SCORE_DIR, SCORE_RUN
// (0, 1, 2 ...), SCORE_TIME (RFC 3339). Its output goes to SCORE_DIR/output. A run that fails does not end
// the play. Fails with `unreadable` where the files cannot be written.
Result<void> play_command(Origin& origin, std::vector<std::string> const& urls, CommandPlay const& play);

// Where Debian's faketime package puts its library; empty where it is not installed.
std::string find_clock_library();

}  // namespace newsfold::score
