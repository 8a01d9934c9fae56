#pragma once
// What a reload did, for the log, the API and `newsfold reload`.

#include "daemon/config/config.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::run {

struct ReloadOutcome {
  std::string refused;  // why nothing was changed, all reasons, one a line; empty: it was applied
  std::vector<std::string> added, removed, changed;  // names of sources
  std::vector<std::string> needs_restart;            // options that differ and are only read at the start
  std::vector<std::string> warnings;
};

// The configuration without what may stand any number of times: sources, webhooks.
config::Config options_of(config::Config const& config);

// "storage.path": options outside of [[feed]] and its like that differ and that a reload does not apply.
std::vector<std::string> options_that_need_a_restart(config::Config const& started,
                                                     config::Config const& wanted);

// Adds to what changed those sources that differ in an option which no poll shows: tags, retention and the
// like.
void add_changed_sources(ReloadOutcome& outcome, config::Config const& running, config::Config const& wanted);

// Whether any secret is a file in `directory`: where systemd has put credentials, once and for all at the
// start.
bool has_secrets_in(std::string_view directory, config::Config const& config);

std::string to_json(ReloadOutcome const& outcome);

}  // namespace newsfold::run
