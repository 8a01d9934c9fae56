#pragma once
// The frame of every `--batch` command: JSON Lines in, one JSON document a line out, in input order,
// never stopping at a bad input. A line that is not a JSON object, or whose stage fails, gives
// {"path"|"id": ..., "error": {"code", "message"}}.

#include "daemon/admin/json_at.h"
#include "feeds/model/error.h"

#include <boost/json/object.hpp>

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace newsfold {

// Exit status of the batch commands.
enum BatchExit : int { batch_all_good = 0, batch_some_failed = 1, batch_bad_usage = 2 };

// Turns a manifest line into what follows it in the output, e.g. {"feed": {...}}. The frame puts `path`
// and `id` of the line in front, or the error. A stage that knows more of a failure than an Error holds may
// give "error" itself.
using BatchStage = std::function<Result<boost::json::object>(boost::json::object const& line)>;

// `manifest` is a file or "-" for standard input; results go to `out`, diagnostics to standard error.
int run_batch(std::string const& manifest, std::ostream& out, BatchStage const& stage);

// The same for stages that remember earlier lines. `prepare` is called on several threads at once, in any
// order, and gives the rest of the work, which is called on the calling thread, in input order. What the
// rest needs of the line it must keep: the line is gone by then.
using BatchRest = std::function<Result<boost::json::object>()>;
using BatchPrepare = std::function<BatchRest(boost::json::object const& line)>;
int run_batch_in_order(std::string const& manifest, std::ostream& out, BatchPrepare const& prepare);

// The whole file, up to `bytes_max`; fails with `unreadable` or `too_large`. "-" is standard input.
Result<std::string> read_file(std::string const& path, std::size_t bytes_max);

}  // namespace newsfold
