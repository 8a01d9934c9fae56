#include "daemon/nats/jetstream.h"

#include <nats/nats.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <string_view>

namespace newsfold::nats {

namespace json = boost::json;

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::size_t header_bytes_max = 1024;      // of one message: ours have about 250
constexpr std::size_t foreign_messages_max = 1000;  // passed over when looking for our newest
constexpr char const* id_header = "Nats-Msg-Id";
constexpr char const* expected_header = "Nats-Expected-Last-Sequence";
constexpr char const* expected_id_header = "Nats-Expected-Last-Msg-Id";
constexpr char const* epoch_header = "Newsfold-Epoch";

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const noexcept { destroy(object); }
};
using Options = std::unique_ptr<natsOptions, Destroy<natsOptions, natsOptions_Destroy>>;
using Connected = std::unique_ptr<natsConnection, Destroy<natsConnection, natsConnection_Destroy>>;
using Context = std::unique_ptr<jsCtx, Destroy<jsCtx, jsCtx_Destroy>>;
using StreamInfo = std::unique_ptr<jsStreamInfo, Destroy<jsStreamInfo, jsStreamInfo_Destroy>>;
using Owned = std::unique_ptr<natsMsg, Destroy<natsMsg, natsMsg_Destroy>>;
using Inbox = std::unique_ptr<natsInbox, Destroy<natsInbox, natsInbox_Destroy>>;
using Subscribed = std::unique_ptr<natsSubscription, Destroy<natsSubscription, natsSubscription_Destroy>>;

Error failed(std::string const& what, natsStatus status, ErrorCode code = ErrorCode::unreachable) {
  natsStatus last = NATS_OK;
  char const* const detail = nats_GetLastError(&last);
  std::string text = "NATS: cannot " + what + ": " + natsStatus_GetText(status);
  if (detail && last == status && *detail) text += std::string(" (") + detail + ")";
  return {code, std::move(text)};
}

std::string host_of(std::string const& url) {
  auto at = url.find("://");
  at = at == std::string::npos ? 0 : at + 3;
  auto const end = url.find_first_of(":/", at);
  return url.substr(at, end == std::string::npos ? end : end - at);
}

std::string header(natsMsg* message, char const* name) {
  char const* value = nullptr;
  if (natsMsgHeader_Get(message, name, &value) != NATS_OK || !value) return {};
  return value;
}

// The newest message that is ours: mostly the last one. Others may have written to our subjects since.
Result<void> find_ours(jsCtx* js, natsMsg* message, std::string const& stream, StreamEnd& end) {
  Owned owned;
  auto at = natsMsg_GetSequence(message);
  for (std::size_t looked = 0; looked < foreign_messages_max; ++looked) {
    if (message) {
      auto const sequence = parse_sequence(header(message, id_header));
      auto const epoch = parse_epoch(header(message, epoch_header));
      if (sequence && epoch) {
        end.last = sequence;
        end.epoch = *epoch;
        return {};
      }
    }
    if (--at == 0) return {};
    natsMsg* raw = nullptr;
    jsErrCode code{};
    auto const status = js_GetMsg(&raw, js, stream.c_str(), at, nullptr, &code);
    owned.reset(raw);
    message = status == NATS_OK ? raw : nullptr;  // one that was deleted is passed over
    if (status != NATS_OK && status != NATS_NOT_FOUND) return failed("read " + stream, status);
  }
  return Error{ErrorCode::conflict, "NATS: the newest " + std::to_string(foreign_messages_max) +
                                        " messages of " + stream +
                                        " are not ours; give Newsfold a stream of its own (nats.stream)"};
}

// What the server says to one message: its number in the stream, or why not.
struct Confirmation {
  std::uint64_t number = 0;
  bool conflict = false;
  std::string failure;  // empty: stored
};

