#pragma once
// Events and bookmarks as they go over the wire, the same bytes for all who ask for the same. Pure.

#include "feeds/model/event.h"
#include "storage/change_row.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::api {

enum class StreamFormat : std::uint8_t {
  ndjson,  // an event a line
  sse,     // text/event-stream
  list,    // events parted by commas: the inside of a JSON array
};

// `previous` is the number of the event before it that passes the same filter.
void append_event(std::string& out, StreamFormat format, storage::ChangeView const& event, Sequence previous);

// Instead of an event whose row cannot be read.
void append_lost(std::string& out, StreamFormat format, Sequence sequence, Sequence previous, Epoch epoch);

// How far the log was read. In a list: nothing, its answer says it beside the events.
std::string bookmark_bytes(StreamFormat format, Sequence cursor, Epoch epoch);

// How long after the last thing that was sent a bookmark goes: a little early, so that it is at the other end
// within the interval.
inline std::chrono::milliseconds bookmark_after(std::chrono::milliseconds interval) {
  return interval - interval / 16;
}

// The length line of a chunk (RFC 9112, 7.1) of so many bytes; behind the bytes comes "\r\n".
std::string chunk_head(std::size_t size);
std::string chunk(std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace newsfold::api
