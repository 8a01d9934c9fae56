#pragma once
// The current state of the store as a stream: every article that is not withdrawn, as of one moment, oldest
// first. The change log behind sequence() goes on from it without gap or overlap.
//
// next() blocks: for the blocking pool, one call at a time. Keeps old rows alive while it lives.

#include "daemon/api/change_stream.h"
#include "daemon/notify/filter.h"
#include "storage/store.h"

#include <chrono>
#include <optional>
#include <string>

namespace newsfold::api {

class Snapshot {
 public:
  Snapshot(storage::Store const& store, notify::Filter filter, StreamFormat format,
           std::chrono::steady_clock::time_point deadline);

  Sequence sequence() const noexcept { return view_.sequence(); }
  bool done() const noexcept { return done_; }
  StreamFormat format() const noexcept { return format_; }

  // The next articles, each {"type":"article.snapshot","data":ITEM}; may be empty before the end. Fails with
  // `expired` after the deadline: the view must not be kept for ever.
  Result<std::string> next();

 private:
  storage::View view_;
  notify::Filter filter_;
  StreamFormat format_;
  std::chrono::steady_clock::time_point deadline_;
  std::optional<ArticleId> after_;
  bool done_ = false;
};

}  // namespace newsfold::api
