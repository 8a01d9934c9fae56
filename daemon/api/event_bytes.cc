#include "daemon/api/event_bytes.h"

#include "daemon/notify/log_reader.h"
#include "feeds/model/event_json.h"

#include <cstdio>

namespace newsfold::api {

namespace {

void append_begin(std::string& out, StreamFormat format, Sequence sequence, std::string_view type) {
  switch (format) {
    case StreamFormat::list:
      if (!out.empty()) out += ",\n";
      break;
    case StreamFormat::sse:
      out += "id: ";
      append_sequence(out, sequence);
      out += "\nevent: ";
      out += type;
      out += "\ndata: ";
      break;
    case StreamFormat::ndjson: break;
  }
}

void append_end(std::string& out, StreamFormat format) {
  if (format == StreamFormat::sse) out += "\n\n";
  if (format == StreamFormat::ndjson) out += '\n';
}

}  // namespace

void append_event(std::string& out, StreamFormat format, storage::ChangeView const& event,
                  Sequence previous) {
  append_begin(out, format, event.sequence, to_string(event.type));
  out += event.open_json;
  append_event_end(out, previous);
  append_end(out, format);
}

void append_lost(std::string& out, StreamFormat format, Sequence sequence, Sequence previous, Epoch epoch) {
  append_begin(out, format, sequence, "lost");
  out += notify::lost_json(sequence, previous, epoch);
  append_end(out, format);
}

std::string bookmark_bytes(StreamFormat format, Sequence cursor, Epoch epoch) {
  auto const id = format_sequence(cursor);
  auto const json = R"({"type":"bookmark","id":")" + id + R"(","epoch":")" + format_epoch(epoch) + "\"}";
  switch (format) {
    case StreamFormat::ndjson: return json + "\n";
    // The comment is the heartbeat for those who do not listen to bookmarks.
    case StreamFormat::sse: return ": heartbeat\nid: " + id + "\nevent: bookmark\ndata: " + json + "\n\n";
    case StreamFormat::list: break;
  }
  return {};
}

std::string chunk_head(std::size_t size) {
  char text[24];
  return {text, std::size_t(std::snprintf(text, sizeof text, "%zx\r\n", size))};
}

std::string chunk(std::string_view bytes) {
  auto out = chunk_head(bytes.size());
  out += bytes;
  out += "\r\n";
  return out;
}

}  // namespace newsfold::api
