#pragma once
// What a request for /v1/changes asks: how it is to be sent, what passes, where to begin. Pure, but for the
// look at a named cursor, which blocks.

#include "daemon/api/change_stream.h"
#include "daemon/api/http.h"
#include "daemon/notify/filter.h"
#include "storage/store.h"

#include <cstdint>

namespace newsfold::api {

enum class Delivery : std::uint8_t { long_poll, ndjson, sse };

Delivery delivery_of(Request const& request);
StreamFormat format_of(Delivery delivery);

// type=, feed=, tag=, lang=, q= and copies=, on every address that has filters.
Result<notify::Filter> filter_of(Request const& request, notify::Copies copies = notify::Copies::show);

struct Beginning {
  bool snapshot = false;  // the present state first; `after` is not used
  Sequence after{};
};
// since=, as=, Last-Event-ID and epoch=. Fails with `conflict` for numbers of another epoch. Blocks.
Result<Beginning> beginning_of(storage::Store const& store, Request const& request);

// The answer to a cursor that cannot be served: says what was lost and where to begin anew.
Reply refused_cursor(storage::Store const& store, Sequence asked, Error const& error);
// The same as one object, to stand in a stream that ends with it.
std::string refused_cursor_json(storage::Store const& store, Sequence asked, Error const& error);

}  // namespace newsfold::api
