#pragma once
// Where a command finds what it asks about: a running daemon, or the store itself where none runs.

#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/config/config.h"
#include "feeds/model/error.h"
#include "storage/store.h"

#include <memory>
#include <optional>
#include <string>

namespace newsfold {

struct StoreChoice {
  ApiAddress address;
  std::string config;  // --config; empty: as `newsfold run` finds it
  std::string store;   // --store: this directory, asking no daemon
};

// --socket, --url, --token-file, --config, --store.
void add_store_options(Command command, StoreChoice& choice);

// Whether a daemon answers there. Never with --store.
bool daemon_answers(StoreChoice const& choice);

// The directory of the store. Fails with `invalid` where the configuration does not say it.
Result<std::string> store_path(StoreChoice const& choice);

// Opens the store without a daemon. Fails with `conflict` where a daemon has it (and does not answer where
// it was looked for), with `not_found` where there is none: commands make no store.
Result<std::unique_ptr<storage::Store>> open_store(StoreChoice const& choice, storage::OpenMode mode);

std::optional<config::Config> load_for_command(std::string const& path, std::string& problem);

Epoch random_epoch();

}  // namespace newsfold
