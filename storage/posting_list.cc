#include "storage/posting_list.h"

#include <rocksdb/compaction_filter.h>
#include <rocksdb/merge_operator.h>

#include <algorithm>
#include <array>
#include <span>
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

// The first list_stories_kept_max stories that are asked for, by open addressing.
class NewestStories {
 public:
  struct Seen {
    StoryId story{};
    std::size_t first = 0;     // the index of its oldest posting so far
    std::size_t postings = 0;  // so far
  };

  // Null for a story that came too late.
  Seen* find_or_add(StoryId story) {
    auto slot = std::size_t(number(story) * 0x9e3779b97f4a7c15u >> 56);
    for (; slots_[slot] != 0; slot = (slot + 1) % slots_.size())
      if (auto& seen = seen_[slots_[slot] - 1u]; seen.story == story) return &seen;
    if (count_ == list_stories_kept_max) return nullptr;
    slots_[slot] = static_cast<std::uint8_t>(++count_);
    seen_[count_ - 1].story = story;
    return &seen_[count_ - 1];
  }
  std::span<Seen const> all() const { return {seen_.data(), count_}; }

 private:
  std::array<std::uint8_t, 256> slots_{};  // 1 + the index in seen_; a quarter is used at most
  std::array<Seen, list_stories_kept_max> seen_{};
  std::size_t count_ = 0;
};

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
  // Lists of boilerplate hold thousands of stories and are trimmed at every look-up until they are written
  // down: the few stories that stay are found in a small table, not in a map of all.
  NewestStories stories;
  std::vector<bool> keep(postings.size());
  for (std::size_t i = postings.size(); i-- > 0;) {
    auto* const seen = stories.find_or_add(postings[i].story);
    if (seen == nullptr) continue;
    keep[i] = ++seen->postings < story_postings_kept_max;
    seen->first = i;
  }
  for (auto const& seen : stories.all()) keep[seen.first] = true;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < postings.size(); ++i)
    if (keep[i]) postings[kept++] = postings[i];
  postings.resize(kept);
  return postings;
}

std::shared_ptr<rocksdb::MergeOperator> make_posting_merge() { return std::make_shared<PostingMerge>(); }

std::shared_ptr<rocksdb::CompactionFilterFactory> make_window_filter(
    std::shared_ptr<WindowCutoff const> cutoff) {
  return std::make_shared<WindowFilterFactory>(std::move(cutoff));
}

}  // namespace newsfold::storage
