#pragma once
// Answers about articles and stories, read from one view of the store. Block: for the blocking pool.

#include "daemon/api/http.h"
#include "storage/store.h"

namespace newsfold::api {

// /v1/articles, /v1/articles/ID, .../versions, .../versions/N, .../diff, .../why, /v1/stories/ID
Result<Reply> answer_articles(storage::Store const& store, Request const& request);

}  // namespace newsfold::api
