#pragma once
// What the demo world's sites answer: their feeds in five formats and their article pages. Pure text.

#include "feeds/model/time.h"
#include "tests/origin/world_data.h"

#include <string>

namespace newsfold::origin {

// `begin` is the moment at which world time was zero, `scale` how many world seconds pass in one.
struct Moment {
  WorldTime now{};
  UtcMicros begin{};
  double scale = 1;

  UtcMicros at(WorldTime t) const;
};

inline constexpr std::size_t feed_items_max = 15;

std::string article_path(Publication const& publication);

// The site's feed (for SiteFormat::html its listing page), newest first.
std::string render_feed(World const& world, std::size_t site, Moment const& moment);
std::string_view feed_content_type(SiteFormat format) noexcept;

// `publication` must be visible at `moment`.
std::string render_page(World const& world, Publication const& publication, Moment const& moment);

}  // namespace newsfold::origin
