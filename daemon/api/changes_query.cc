#include "daemon/api/changes_query.h"

#include "daemon/notify/subscriptions.h"
#include "feeds/model/event_json.h"

#include <utility>

namespace newsfold::api {
namespace {

constexpr std::string_view snapshot_address = "/v1/changes?since=snapshot";

Error other_epoch(storage::Store const& store, std::string_view whose) {
  return {ErrorCode::conflict,
          std::string(whose) + " of another epoch than the store's " + format_epoch(store.epoch()) +
              " (it was restored or made anew): its numbers mean nothing here; begin with "
              "since=snapshot"};
}

}  // namespace

Delivery delivery_of(Request const& request) {
  auto const stream = request.parameter("stream");
  if (stream == "sse" || request.accept.find("text/event-stream") != std::string::npos) return Delivery::sse;
  if (stream == "ndjson" || request.accept.find("application/x-ndjson") != std::string::npos)
    return Delivery::ndjson;
  return Delivery::long_poll;
}

StreamFormat format_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::long_poll: return StreamFormat::list;
    case Delivery::ndjson: return StreamFormat::ndjson;
    case Delivery::sse: return StreamFormat::sse;
  }
  return StreamFormat::list;
}

Result<notify::Filter> filter_of(Request const& request, notify::Copies copies) {
  notify::FilterSpec spec;
  spec.types = request.parameters("type");
  spec.feeds = request.parameters("feed");
  spec.tags = request.parameters("tag");
  spec.languages = request.parameters("lang");
  spec.query = request.parameter("q");
  spec.copies = copies;
  auto const wanted = request.parameter("copies");
  if (wanted == "fold")
    spec.copies = notify::Copies::fold;
  else if (wanted == "show")
    spec.copies = notify::Copies::show;
  else if (!wanted.empty())
    return Error{ErrorCode::invalid, "copies is \"fold\" or \"show\""};
  return notify::Filter::make(spec);
}

Result<Beginning> beginning_of(storage::Store const& store, Request const& request) {
  if (auto const epoch = request.parameter("epoch"); !epoch.empty()) {
    auto const known = parse_epoch(epoch);
    if (!known) return Error{ErrorCode::invalid, "epoch is 16 hexadecimal digits"};
    if (*known != store.epoch()) return other_epoch(store, "this cursor is");
  }
  Beginning out;
  // A browser that connects again sends the last number it saw beside the address it was given at first.
  std::string since(request.last_event_id);
  if (since.empty()) since = request.parameter("since");
  if (auto const name = request.parameter("as"); since.empty() && !name.empty()) {
    if (!notify::is_subscription_name(name))
      return Error{ErrorCode::invalid, "a subscription's name is 1 to 100 letters, digits and . _ -"};
    auto const known = store.view().subscription(name);
    if (known && known->epoch != store.epoch())
      return other_epoch(store, "the cursor of " + std::string(name) + " is");
    if (known) {
      out.after = known->acknowledged;
      return out;
    }
    if (known.error().code != ErrorCode::not_found) return known.error();
  }
  if (since.empty() || since == "now") {
    out.after = store.last_sequence();
    return out;
  }
  if (since == "snapshot") {
    out.snapshot = true;
    return out;
  }
  auto const number = parse_sequence(since);
  if (!number)
    return Error{ErrorCode::invalid, "since is a number, \"now\" or \"snapshot\", not \"" + since + "\""};
  // Nobody was ever given this number in this epoch.
  if (*number > store.last_sequence())
    return Error{ErrorCode::conflict, "event " + since + " is beyond the last one, " +
                                          format_sequence(store.last_sequence()) +
                                          ": it was never given out in the store's epoch " +
                                          format_epoch(store.epoch()) + "; begin with since=snapshot"};
  out.after = *number;
  return out;
}

std::string refused_cursor_json(storage::Store const& store, Sequence asked, Error const& error) {
  std::string json = "{\"error\":{\"code\":";
  append_json_string(json, to_string(error.code));
  json += ",\"message\":";
  append_json_string(json, error.message);
  json += ",\"epoch\":\"" + format_epoch(store.epoch()) + "\"";
  if (error.code == ErrorCode::expired) {
    auto const oldest = store.oldest_sequence();
    json += ",\"oldest\":\"" + format_sequence(oldest) + "\",\"lost\":{\"from\":\"" +
            format_sequence(Sequence{number(asked) + 1}) + "\",\"to\":\"" +
            format_sequence(Sequence{number(oldest) - 1}) + "\"}";
  }
  if (error.code == ErrorCode::expired || error.code == ErrorCode::conflict)
    json += ",\"snapshot\":\"" + std::string(snapshot_address) + "\"";
  return json + "}}\n";
}

Reply refused_cursor(storage::Store const& store, Sequence asked, Error const& error) {
  Reply reply;
  reply.status = http_status(error.code);
  reply.body = refused_cursor_json(store, asked, error);
  if (error.code == ErrorCode::expired || error.code == ErrorCode::conflict)
    reply.headers.emplace_back("Link", "<" + std::string(snapshot_address) + ">; rel=\"alternate\"");
  return reply;
}

}  // namespace newsfold::api