Confirmation read_confirmation(natsMsg* message) {
  Confirmation out;
  if (natsMsg_IsNoResponders(message)) {
    out.failure = "no stream takes the subject";
    return out;
  }
  std::string_view const text(natsMsg_GetData(message),
                              static_cast<std::size_t>(natsMsg_GetDataLength(message)));
  boost::system::error_code unreadable;
  auto const body = json::parse(text, unreadable);
  auto const* const object = unreadable ? nullptr : body.if_object();
  if (!object) {
    out.failure = "an answer that is no JSON";
    return out;
  }
  if (auto const* const error = object->if_contains("error"); error && error->is_object()) {
    auto const* const code = error->get_object().if_contains("err_code");
    auto const* const words = error->get_object().if_contains("description");
    out.conflict =
        code && code->is_int64() &&
        (code->get_int64() == JSStreamWrongLastSequenceErr || code->get_int64() == JSStreamWrongLastMsgIDErr);
    out.failure = words && words->is_string() ? std::string(words->get_string()) : "refused";
    return out;
  }
  if (auto const* const number = object->if_contains("seq"); number && number->is_int64())
    out.number = static_cast<std::uint64_t>(number->get_int64());
  if (auto const* const duplicate = object->if_contains("duplicate");
      duplicate && duplicate->is_bool() && duplicate->get_bool()) {
    out.conflict = true;
    out.failure = "it has that number already";
  }
  return out;
}

}  // namespace

struct JetStream::Connection {
  Connected connected;
  Context context;
  Inbox inbox;
  Subscribed confirmations;
  std::uint64_t stream_end = 0;  // the stream's own number of its last message
  std::size_t body_bytes_max = 0;
};

JetStream::JetStream(JetStreamOptions options) : options_(std::move(options)) {}

JetStream::~JetStream() = default;

std::size_t JetStream::body_bytes_max() const noexcept {
  return connection_ ? connection_->body_bytes_max : 0;
}

Result<StreamEnd> JetStream::attach() {
  connection_.reset();
  auto made = std::make_unique<Connection>();

  natsOptions* raw_options = nullptr;
  if (auto const status = natsOptions_Create(&raw_options); status != NATS_OK)
    return failed("make options", status);
  Options const options(raw_options);
  auto status = natsOptions_SetURL(options.get(), options_.url.c_str());
  if (status == NATS_OK) status = natsOptions_SetName(options.get(), "newsfold");
  if (status == NATS_OK) status = natsOptions_SetTimeout(options.get(), options_.connect_timeout.count());
  // What was under way when a connection broke must not be sent behind our back: we look where the stream
  // ends.
  if (status == NATS_OK) status = natsOptions_SetAllowReconnect(options.get(), false);
  if (status == NATS_OK && !options_.credentials_file.empty())
    status =
        natsOptions_SetUserCredentialsFromFiles(options.get(), options_.credentials_file.c_str(), nullptr);
  if (status == NATS_OK && options_.url.starts_with("tls://")) {
    status = natsOptions_SetSecure(options.get(), true);
    if (status == NATS_OK)
      status = natsOptions_LoadCATrustedCertificates(options.get(), options_.ca_file.c_str());
    if (status == NATS_OK)
      status = natsOptions_SetExpectedHostname(options.get(), host_of(options_.url).c_str());
  }
  if (status != NATS_OK) return failed("use " + options_.url, status, ErrorCode::invalid);

  natsConnection* raw_connection = nullptr;
  status = natsConnection_Connect(&raw_connection, options.get());
  if (status != NATS_OK) return failed("connect to " + options_.url, status);
  made->connected.reset(raw_connection);
  auto const payload = natsConnection_GetMaxPayload(raw_connection);
  made->body_bytes_max = payload > static_cast<int64_t>(header_bytes_max)
                             ? static_cast<std::size_t>(payload) - header_bytes_max
                             : 0;

  natsInbox* raw_inbox = nullptr;
  status = natsInbox_Create(&raw_inbox);
  made->inbox.reset(raw_inbox);
  natsSubscription* raw_confirmations = nullptr;
  if (status == NATS_OK) status = natsConnection_SubscribeSync(&raw_confirmations, raw_connection, raw_inbox);
  if (status != NATS_OK) return failed("listen for answers", status);
  made->confirmations.reset(raw_confirmations);

  jsOptions js{};
  jsOptions_Init(&js);
  js.Wait = options_.answer_timeout.count();
  jsCtx* raw_context = nullptr;
  status = natsConnection_JetStream(&raw_context, raw_connection, &js);
  if (status != NATS_OK) return failed("use JetStream", status);
  made->context.reset(raw_context);

  jsStreamInfo* raw_info = nullptr;
  jsErrCode code{};
  status = js_GetStreamInfo(&raw_info, raw_context, options_.stream.c_str(), nullptr, &code);
  if (status == NATS_NOT_FOUND && code == JSStreamNotFoundErr) {
    jsStreamConfig config{};
    jsStreamConfig_Init(&config);
    char const* subjects[] = {options_.pattern.c_str()};
    config.Name = options_.stream.c_str();
    config.Description = "The change log of Newsfold";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    status = js_AddStream(&raw_info, raw_context, &config, nullptr, &code);
  }
  if (status != NATS_OK) return failed("find the stream " + options_.stream + " or make it", status);
  StreamInfo const info(raw_info);
  made->stream_end = info->State.LastSeq;

  StreamEnd end;
  end.used = info->State.LastSeq > 0;
  end.duplicate_window = duration_cast<microseconds>(nanoseconds(info->Config->Duplicates));
  if (info->State.Msgs > 0) {
    natsMsg* raw_message = nullptr;
    status = js_GetLastMsg(&raw_message, raw_context, options_.stream.c_str(), options_.pattern.c_str(),
                           nullptr, &code);
    Owned const message(raw_message);
    if (status != NATS_OK && status != NATS_NOT_FOUND)
      return failed("read the last message of " + options_.stream, status);
    if (status == NATS_OK)
      if (auto const found = find_ours(raw_context, message.get(), options_.stream, end); !found)
        return found.error();
  }
  connection_ = std::move(made);
  return end;
}

