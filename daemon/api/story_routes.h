#pragma once
// Answers about stories: their copies with the best text and the likely original, why an article was folded
// or not, and the splitting of a wrong fold. All but split_article() block: for the blocking pool.

#include "daemon/api/http.h"
#include "daemon/api/story_editor.h"
#include "storage/store.h"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <span>

namespace newsfold::api {

// An article as lists show it.
boost::json::object head_json(storage::ArticleHead const& head);

// The copy whose text is offered for the story: the longest that is whole and free, of none that was
// withdrawn or altered by a mirror; of equals the first. Null where no copy is whole.
storage::ArticleHead const* best_text(std::span<storage::ArticleHead const> copies) noexcept;

// GET /v1/stories/ID
Result<Reply> answer_story(storage::View const& view, StoryId id);

// GET /v1/articles/ID/why[?with=ID]: how the article compares with another one or, without `with`, with those
// that it was held against.
Result<Reply> answer_why(storage::Store const& store, ArticleId id, std::optional<ArticleId> with);

// POST /v1/articles/ID/split, body {"reason": "..."} or empty. The caller has checked that it is allowed.
boost::asio::awaitable<Reply> split_article(StoryEditor& editor, ArticleId id, Request const& request);

}  // namespace newsfold::api
