#include "storage/posting_list.h"

#include <rocksdb/compaction_filter.h>
#include <rocksdb/merge_operator.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace newsfold::storage {
namespace {

void append_varint(std::string& to, std::uint64_t value) {
  while (value >= 0x80) {
    to += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  to += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& from) noexcept {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    auto const byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

class PostingMerge final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(MergeOperationInput const& in, MergeOperationOutput* out) const override {
    auto& merged = out->new_value;
    merged.clear();
    if (in.existing_value) merged.assign(in.existing_value->data(), in.existing_value->size());
    for (auto const& operand : in.operand_list) merged.append(operand.data(), operand.size());
    if (merged.size() <= list_bytes_untrimmed_max) return true;
    // A list that does not decode stays as it is: who reads it sets it aside.
    if (auto postings = decode_postings(merged))
      merged = encode_postings(trim_postings(std::move(*postings)));
    return true;
  }
  bool PartialMergeMulti(rocksdb::Slice const&, std::deque<rocksdb::Slice> const& operands,
                         std::string* merged, rocksdb::Logger*) const override {
    merged->clear();
    for (auto const& operand : operands) merged->append(operand.data(), operand.size());
    return true;
  }
  char const* Name() const override { return "newsfold.postings.1"; }
};

class WindowFilter final : public rocksdb::CompactionFilter {
 public:
  explicit WindowFilter(std::uint64_t cutoff) : cutoff_(cutoff) {}

  Decision FilterV2(int, rocksdb::Slice const&, ValueType, rocksdb::Slice const& value, std::string* changed,
                    std::string*) const override {
    if (cutoff_ == 0) return Decision::kKeep;
    auto postings = decode_postings({value.data(), value.size()});
    if (!postings) return Decision::kKeep;
    auto const old = [&](dedup::Posting const& posting) { return number(posting.article) < cutoff_; };
    if (std::erase_if(*postings, old) == 0) return Decision::kKeep;
    if (postings->empty()) return Decision::kRemove;
    *changed = encode_postings(*postings);
    return Decision::kChangeValue;
  }
  char const* Name() const override { return "newsfold.window"; }

 private:
  std::uint64_t cutoff_;
};

class WindowFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit WindowFilterFactory(std::shared_ptr<WindowCutoff const> cutoff) : cutoff_(std::move(cutoff)) {}
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      rocksdb::CompactionFilter::Context const&) override {
    return std::make_unique<WindowFilter>(cutoff_->article.load(std::memory_order_relaxed));
  }
  char const* Name() const override { return "newsfold.window"; }

 private:
  std::shared_ptr<WindowCutoff const> cutoff_;
};

}  // namespace

void append_posting(std::string& list, dedup::Posting posting) {
  append_varint(list, number(posting.article));
  append_varint(list, number(posting.article) - number(posting.story));
}

std::optional<std::vector<dedup::Posting>> decode_postings(std::string_view list) {
  std::vector<dedup::Posting> postings;
  while (!list.empty()) {
    auto const article = take_varint(list);
    auto const below = take_varint(list);
    if (!article || !below || *below > *article) return std::nullopt;
    postings.push_back({ArticleId{*article}, StoryId{*article - *below}});
  }
  return postings;
}

std::string encode_postings(std::vector<dedup::Posting> const& postings) {
  std::string list;
  for (auto const& posting : postings) append_posting(list, posting);
  return list;
}

std::vector<dedup::Posting> trim_postings(std::vector<dedup::Posting> postings) {
  struct Seen {
    std::size_t from_end = 0;  // postings of this story behind the present one
    std::size_t total = 0;
  };
  std::unordered_map<StoryId, Seen> stories;
  for (auto const& posting : postings) ++stories[posting.story].total;
  std::size_t stories_kept = 0;
  std::unordered_map<StoryId, bool> keep;
  std::vector<dedup::Posting> kept;
  for (auto posting = postings.rbegin(); posting != postings.rend(); ++posting) {
    auto const [at, is_new] = keep.try_emplace(posting->story, stories_kept < list_stories_kept_max);
    if (is_new && at->second) ++stories_kept;
    if (!at->second) continue;
    auto& seen = stories[posting->story];
    bool const first_of_story = seen.from_end + 1 == seen.total;
    bool const among_newest = seen.from_end + 1 < story_postings_kept_max;
    ++seen.from_end;
    if (first_of_story || among_newest) kept.push_back(*posting);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

std::shared_ptr<rocksdb::MergeOperator> make_posting_merge() { return std::make_shared<PostingMerge>(); }

std::shared_ptr<rocksdb::CompactionFilterFactory> make_window_filter(
    std::shared_ptr<WindowCutoff const> cutoff) {
  return std::make_shared<WindowFilterFactory>(std::move(cutoff));
}

}  // namespace newsfold::storage
