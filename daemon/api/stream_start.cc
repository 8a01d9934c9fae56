#include "daemon/api/stream_start.h"

#include "daemon/api/changes_query.h"
#include "daemon/runtime/run_on.h"

#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;

asio::awaitable<std::optional<Reply>> start_stream(ServerState& server, Request const& request,
                                                   StreamFormat format, StreamStart& start) {
  auto& store = server.parts.store;
  auto filter = filter_of(request);
  if (!filter) co_return error_reply(filter.error());
  auto look = [&store, &request] { return beginning_of(store, request); };
  auto const beginning = co_await run_on(server.blocking, std::move(look));
  if (!beginning) co_return refused_cursor(store, Sequence{}, beginning.error());
  auto after = beginning->after;
  if (beginning->snapshot) {
    if (format == StreamFormat::list)
      co_return error_reply({ErrorCode::invalid, "since=snapshot is a stream: ask for application/x-ndjson"});
    auto const deadline = std::chrono::steady_clock::now() + server.options.snapshot_timeout;
    auto open = [&] { return std::make_unique<Snapshot>(store, *filter, format, deadline); };
    start.state = co_await run_on(server.blocking, std::move(open));
    after = start.state->sequence();
  }
  start.changes = std::make_unique<ChangeStream>(store, server.parts.changes, server.blocking,
                                                 std::move(*filter), format);
  auto const begun = co_await start.changes->begin(after);
  if (!begun) co_return refused_cursor(store, after, begun.error());
  co_return std::nullopt;
}

asio::awaitable<Reply> answer_long_poll(ServerState& server, Request const& request) {
  StreamStart start;
  auto refused = co_await start_stream(server, request, StreamFormat::list, start);
  if (refused) co_return std::move(*refused);
  Counted const subscriber(server.counters.subscribers);
  auto& changes = *start.changes;
  auto& store = server.parts.store;
  bool const waits = request.parameter("wait") != "0";
  auto const patience = waits ? server.options.poll_timeout : std::chrono::milliseconds(0);
  auto const deadline = std::chrono::steady_clock::now() + patience;
  auto batch = co_await changes.next(deadline);
  // Of rows that nobody wants, a batch at a time is looked at.
  while (batch && batch->bookmark && !waits && changes.cursor() < store.last_sequence())
    batch = co_await changes.next(deadline);
  if (!batch) co_return refused_cursor(store, changes.cursor(), batch.error());
  server.counters.events_sent += batch->events;
  Reply reply;
  reply.body = "{\"epoch\":\"" + format_epoch(store.epoch()) + "\",\"last\":\"" +
               format_sequence(changes.cursor()) + "\",\"events\":[" +
               (batch->bookmark ? std::string() : batch->bytes) + "]}\n";
  co_return reply;
}

}  // namespace newsfold::api
