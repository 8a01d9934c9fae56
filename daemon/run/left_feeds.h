#pragma once
// What the store keeps of feeds that left the configuration: their pace, validators and habits, for the case
// that they come back or come under another name. Not for ever: some lists on the web have other addresses at
// each fetch.

#include "feeds/model/ids.h"
#include "feeds/model/time.h"
#include "storage/store.h"

#include <chrono>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace newsfold::run {

// Their records by the addresses that they had. Reads the rows of all feeds and blocks.
std::unordered_map<std::string, std::string> left_by_url(storage::View const& view,
                                                         std::set<FeedId> const& configured);

inline constexpr std::chrono::hours left_feeds_kept{24 * 90};  // since they were asked for last

// Those whose time is over, with the records that they have now. Reads the rows of all feeds and blocks.
std::vector<storage::FeedState> left_feeds(storage::View const& view, std::set<FeedId> const& configured,
                                           UtcMicros now);

}  // namespace newsfold::run
