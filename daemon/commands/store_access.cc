#include "daemon/commands/store_access.h"
#include "daemon/commands/command_line.h"

#include "daemon/commands/commands.h"
#include "daemon/config/load.h"
#include "daemon/run/wiring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <random>
#include <utility>

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
      problem = found.error().message;
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

StoreOwner::StoreOwner(std::string path) : path_(std::move(path)) {
  if (::geteuid() != 0) return;
  std::error_code ignored;
  auto where = std::filesystem::absolute(path_, ignored);
  while (!std::filesystem::exists(where, ignored) && where.has_relative_path()) where = where.parent_path();
  struct stat found {};
  if (::stat(where.c_str(), &found) != 0) return;
  user_ = found.st_uid;
  group_ = found.st_gid;
}

void StoreOwner::give() const {
  if (user_ == 0) return;
  auto const give_one = [this](std::filesystem::path const& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0 || found.st_uid != 0) return;
    // A link of the daemon's user may lead to what is none of its business.
    bool const ours = S_ISDIR(found.st_mode) || (S_ISREG(found.st_mode) && found.st_nlink == 1);
    if (ours && ::lchown(path.c_str(), user_, group_) != 0)
      std::cerr << "newsfold: " << path.string() << " stays root's: " << std::strerror(errno) << '\n';
  };
  give_one(path_);
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(path_, ignored)) give_one(entry.path());
}

void CloseAndGive::operator()(storage::Store* store) const {
  delete store;
  owner.give();
}

storage::StoreOptions options_of_store(StoreChoice const& choice) {
  std::string problem;
  if (choice.store.empty())
    if (auto const config = load_for_command(choice.config, problem))
      return run::store_options(*config, Epoch{});
  return {};
}

Result<OpenedStore> open_store(StoreChoice const& choice, storage::OpenMode mode) {
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
  auto options = options_of_store(choice);
  options.mode = mode;
  StoreOwner const owner(*path);
  auto store = storage::Store::open(*path, options);
  if (!store) return store.error();
  return OpenedStore(store->release(), CloseAndGive{owner});
}

}  // namespace newsfold
