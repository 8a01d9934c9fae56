#pragma once
// What people may do to stories by hand. Writes of the store belong to one thread and are announced in their
// order; this is how the API asks for one.

#include "feeds/model/ids.h"
#include "storage/store.h"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace newsfold::api {

class StoryEditor {
 public:
  virtual ~StoryEditor() = default;
  // As Store::split(); durable and announced when it returns. Called on the I/O thread.
  virtual boost::asio::awaitable<Result<storage::CommitReport>> split(ArticleId article,
                                                                      std::string reason) = 0;
};

}  // namespace newsfold::api
