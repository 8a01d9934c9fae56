#pragma once
// The rows of one column family that a group of changes touches: read once, changed in memory, written
// together at the end. Later changes of a group see what earlier ones did.

#include "storage/database.h"
#include "storage/record_codec.h"

#include <rocksdb/write_batch.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::storage {

// What to do where a row does not decode.
enum class OnCorrupt : std::uint8_t {
  fail,       // the caller sets aside what it is about
  set_aside,  // an index: the row moves to Family::aside and is made anew
};

// Rows that were set aside: family and key, value.
using AsideRows = std::vector<std::pair<std::string, std::string>>;

template <class Key, class Record>
class RowCache {
 public:
  RowCache(Database const& database, Family family, OnCorrupt on_corrupt, AsideRows& aside)
      : database_(database), family_(family), on_corrupt_(on_corrupt), aside_(aside) {}

  // nullptr: there is no such row. The pointer lives as long as the cache.
  Result<Record const*> find(Key const& key) {
    auto entry = load(key);
    if (!entry) return entry.error();
    Record const* const found = (*entry)->record ? &*(*entry)->record : nullptr;
    return found;
  }

  // For changing; made empty where there is none.
  Result<Record*> change(Key const& key) {
    auto entry = load(key);
    if (!entry) return entry.error();
    (*entry)->changed = true;
    if (!(*entry)->record) (*entry)->record.emplace();
    return &*(*entry)->record;
  }

  // Where it is known that there is no such row.
  Record& add(Key const& key) {
    auto& entry = entries_[key];
    entry.changed = true;
    return entry.record.emplace();
  }

  void erase(Key const& key) {
    auto& entry = entries_[key];
    entry.changed = true;
    entry.record.reset();
  }

  // What the group changed so far from `low` on, to before `high`: the key, and whether there is a row now.
  template <class Visit>
  void for_changed(Key const& low, Key const& high, Visit const& visit) const {
    for (auto at = entries_.lower_bound(low); at != entries_.end() && at->first < high; ++at)
      if (at->second.changed) visit(at->first, at->second.record.has_value());
  }

  void write(rocksdb::WriteBatch& batch) {
    auto* const handle = database_.handle(family_);
    for (auto const& [key, entry] : entries_) {
      if (!entry.changed) continue;
      auto const bytes = key.encode();
      if (entry.record) {
        entry.record->SerializeToString(&buffer_);
        batch.Put(handle, slice(view_of(bytes)), buffer_);
      } else {
        batch.Delete(handle, slice(view_of(bytes)));
      }
    }
  }

 private:
  struct Entry {
    std::optional<Record> record;
    bool changed = false;
  };

  Result<Entry*> load(Key const& key) {
    auto const at = entries_.find(key);
    if (at != entries_.end()) return &at->second;
    auto const bytes = key.encode();
    auto row = database_.get(family_, view_of(bytes));
    bool const tolerant = on_corrupt_ == OnCorrupt::set_aside;
    if (!row && !(tolerant && row.error().code == ErrorCode::corrupt)) return row.error();
    Entry entry;
    if (row && *row) {
      auto record = parse_record<Record>(**row, family_names[static_cast<std::size_t>(family_)]);
      if (record) {
        entry.record = std::move(*record);
      } else if (tolerant) {
        aside_.emplace_back(static_cast<char>(family_) + std::string(view_of(bytes)), std::move(**row));
      } else {
        return record.error();
      }
    }
    return &entries_.emplace(key, std::move(entry)).first->second;
  }

  Database const& database_;
  Family family_;
  OnCorrupt on_corrupt_;
  AsideRows& aside_;
  std::map<Key, Entry> entries_;
  std::string buffer_;
};

}  // namespace newsfold::storage
