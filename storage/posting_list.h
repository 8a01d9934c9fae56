#pragma once
// The articles that carry a fingerprint, as one row: appended to without being read (RocksDB's merge), cut
// where it grows beyond use, freed of what left the window when files are compacted.
//
// A posting is two varints: the article, and how far its story's number is below (a story has the number
// of its first article): mostly 4 to 6 bytes. Oldest first; a list of two lists is their concatenation.

#include "feeds/dedup/fold.h"
#include "feeds/model/ids.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class CompactionFilterFactory;
class MergeOperator;
}  // namespace rocksdb

namespace newsfold::storage {

struct WindowCutoff {
  std::atomic<std::uint64_t> article{0};  // postings of articles below are dropped
};

// A list longer than this says only that the passage is everywhere. A story that is copied a thousand times
// must not silence itself: of each the first posting stays and the newest few.
inline constexpr std::size_t list_stories_kept_max = 64;  // the newest; above FoldOptions::list_stories_max
inline constexpr std::size_t story_postings_kept_max = 4;
inline constexpr std::size_t list_bytes_untrimmed_max = 512;  // shorter lists are left alone

void append_posting(std::string& list, dedup::Posting posting);
// Nothing where the bytes are no list.
std::optional<std::vector<dedup::Posting>> decode_postings(std::string_view list);
std::string encode_postings(std::vector<dedup::Posting> const& postings);
std::vector<dedup::Posting> trim_postings(std::vector<dedup::Posting> postings);

std::shared_ptr<rocksdb::MergeOperator> make_posting_merge();
std::shared_ptr<rocksdb::CompactionFilterFactory> make_window_filter(
    std::shared_ptr<WindowCutoff const> cutoff);

}  // namespace newsfold::storage