// The messages leave one after another; the server confirms in the same order. With the library's own
// asynchronous publishing the confirmations would come on a thread of its own, and later than it lives.
// A number alone would not do: where somebody else's message takes the place of one of ours, the next of ours
// would find the number that it expects. It must find our message before it, too.
Result<void> JetStream::publish(std::span<Message const> messages, Epoch epoch) {
  if (!connection_) return Error{ErrorCode::unreachable, "NATS: not connected"};
  auto& connection = *connection_;
  auto const where = "publish to " + options_.stream;
  auto const give_up = [&](Error error) -> Result<void> {
    connection_.reset();
    return error;
  };
  auto const epoch_text = format_epoch(epoch);
  auto expected = connection.stream_end;
  std::string before;  // the id of the message that must stand before
  for (auto const& message : messages) {
    natsMsg* raw = nullptr;
    auto status = natsMsg_Create(&raw, message.subject.c_str(), connection.inbox.get(), message.body.data(),
                                 static_cast<int>(message.body.size()));
    Owned const owned(raw);
    if (status == NATS_OK)
      status = natsMsgHeader_Set(raw, id_header, format_sequence(message.sequence).c_str());
    if (status == NATS_OK) status = natsMsgHeader_Set(raw, epoch_header, epoch_text.c_str());
    if (status == NATS_OK) status = natsMsgHeader_Set(raw, "Content-Type", "application/cloudevents+json");
    if (status == NATS_OK) status = natsMsgHeader_Set(raw, "Nats-Expected-Stream", options_.stream.c_str());
    if (status == NATS_OK)
      status = natsMsgHeader_Set(raw, expected_header, std::to_string(expected++).c_str());
    if (status == NATS_OK && !before.empty())
      status = natsMsgHeader_Set(raw, expected_id_header, before.c_str());
    before = format_sequence(message.sequence);
    if (status == NATS_OK) status = natsConnection_PublishMsg(connection.connected.get(), raw);
    if (status != NATS_OK) return give_up(failed(where, status));
  }
  auto const deadline = std::chrono::steady_clock::now() + options_.answer_timeout;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto const left = duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    natsMsg* raw = nullptr;
    auto const status = natsSubscription_NextMsg(&raw, connection.confirmations.get(),
                                                 std::max<std::int64_t>(1, left.count()));
    Owned const owned(raw);
    if (status != NATS_OK) return give_up(failed(where, status));
    auto const confirmation = read_confirmation(raw);
    if (!confirmation.failure.empty())
      return give_up({confirmation.conflict ? ErrorCode::conflict : ErrorCode::unreachable,
                      "NATS: cannot " + where + ": " + confirmation.failure});
    if (confirmation.number != connection.stream_end + 1)
      return give_up({ErrorCode::conflict, "NATS: somebody else writes to " + options_.stream});
    connection.stream_end = confirmation.number;
  }
  return {};
}

}  // namespace newsfold::nats
