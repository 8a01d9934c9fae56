#pragma once
// A row of the change log: a small head for filters, then the event as subscribers get it, rendered
// once. Reading a head copies nothing.

#include "feeds/model/error.h"
#include "feeds/model/event.h"
#include "feeds/model/event_json.h"

#include <string>
#include <string_view>

namespace newsfold::storage {

// Tags lie one after the other; this walks over them without making a vector of them.
class TagList {
 public:
  class Iterator {
   public:
    Iterator() = default;
    explicit Iterator(std::string_view rest) noexcept;
    std::string_view operator*() const noexcept { return tag_; }
    Iterator& operator++() noexcept;
    bool operator==(Iterator const& other) const noexcept { return tag_.data() == other.tag_.data(); }

   private:
    std::string_view rest_;
    std::string_view tag_;
  };
  TagList() = default;
  // `packed` was checked by ChangeView::decode.
  explicit TagList(std::string_view packed) noexcept : packed_(packed) {}
  Iterator begin() const noexcept { return Iterator(packed_); }
  Iterator end() const noexcept { return {}; }

 private:
  std::string_view packed_;
};

// Everything points into the row and lives as long as it.
struct ChangeView {
  Sequence sequence{};
  EventType type{};
  EditClass edit{};
  UtcMicros time{};
  FeedId feed{};
  ArticleId article{};
  std::uint32_t version = 0;
  StoryId story{};
  StoryId former_story{};
  std::string_view feed_name;
  std::string_view language;
  TagList tags;
  // The CloudEvents object without its last brace: finish it with append_event_end (event_json.h).
  std::string_view open_json;
  // Bodies of JSON strings inside open_json, escapes included.
  std::string_view title_json;
  std::string_view text_json;

  // Fails with `corrupt` where the row is not one of ours; reads no byte outside of it.
  static Result<ChangeView> decode(std::string_view row);
};

std::string encode_change_row(Event const& event, EditClass edit, RenderedEvent const& rendered);

}  // namespace newsfold::storage
