#include "feeds/fetch/tls_sessions.h"

#include <algorithm>

namespace newsfold::fetch {

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

int TlsSessions::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* const attachment = attachment_of(ssl);
  auto& owner = *attachment->owner;
  auto& sessions = owner.sessions_;
  if (sessions.size() >= owner.sessions_max_ && !sessions.contains(attachment->peer)) {
    owner.objects_ -= sessions.begin()->second.object != nullptr;
    sessions.erase(sessions.begin());
  }
  auto& kept = sessions[attachment->peer];
  if (kept.object || owner.objects_ < objects_max) {
    owner.objects_ += !kept.object;
    kept.object.reset(session);
    kept.bytes.clear();
    return 1;  // the reference is ours now
  }
  int const size = i2d_SSL_SESSION(session, nullptr);
  kept.bytes.assign(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(kept.bytes.data());
  if (size > 0) i2d_SSL_SESSION(session, &at);
  return 0;
}

TlsSessions::Object TlsSessions::read(Kept const& kept) {
  if (kept.object) {
    SSL_SESSION_up_ref(kept.object.get());
    return Object(kept.object.get());
  }
  auto const* at = reinterpret_cast<unsigned char const*>(kept.bytes.data());
  return Object(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(kept.bytes.size())));
}

// The session must be set before the ClientHello is written. libcurl gives no hook between SSL_new and
// SSL_connect; the start of the handshake is the first moment at which we see the SSL object.
void TlsSessions::on_info(SSL const* ssl, int where, int) {
  auto* const attachment = attachment_of(ssl);
  if (where & SSL_CB_HANDSHAKE_START) {
    if (!SSL_in_before(ssl)) return;
    auto const it = attachment->owner->sessions_.find(attachment->peer);
    if (it == attachment->owner->sessions_.end()) return;
    auto const session = read(it->second);
    if (session && SSL_SESSION_is_resumable(session.get()))
      SSL_set_session(const_cast<SSL*>(ssl), session.get());
  } else if (where & SSL_CB_HANDSHAKE_DONE) {
    if (SSL_session_reused(ssl)) ++attachment->owner->resumed_;
  }
}

}  // namespace newsfold::fetch
