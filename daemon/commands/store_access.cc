#include "daemon/commands/store_access.h"
#include "daemon/commands/command_line.h"

#include "daemon/commands/commands.h"
#include "daemon/config/load.h"
#include "daemon/run/wiring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <random>

namespace newsfold {
namespace {

// A reader takes no lock of its own: files would vanish under it while a daemon compacts.
bool locked_by_another(std::string const& directory) {
  int const descriptor = ::open((directory + "/newsfold.lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  bool const free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return !free;
}

}  // namespace

void add_store_options(Command command, StoreChoice& choice) {
  add_address_options(command, choice.address);
  command.option("-c,--config", choice.config, "The configuration that says where the store is")
      .type_name("FILE");
  command.option("--store", choice.store, "This store, asking no daemon").type_name("DIR");
}

bool daemon_answers(StoreChoice const& choice) {
  if (!choice.store.empty()) return false;
  ApiClient const client(ApiAddress::with_defaults(choice.address));
  auto const answer = client.get("/healthz");
  return answer && answer->status == 200;
}

std::optional<config::Config> load_for_command(std::string const& path, std::string& problem) {
  auto file = path;
  if (file.empty()) {
    auto const found = config::find_config();
    if (!found) {
      problem =
          "no config.toml here, in ~/.config/newsfold or in /etc/newsfold; say where it is with --config "
          "FILE";
      return std::nullopt;
    }
    file = *found;
  }
  auto loaded = config::load_config(file);
  if (!loaded.ok()) {
    problem = config::describe(loaded.problems);
    return std::nullopt;
  }
  return std::move(loaded.config);
}

Result<std::string> store_path(StoreChoice const& choice) {
  if (!choice.store.empty()) return choice.store;
  std::string problem;
  auto const config = load_for_command(choice.config, problem);
  if (!config) return Error{ErrorCode::invalid, problem};
  return config->storage.path;
}

Epoch random_epoch() {
  std::random_device device;
  return Epoch{(std::uint64_t(device()) << 32 | device()) | 1};
}

Result<std::unique_ptr<storage::Store>> open_store(StoreChoice const& choice, storage::OpenMode mode) {
  auto const path = store_path(choice);
  if (!path) return path.error();
  if (::access((*path + "/CURRENT").c_str(), R_OK) != 0) {
    if (errno == EACCES)
      return Error{ErrorCode::refused, "this user may not read the store in " + *path +
                                           " (permission denied): use sudo, or ask the daemon, which members "
                                           "of the group newsfold may"};
    return Error{ErrorCode::not_found, "there is no store in " + *path};
  }
  if (locked_by_another(*path))
    return Error{ErrorCode::conflict, "the store in " + *path +
                                          " is open in another process; if that is a daemon, say where it "
                                          "answers with --socket or --url, or stop it first"};
  storage::StoreOptions options;
  if (choice.store.empty()) {
    std::string problem;
    if (auto const config = load_for_command(choice.config, problem))
      options = run::store_options(*config, Epoch{});
  }
  options.mode = mode;
  return storage::Store::open(*path, options);
}

}  // namespace newsfold
