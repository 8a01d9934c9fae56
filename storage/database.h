#pragma once
// The RocksDB underneath: column families with their options, and its errors in our words. Known to the
// files of this folder only.

#include "feeds/model/error.h"
#include "storage/store.h"

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace newsfold::storage {

// In the order of family_names. What a key is made of says keys.h, what a value proto/newsfold.proto.
enum class Family : std::uint8_t {
  articles,
  versions,
  stories,
  changes,  // value: change_row.h
  identities,
  sightings,
  fingerprints,  // value: posting_list.h
  sketches,
  feeds,
  blocks,  // opaque
  cursors,
  meta,
  aside,  // rows that did not decode: one byte Family, then their key; value as it was
};
inline constexpr std::size_t families = 13;
extern std::array<std::string, families> const family_names;

// `doing` completes "could not ...".
Error error_of(rocksdb::Status const& status, std::string_view doing);

inline rocksdb::Slice slice(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
inline std::string_view view_of(rocksdb::Slice const& bytes) noexcept { return {bytes.data(), bytes.size()}; }

// Held while the store is open: RocksDB's own lock does not tell two openings in one process apart from
// other troubles.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(std::filesystem::path const& directory);
  DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// The articles below this number are out of the fold's window; shared with compactions, which drop their
// postings.
struct WindowCutoff;

class Database {
 public:
  // The newest schema is refused, an older one migrated, before anything is written.
  static Result<std::unique_ptr<Database>> open(std::filesystem::path const& path,
                                                StoreOptions const& options,
                                                std::shared_ptr<WindowCutoff const> const& cutoff);
  ~Database();

  rocksdb::DB& db() const noexcept { return *db_; }
  rocksdb::ColumnFamilyHandle* handle(Family family) const noexcept {
    return handles_[static_cast<std::size_t>(family)];
  }
  rocksdb::Statistics& statistics() const noexcept { return *statistics_; }

  // Empty: there is no such row.
  Result<std::optional<std::string>> get(Family family, std::string_view key,
                                         rocksdb::Snapshot const* snapshot = nullptr) const;
  std::unique_ptr<rocksdb::Iterator> iterate(Family family, rocksdb::Snapshot const* snapshot,
                                             rocksdb::Slice const* upper = nullptr) const;
  Result<void> write(rocksdb::WriteBatch& batch, SyncMode sync);
  // After a failed write.
  Result<void> resume();
  void flush();
  // Fails where flushing would abort (see flush()): after a failed write, until resume() worked.
  Result<void> may_flush() const;
  bool read_only() const noexcept { return read_only_; }

 private:
  Database() = default;
  std::optional<DirectoryLock> lock_;
  std::shared_ptr<rocksdb::Statistics> statistics_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, families> handles_{};
  rocksdb::ColumnFamilyHandle* default_handle_ = nullptr;
  bool read_only_ = false;
  std::atomic<bool> failed_{false};  // the last write
};

}  // namespace newsfold::storage
