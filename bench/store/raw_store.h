#pragma once
// The same rows in the same families with the same options, and nothing of ours between: what RocksDB
// itself costs.

#include "storage/database.h"
#include "storage/posting_list.h"
#include "storage/store.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace newsfold::bench {

// Rows with the sizes and the bytes of ours, encoded by hand.
struct RawRows {
  explicit RawRows(storage::IngestItem const& item, std::uint64_t id);
  std::string article, version, change, place, sighting, sketch, posting;
  std::vector<std::string> identity_keys;
  std::vector<std::uint64_t> fingerprints;
};

class RawStore {
 public:
  RawStore(std::filesystem::path const& path, storage::StoreOptions const& options);
  // One batch, after asking whether the keys of each item are new.
  void commit(std::span<RawRows const> rows, storage::SyncMode sync);
  std::uint64_t absent(std::span<std::uint64_t const> fingerprints) const;
  storage::Database const& database() const noexcept { return *database_; }

 private:
  std::unique_ptr<storage::Database> database_;
  std::uint64_t last_ = 0;
};

}  // namespace newsfold::bench
