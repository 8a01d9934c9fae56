#pragma once
// Sitemaps as sources: a site lists all its pages in them, most of them old. Only what is new there is news.
// Pure. What is new is measured by the newest date in the document, not by the clock: a site that was still
// for weeks keeps its last news. `now` only tells which dates cannot be: one of 2099 must not make all else
// old.

#include "daemon/schedule/poll_sink.h"
#include "daemon/schedule/poll_state.h"
#include "feeds/model/feed.h"
#include "feeds/model/time.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::pipeline {

using schedule::sitemap_age_max;
inline constexpr std::size_t sitemaps_followed_max = schedule::followed_max;  // of an index
inline constexpr auto sitemap_date_ahead_max = std::chrono::days(1);  // of now: local times without a zone

// Whether a document that parsed as a sitemap is an index of others: by its root element, which must stand in
// the first few kilobytes. Many are served as a file that is compressed (sitemap.xml.gz).
bool is_sitemap_index(std::string_view document);

// The sitemaps of an index that are likely to name new pages: those with "news" in their name and those that
// changed within sitemap_age_max of the newest, the newest first; where the index says no dates, the first
// and the last listed (archives go up or down in time). What claims to have changed in days to come is the
// last.
std::vector<std::string> sitemaps_to_follow(Feed const& index, UtcMicros now);

// Takes out what is older than sitemap_age_max by its publication or, without one, its change; what says no
// date only where others do.
void drop_old_entries(Feed& sitemap, UtcMicros now);

// The date that old is measured by.
std::optional<UtcMicros> newest_of(Feed const& sitemap, UtcMicros now);

}  // namespace newsfold::pipeline
