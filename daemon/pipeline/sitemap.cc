#include "daemon/pipeline/sitemap.h"

#include "feeds/parse/parse.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace newsfold::pipeline {
namespace {

constexpr std::size_t root_bytes_max = 4096;

std::optional<UtcMicros> date_of(Item const& item) {
  return item.date_published ? item.date_published : item.date_modified;
}

bool can_be(UtcMicros date, UtcMicros now) { return date <= now + sitemap_date_ahead_max; }

// In the path: a host called news.example names all of its sitemaps so.
bool is_called_news(std::string_view url) {
  auto const begin = url.find('/', url.find("://") + 3);
  if (begin == url.npos) return false;
  std::string path(url.substr(begin));
  for (char& c : path) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return path.find("news") != std::string::npos;
}

struct Candidate {
  std::string const* url;
  bool news = false;
  UtcMicros changed{};
};

// The first, the last, the second, the last but one ...: the newest stands at one of the ends.
std::vector<Candidate> from_both_ends(std::vector<Candidate> const& listed) {
  std::vector<Candidate> out;
  for (std::size_t first = 0, end = listed.size(); first < end; ++first) {
    out.push_back(listed[first]);
    if (first < --end) out.push_back(listed[end]);
  }
  return out;
}

}  // namespace

std::optional<UtcMicros> newest_of(Feed const& feed, UtcMicros now) {
  std::optional<UtcMicros> newest;
  for (auto const& item : feed.items)
    if (auto const date = date_of(item); date && can_be(*date, now))
      newest = std::max(newest.value_or(*date), *date);
  return newest;
}

bool is_sitemap_index(std::string_view document) {
  auto const head = parse::document_head(document, root_bytes_max);
  auto const index = std::min(head.find("<sitemapindex"), head.find(":sitemapindex"));
  return index != head.npos && index < std::min(head.find("<urlset"), head.find(":urlset"));
}

std::vector<std::string> sitemaps_to_follow(Feed const& index, UtcMicros now) {
  auto const newest = newest_of(index, now);
  std::vector<Candidate> candidates;
  std::vector<Candidate> undated;
  for (auto const& entry : index.items) {
    bool const news = is_called_news(entry.url);
    auto const changed = date_of(entry);
    if (news && !changed)
      undated.push_back({&entry.url, news, {}});
    else if (news || (newest && changed && *newest - *changed <= sitemap_age_max))
      candidates.push_back({&entry.url, news, changed && can_be(*changed, now) ? *changed : UtcMicros{}});
  }
  for (auto const& candidate : from_both_ends(undated)) candidates.push_back(candidate);
  if (!newest) {
    if (!index.items.empty()) candidates.push_back({&index.items.front().url, false, {}});
    if (index.items.size() > 1) candidates.push_back({&index.items.back().url, false, {}});
  }
  std::ranges::stable_sort(candidates, [](auto const& a, auto const& b) {
    return std::pair(a.news, a.changed) > std::pair(b.news, b.changed);
  });
  std::vector<std::string> out;
  for (auto const& candidate : candidates) {
    if (out.size() >= sitemaps_followed_max) break;
    if (std::ranges::find(out, *candidate.url) == out.end()) out.push_back(*candidate.url);
  }
  return out;
}

void drop_old_entries(Feed& sitemap, UtcMicros now) {
  auto const newest = newest_of(sitemap, now);
  if (!newest) return;
  std::erase_if(sitemap.items, [&](Item const& item) {
    auto const date = date_of(item);
    return !date || *newest - *date > sitemap_age_max;
  });
}

}  // namespace newsfold::pipeline
