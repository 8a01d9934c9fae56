#include "feeds/fetch/tls_sessions.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace newsfold::fetch {

namespace {

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

int TlsSessions::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* const attachment = attachment_of(ssl);
  auto& owner = *attachment->owner;
  auto& sessions = owner.sessions_;
  if (sessions.size() >= owner.sessions_max_ && !sessions.contains(attachment->peer)) {
    owner.objects_ -= sessions.begin()->second.object != nullptr;
    sessions.erase(sessions.begin());
  }
  auto& kept = sessions[attachment->peer];
  if (kept.object || owner.objects_ < owner.objects_max_) {
    owner.objects_ += !kept.object;
    kept = {Object(session), {}, {}, {}};
    return 1;  // the reference is ours now
  }
  owner.keep_bytes(kept, session);
  return 0;
}

void TlsSessions::keep_bytes(Kept& kept, SSL_SESSION* session) {
  std::string const bytes = der<SSL_SESSION, i2d_SSL_SESSION>(session);
  std::string certificate = der<X509, i2d_X509>(SSL_SESSION_get0_peer(session));
  auto const at = certificate.empty() ? std::string::npos : bytes.find(certificate);
  if (at == std::string::npos) {
    kept = {nullptr, bytes, nullptr, {}};
    return;
  }
  kept = {nullptr, bytes.substr(0, at), nullptr, bytes.substr(at + certificate.size())};
  kept.certificate = shared(std::move(certificate));
}

TlsSessions::Certificate TlsSessions::shared(std::string certificate) {
  if (certificates_.size() > 2 * sessions_max_)
    std::erase_if(certificates_, [](auto const& entry) { return entry.second.expired(); });
  auto& known = certificates_[std::hash<std::string>()(certificate)];
  if (auto const same = known.lock(); same && *same == certificate) return same;
  auto const made = std::make_shared<std::string const>(std::move(certificate));
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
