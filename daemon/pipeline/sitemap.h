#pragma once
// Sitemaps as sources: a site lists all its pages in them, most of them old. Only what is new there is news.
// Pure: the newest date in the document stands for now, so that the same bytes always give the same answer.

#include "feeds/model/feed.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::pipeline {

inline constexpr auto sitemap_age_max = std::chrono::days(3);  // older entries are no news
inline constexpr std::size_t sitemaps_followed_max = 4;        // of an index

// Whether a document that parsed as a sitemap is an index of others: by its root element, which must stand in
// the first few kilobytes. Many are served as a file that is compressed (sitemap.xml.gz).
bool is_sitemap_index(std::string_view document);

// The sitemaps of an index that are likely to name new pages: those with "news" in their name and those that
// changed within sitemap_age_max of the newest, the newest first; where the index says no dates, the first
// and the last listed (archives go up or down in time).
std::vector<std::string> sitemaps_to_follow(Feed const& index);

// Takes out what is older than sitemap_age_max by its publication or, without one, its change; what says no
// date only where others do.
void drop_old_entries(Feed& sitemap);

}  // namespace newsfold::pipeline
