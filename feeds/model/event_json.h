#pragma once
// The form in which an event reaches subscribers: CloudEvents 1.0 in JSON
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md). For an article
// event `data` is a JSON Feed 1.1 item with our extension `_newsfold`, for a feed event it names the feed
// and says what happened.
//
// An event is rendered once, when it is stored, and without its last brace; what differs between
// subscribers (`prev`, the number of the event before it that matches the same filter) is added at the
// end, at the cost of a copy of some 40 bytes.

#include "feeds/model/article.h"
#include "feeds/model/event.h"
#include "feeds/model/feed.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold {

// What the feed's item says and the page does not. Stored with each version.
struct ItemExtras {
  std::string guid;
  std::string item_url;  // as the feed gives it; the article's own url is the canonical one
  std::string external_url;
  std::string summary;
  std::string comments_url;
  std::string license;
  ItemSource source;
  std::vector<std::string> tags;
  std::vector<Attachment> attachments;
};

enum class MatchKind : std::uint8_t { first = 0, url = 1, exact = 2, near = 3, by_hand = 4 };  // on disk
std::string_view to_string(MatchKind kind) noexcept;  // "new", "url", "exact", "near", "hand"

// How an article came to its story.
struct Lineage {
  MatchKind match = MatchKind::first;
  double similarity = 1.0;  // 0..1, against `matched`
  ArticleId matched{};      // the copy that it was found to be like; 0: none
  std::string original;     // for a person and a program: who is the original, and by what sign
                            // ("canonical https://...", "agency Reuters", "earlier 42"); empty: not known

  bool operator==(Lineage const&) const = default;
};

// Everything that stands in the `data` of an article event beside the head.
struct ArticleEventData {
  Article const* article = nullptr;    // never null
  ItemExtras const* extras = nullptr;  // never null
  Lineage const* lineage = nullptr;    // null: says nothing about it
  EditClass edit = EditClass::none;
  std::string_view diff_json;  // a JSON value, taken over as it stands; empty: none
  std::string_view reason;     // article.withdrawn, a split: why
};

struct FeedEventData {
  std::string_view message;        // for a person
  std::string_view url;            // feed.moved: where to; else where it was asked
  std::optional<UtcMicros> since;  // failing since, silent since, gap from
};

// An event without its last brace, and where in it the title and the text stand (as JSON string bodies,
// escapes and all), so that a filter on words need not parse it. Offset and size; {0, 0}: none.
struct RenderedEvent {
  struct Part {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    bool operator==(Part const&) const = default;
  };
  std::string open_json;
  Part title;
  Part text;
};

RenderedEvent render_event(Epoch epoch, Event const& event, ArticleEventData const& data);
RenderedEvent render_event(Epoch epoch, Event const& event, FeedEventData const& data);

// The rest of an event: `,"prev":"00000000000000000041"}`; sequence 0: nothing matched before it.
void append_event_end(std::string& json, Sequence prev);
// Where no filter's predecessor is told (an article's own page, an export): `}`.
void append_event_end(std::string& json);

// Appends a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD: a hostile title must
// not make the whole stream unreadable.
void append_json_string(std::string& json, std::string_view text);

// The JSON Feed item of an article, whole ("{...}"), without `_newsfold`.
void append_item_json(std::string& json, ArticleId id, Article const& article, ItemExtras const& extras);

}  // namespace newsfold
