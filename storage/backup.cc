// Copies of the store that can be taken while it runs.

#include "storage/keys.h"
#include "storage/state.h"

#include <rocksdb/utilities/backup_engine.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace newsfold::storage {
namespace {

// Articles that were numbered after the backup are lost with what it replaces, their numbers were told to
// people: the next ones begin beyond any that can have been given out since.
constexpr std::uint64_t restored_article_step = 1'000'000'000;
// The same of events. The log begins anew behind the jump, so that a cursor from before it, which may not say
// its epoch, is told that it is too old instead of being served what others have under its number.
constexpr std::uint64_t restored_event_step = 1'000'000'000;

Result<void> begin_new_epoch(std::filesystem::path const& path, Epoch epoch) {
  StoreOptions options;
  auto database = Database::open(path, options, std::make_shared<WindowCutoff>());
  if (!database) return database.error();
  auto head = read_head(**database, nullptr);
  if (!head) return head.error();
  head->set_last_article((head->last_article() / restored_article_step + 1) * restored_article_step);
  head->set_last_sequence(head->last_sequence() + restored_event_step);
  head->set_oldest_sequence(head->last_sequence() + 1);
  auto const first = ChangeKey{Sequence{0}}.encode();
  auto const oldest = ChangeKey{Sequence{head->oldest_sequence()}}.encode();
  rocksdb::WriteBatch batch;
  batch.DeleteRange((*database)->handle(Family::changes), slice(view_of(first)), slice(view_of(oldest)));
  auto* const meta = (*database)->handle(Family::meta);
  batch.Put(meta, slice(meta_epoch), format_epoch(epoch));
  batch.Put(meta, slice(meta_head), head->SerializeAsString());
  return (*database)->write(batch, SyncMode::group);
}

}  // namespace

Result<void> Store::backup(std::filesystem::path const& directory, std::uint32_t keep,
                           std::stop_token stop) const {
  if (state_->options.mode == OpenMode::read_write)
    if (auto possible = state_->database->may_flush(); !possible) return possible;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    return Error{ErrorCode::unreadable,
                 "could not make " + directory.string() + ": " + error.message() +
                     "; whoever has the store open writes the backup: give that user a "
                     "folder to write to"};
  rocksdb::BackupEngine* raw = nullptr;
  rocksdb::BackupEngineOptions options(directory.string());
  auto status = rocksdb::BackupEngine::Open(rocksdb::Env::Default(), options, &raw);
  if (!status.ok()) return error_of(status, "open the backups in " + directory.string());
  std::unique_ptr<rocksdb::BackupEngine> const engine(raw);
  {
    std::stop_callback const stopping(std::move(stop), [&engine] { engine->StopBackup(); });
    status = engine->CreateNewBackup(&state_->database->db(), state_->options.mode == OpenMode::read_write);
  }
  if (status.IsIncomplete()) {
    // The engine leaves what it has copied for the next one to clear away.
    status = engine->GarbageCollect();
    return Error{ErrorCode::cancelled, "the backup to " + directory.string() + " was stopped; " +
                                           (status.ok() ? "what was copied of it is removed"
                                                        : "the next one removes what was copied of it")};
  }
  if (status.ok() && keep > 0) status = engine->PurgeOldBackups(keep);
  if (!status.ok()) return error_of(status, "back up to " + directory.string());
  return {};
}

Result<void> Store::restore(std::filesystem::path const& backup, std::filesystem::path const& path,
                            Epoch fresh_epoch) {
  if (fresh_epoch == Epoch{0}) return Error{ErrorCode::invalid, "a restored store needs a new epoch"};
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_empty(path, error))
    return Error{ErrorCode::conflict, path.string() + " is not empty; move the old store away first"};
  rocksdb::BackupEngineReadOnly* raw = nullptr;
  auto status = rocksdb::BackupEngineReadOnly::Open(rocksdb::Env::Default(),
                                                    rocksdb::BackupEngineOptions(backup.string()), &raw);
  if (!status.ok()) return error_of(status, "open the backups in " + backup.string());
  std::unique_ptr<rocksdb::BackupEngineReadOnly> const engine(raw);
  // Under another name until it has its new epoch: a store that is found under `path` is a whole one.
  auto const making = std::filesystem::path(path.string() + ".restoring");
  std::filesystem::remove_all(making, error);
  if (making.has_parent_path()) std::filesystem::create_directories(making.parent_path(), error);
  status = engine->RestoreDBFromLatestBackup(making.string(), making.string());
  if (!status.ok()) {
    std::filesystem::remove_all(making, error);
    return error_of(status, "restore from " + backup.string());
  }
  if (auto begun = begin_new_epoch(making, fresh_epoch); !begun) return begun;
  std::filesystem::remove(path, error);  // the empty directory, if there is one
  std::filesystem::rename(making, path, error);
  if (error)
    return Error{ErrorCode::unreadable, "could not rename " + making.string() + ": " + error.message()};
  return {};
}

}  // namespace newsfold::storage
