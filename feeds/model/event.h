#pragma once
// What the change log says: one event a change, numbered densely from 1. An Event here is the head that
// filters read; what subscribers get is its CloudEvents form (feeds/model/event_json.h), which the store
// renders once and keeps.

#include "feeds/model/ids.h"
#include "feeds/model/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold {

// Sequences of two epochs have nothing in common: restoring a backup starts a new one, because numbers
// that were announced after the backup was taken are about to be given out again. Random, never 0.
enum class Epoch : std::uint64_t {};

// Written to disk: a number is never given a second meaning.
enum class EventType : std::uint8_t {
  article_created = 1,    // an article that no story had; it leads a story of its own
  article_updated = 2,    // a new version: title or text changed
  article_copied = 3,     // an article that joined a story that was there, or left one (split)
  article_merged = 4,     // two stories turned out to be one
  article_withdrawn = 5,  // the publisher took it down; its versions stay readable
  feed_failing = 16,
  feed_recovered = 17,
  feed_moved = 18,
  feed_gone = 19,
  feed_gap = 20,  // items were lost between two polls
};

// What kind of change made a new version. Written to disk.
enum class EditClass : std::uint8_t {
  none = 0,  // not an edit: the first version, or the class is not known
  headline = 1,
  correction = 2,
  addition = 3,
  removal = 4,
  rewrite = 5,
  paywall_up = 6,
  paywall_down = 7,
};

struct Event {
  Sequence sequence{};
  EventType type{};
  UtcMicros time{};       // when it was stored
  FeedId feed{};          // of an article event: the feed that brought this change
  std::string feed_name;  // as configured
  // Below: article events only; 0 and empty in feed events.
  ArticleId article{};
  std::uint32_t version = 0;  // the newest one after this event
  StoryId story{};            // after this event; of article.merged: the one that goes on
  StoryId former_story{};     // article.merged: the story that ended; article.copied by a split: the one left
  std::string language;       // BCP 47, may be empty
  std::vector<std::string> tags;

  bool operator==(Event const&) const = default;
};

// "article.created", "feed.gap" ...
std::string_view to_string(EventType type) noexcept;
std::optional<EventType> parse_event_type(std::string_view name) noexcept;
// The type whose number on disk this is.
std::optional<EventType> event_type_of(std::uint8_t number_on_disk) noexcept;
bool is_article_event(EventType type) noexcept;

// "headline", "correction" ...; "none".
std::string_view to_string(EditClass edit) noexcept;
std::optional<EditClass> edit_class_of(std::uint8_t number_on_disk) noexcept;

// 20 digits, zero-padded, so that cursors sort as text. Reading accepts 1 to 20 digits, nothing else.
std::string format_sequence(Sequence sequence);
void append_sequence(std::string& out, Sequence sequence);
std::optional<Sequence> parse_sequence(std::string_view text) noexcept;
// 16 lower-case hexadecimal digits.
std::string format_epoch(Epoch epoch);
std::optional<Epoch> parse_epoch(std::string_view text) noexcept;

}  // namespace newsfold
