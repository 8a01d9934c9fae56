#include "feeds/fetch/tls_sessions.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace newsfold::fetch {

namespace {

constexpr std::size_t drop_old_every = 1024;      // sessions kept
constexpr std::time_t lifetime_max = 7 * 86'400;  // RFC 8446 4.6.1
constexpr std::time_t lifetime_unsaid = 86'400;   // RFC 5246 F.1.4
constexpr int certificate_tag = 3;                // in OpenSSL's form of a session (d2i_SSL_SESSION(3))

struct Free {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

// Seconds from its making; none for one that is not to be offered.
std::time_t lifetime(SSL_SESSION const* session) {
  auto const told = static_cast<std::time_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
  bool const zero_is_unsaid = SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION;
  return told == 0 && zero_is_unsaid ? lifetime_unsaid : std::min(told, lifetime_max);
}

std::time_t expiry(X509 const* certificate) {
  std::tm time{};
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) ? timegm(&time) : 0;
}

std::string bytes_of(SSL_SESSION const* session) {
  std::string bytes(static_cast<std::size_t>(std::max(0, i2d_SSL_SESSION(session, nullptr))), '\0');
  auto* at = reinterpret_cast<unsigned char*>(bytes.data());
  if (!bytes.empty()) i2d_SSL_SESSION(session, &at);
  return bytes;
}

// One value's head (X.690, 8.1): moves `at` to its content.
struct Value {
  int tag = 0;
  int tag_class = 0;
  long size = 0;
};
std::optional<Value> enter(unsigned char const*& at, unsigned char const* end) {
  Value value;
  if (ASN1_get_object(&at, &value.size, &value.tag, &value.tag_class, end - at) & 0x80) return std::nullopt;
  return value;
}

// Empty where the bytes are no session.
std::string without_certificate(std::string_view session) {
  auto const* at = reinterpret_cast<unsigned char const*>(session.data());
  auto const* const end = at + session.size();
  if (auto const whole = enter(at, end); !whole || whole->tag != V_ASN1_SEQUENCE) return {};
  std::string kept;
  while (at < end) {
    auto const* const element = at;
    auto const value = enter(at, end);
    if (!value) return {};
    at += value->size;
    if (value->tag_class != V_ASN1_CONTEXT_SPECIFIC || value->tag != certificate_tag)
      kept.append(reinterpret_cast<char const*>(element), static_cast<std::size_t>(at - element));
  }
  auto const size = static_cast<int>(kept.size());
  std::string head(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SEQUENCE)) - kept.size(), '\0');
  auto* head_at = reinterpret_cast<unsigned char*>(head.data());
  ASN1_put_object(&head_at, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  return head + kept;
}

}  // namespace

int TlsSessions::context_index() {
  static int const index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* data, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Attachment*>(data); });
  return index;
}

TlsSessions::Attachment* TlsSessions::attachment_of(SSL const* ssl) {
  return static_cast<Attachment*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index()));
}

void TlsSessions::attach(SSL_CTX* context, std::string_view peer) {
  auto attachment = std::make_unique<Attachment>(Attachment{this, std::string(peer)});
  if (!SSL_CTX_set_ex_data(context, context_index(), attachment.get())) return;
  static_cast<void>(attachment.release());  // the context owns it now
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  // libcurl asks for none of TLS 1.2, and most servers keep sessions nowhere else.
  SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_sess_set_new_cb(context, &on_new_session);
  SSL_CTX_set_info_callback(context, &on_info);
}

// Returns whether the reference is ours from now on.
int TlsSessions::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto& attachment = *attachment_of(ssl);
  auto& owner = *attachment.owner;
  if (attachment.served || !(SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) ||
      SSL_get_verify_result(ssl) != X509_V_OK)
    return 0;
  auto const now = owner.now_();
  auto shown_until = attachment.shown_until;
  if (!SSL_session_reused(ssl)) {
    auto const* const certificate = SSL_get0_peer_certificate(ssl);
    shown_until = certificate ? std::min(expiry(certificate), now + lifetime_max) : 0;
  }
  auto const until = std::min(now + lifetime(session), shown_until);
  if (until <= now) return 0;
  auto der = without_certificate(bytes_of(session));
  if (der.empty()) return 0;
  attachment.served = true;
  owner.keep(attachment.peer, {until, shown_until, std::move(der)});
  return 0;
}

void TlsSessions::keep(std::string const& peer, Kept session) {
  if (++kept_since_drop_ >= drop_old_every) drop_old();
  if (sessions_.size() >= sessions_max_ && !sessions_.contains(peer)) sessions_.erase(sessions_.begin());
  sessions_.insert_or_assign(peer, std::move(session));
}

void TlsSessions::drop_old() {
  kept_since_drop_ = 0;
  std::erase_if(sessions_, [now = now_()](auto const& entry) { return entry.second.until <= now; });
}

void TlsSessions::offer(SSL* ssl, Attachment& attachment) {
  auto const it = sessions_.find(attachment.peer);
  if (it == sessions_.end()) return;
  auto const& kept = it->second;
  auto const now = now_();
  if (kept.until <= now || kept.until > now + lifetime_max) {  // the latter: by a clock that was set back
    sessions_.erase(it);
    return;
  }
  auto const* at = reinterpret_cast<unsigned char const*>(kept.der.data());
  std::unique_ptr<SSL_SESSION, Free> const session(
      d2i_SSL_SESSION(nullptr, &at, static_cast<long>(kept.der.size())));
  if (session && SSL_set_session(ssl, session.get()))
    attachment.shown_until = kept.shown_until;
  else
    ERR_clear_error();  // libcurl would take it for the handshake's
}

// The session must be set before the ClientHello is written. libcurl gives no hook between SSL_new and
// SSL_connect; the start of the handshake is the first moment at which we see the SSL object.
void TlsSessions::on_info(SSL const* ssl, int where, int) {
  auto& attachment = *attachment_of(ssl);
  auto& owner = *attachment.owner;
  if ((where & SSL_CB_HANDSHAKE_START) && SSL_in_before(ssl))
    owner.offer(const_cast<SSL*>(ssl), attachment);
  else if ((where & SSL_CB_HANDSHAKE_DONE) && SSL_session_reused(ssl))
    ++owner.resumed_;
}

}  // namespace newsfold::fetch
