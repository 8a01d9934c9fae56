#pragma once
// Backup, verification and compaction, one at a time, with their outcome as JSON: the same whether a command
// does it on the store itself or asks the daemon for it.
//
// Blocks for as long as it takes. Callable from any thread.

#include "feeds/model/error.h"
#include "storage/store.h"

#include <boost/json/object.hpp>

#include <atomic>
#include <stop_token>
#include <string>

namespace newsfold::admin {

class Care {
 public:
  explicit Care(storage::Store& store) : store_(store) {}

  // All of them fail with `conflict` where another one is under way.

  // `directory` is absolute. {"directory", "seconds", "last"}: everything up to `last` is in it.
  Result<boost::json::object> backup(std::string const& directory);
  // {"rows", "corrupt", "unreadable", "dangling", "mended", "findings": [...], "seconds"}. With Repair::mend
  // only where nothing else writes.
  Result<boost::json::object> verify(storage::Repair repair);
  // {"bytes_before", "bytes_after", "seconds"}
  Result<boost::json::object> compact();

  // Ends what is under way, with `cancelled`, and whatever is asked for later. For the end of the daemon.
  void stop() { stop_.request_stop(); }

 private:
  storage::Store& store_;
  std::atomic<bool> busy_{false};
  std::stop_source stop_;
};

}  // namespace newsfold::admin
