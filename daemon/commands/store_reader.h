#pragma once
// What the daemon answers to questions (GET), from the store itself where no daemon runs: the same code gives
// the same JSON. Reads only; beside no daemon.

#include "daemon/commands/api_client.h"
#include "daemon/commands/store_access.h"
#include "feeds/model/error.h"

#include <string_view>

namespace newsfold {

// Asks the daemon; where none answers, the store, and says so on standard error in the name of `command`.
// Fails with what is wrong with both.
Result<ApiAnswer> ask_or_read(StoreChoice const& choice, std::string_view command, std::string_view target);

}  // namespace newsfold
