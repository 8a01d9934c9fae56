#pragma once
// What the store keeps of feeds that left the configuration: their pace, validators and habits, for the case
// that they come back or come under another name.

#include "feeds/model/ids.h"
#include "storage/store.h"

#include <set>
#include <string>
#include <unordered_map>

namespace newsfold::run {

// Their records by the addresses that they had. Reads the rows of all feeds and blocks.
std::unordered_map<std::string, std::string> left_by_url(storage::View const& view,
                                                         std::set<FeedId> const& configured);

}  // namespace newsfold::run
