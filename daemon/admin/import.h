#pragma once
// Articles of an archive (archive.h) into a store: each version in its turn, as it stands there, nothing is
// cleaned again. Stories are found anew, with the settings of this store; numbers of articles and events are
// new. An article that the store has already (the same feed and item) gains only the versions that differ.
//
// Blocks. Writer: for one caller at a time, beside no daemon.

#include "feeds/model/error.h"
#include "storage/store.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::admin {

struct ImportCounts {
  std::uint64_t lines = 0;
  std::uint64_t created = 0;
  std::uint64_t copied = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t failed = 0;  // lines that are no article
};

class Importer {
 public:
  Importer(storage::Store& store, dedup::FoldOptions fold) : store_(store), fold_(fold) {}

  // Fails with `invalid` where the line is no article of an archive (the next line can go on), and as
  // Store::commit does.
  Result<void> add_line(std::string_view line, UtcMicros now);
  ImportCounts const& counts() const noexcept { return counts_; }

 private:
  storage::Store& store_;
  dedup::FoldOptions fold_;
  UtcMicros newest_{};  // times in the log do not run backwards
  ImportCounts counts_;
};

}  // namespace newsfold::admin
