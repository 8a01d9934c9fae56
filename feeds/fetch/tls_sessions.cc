#include "feeds/fetch/tls_sessions.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace newsfold::fetch {

namespace {

constexpr std::size_t drop_old_every = 1024;      // sessions kept
constexpr std::time_t lifetime_max = 7 * 86'400;  // RFC 8446 4.6.1
constexpr std::time_t lifetime_unsaid = 86'400;   // RFC 5246 F.1.4

// Seconds from its making; none for one that is not to be offered.
std::time_t lifetime(SSL_SESSION const* session) {
  auto const told = static_cast<std::time_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
  bool const zero_is_unsaid = SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION;
  return told == 0 && zero_is_unsaid ? lifetime_unsaid : std::min(told, lifetime_max);
}

// Empty for nothing and for what has no such form.
template <class T, int (*write)(T const*, unsigned char**)>
std::string der(T const* value) {
  int const size = value ? write(value, nullptr) : 0;
  std::string bytes(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(bytes.data());
  if (size > 0) write(value, &at);
  return bytes;
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
  SSL_CTX_sess_set_new_cb(context, &on_new_session);
  SSL_CTX_set_info_callback(context, &on_info);
}

// Returns whether the reference is ours from now on.
int TlsSessions::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* const attachment = attachment_of(ssl);
  auto const until = static_cast<std::time_t>(SSL_SESSION_get_time(session)) + lifetime(session);
  if (attachment->served || until <= attachment->owner->now_()) return 0;
  attachment->served = true;
  return attachment->owner->keep(attachment->peer, session, until) ? 1 : 0;
}

bool TlsSessions::keep(std::string const& peer, SSL_SESSION* session, std::time_t until) {
  if (++kept_since_drop_ >= drop_old_every) drop_old();
  if (sessions_.size() >= sessions_max_ && !sessions_.contains(peer)) drop(sessions_.begin());
  auto& kept = sessions_[peer];
  if (kept.object || objects_ < objects_max_) {
    objects_ += !kept.object;
    kept = {until, Object(session), {}, {}, {}};
    return true;
  }
  kept = as_bytes(session, until);
  return false;
}

TlsSessions::Sessions::iterator TlsSessions::drop(Sessions::iterator at) {
  objects_ -= at->second.object != nullptr;
  return sessions_.erase(at);
}

void TlsSessions::drop_old() {
  kept_since_drop_ = 0;
  auto const now = now_();
  for (auto at = sessions_.begin(); at != sessions_.end();)
    at = at->second.until <= now ? drop(at) : std::next(at);
}

TlsSessions::Kept TlsSessions::as_bytes(SSL_SESSION* session, std::time_t until) {
  std::string const bytes = der<SSL_SESSION, i2d_SSL_SESSION>(session);
  std::string certificate = der<X509, i2d_X509>(SSL_SESSION_get0_peer(session));
  auto const at = certificate.empty() ? std::string::npos : bytes.find(certificate);
  if (at == std::string::npos) return {until, nullptr, bytes, nullptr, {}};
  auto after = bytes.substr(at + certificate.size());
  return {until, nullptr, bytes.substr(0, at), shared(std::move(certificate)), std::move(after)};
}

TlsSessions::Certificate TlsSessions::shared(std::string certificate) {
  if (certificates_.size() > 2 * sessions_max_)
    std::erase_if(certificates_, [](auto const& entry) { return entry.second.expired(); });
  auto& known = certificates_[std::hash<std::string>()(certificate)];
  if (auto same = known.lock(); same && *same == certificate) return same;
  auto made = std::make_shared<std::string const>(std::move(certificate));
  known = made;
  return made;
}

TlsSessions::Object TlsSessions::read(Kept const& kept) {
  if (kept.object) {
    SSL_SESSION_up_ref(kept.object.get());
    return Object(kept.object.get());
  }
  std::string bytes = kept.before;
  if (kept.certificate) bytes += *kept.certificate;
  bytes += kept.after;
  auto const* at = reinterpret_cast<unsigned char const*>(bytes.data());
  return Object(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
}

// The session must be set before the ClientHello is written. libcurl gives no hook between SSL_new and
// SSL_connect; the start of the handshake is the first moment at which we see the SSL object.
void TlsSessions::on_info(SSL const* ssl, int where, int) {
  auto* const attachment = attachment_of(ssl);
  if (where & SSL_CB_HANDSHAKE_START) {
    if (!SSL_in_before(ssl)) return;
    auto& owner = *attachment->owner;
    auto const it = owner.sessions_.find(attachment->peer);
    if (it == owner.sessions_.end()) return;
    if (it->second.until <= owner.now_()) {
      owner.drop(it);
      return;
    }
    auto const session = read(it->second);
    if (session && SSL_SESSION_is_resumable(session.get()))
      SSL_set_session(const_cast<SSL*>(ssl), session.get());
  } else if (where & SSL_CB_HANDSHAKE_DONE) {
    if (SSL_session_reused(ssl)) ++attachment->owner->resumed_;
  }
}

}  // namespace newsfold::fetch
