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

// What root's commands write into a daemon's store must belong to the daemon: files of root's making are
// given to the owner of the store, or of the folder that it is made in.
class StoreOwner {
 public:
  explicit StoreOwner(std::string path);
  void give() const;  // whatever of root's stands there; for others nothing is to do

 private:
  std::string path_;
  unsigned user_ = 0;
  unsigned group_ = 0;
};

struct CloseAndGive {
  StoreOwner owner;
  void operator()(storage::Store* store) const;
};
using OpenedStore = std::unique_ptr<storage::Store, CloseAndGive>;

// Opens the store without a daemon. Fails with `conflict` where a daemon has it (and does not answer where
// it was looked for), with `not_found` where there is none: commands make no store.
Result<OpenedStore> open_store(StoreChoice const& choice, storage::OpenMode mode);
// The options that a daemon would open it with.
storage::StoreOptions options_of_store(StoreChoice const& choice);

std::optional<config::Config> load_for_command(std::string const& path, std::string& problem);

Epoch random_epoch();

}  // namespace newsfold
