// TLS as a server on loopback sees it: what is offered, and which handshakes take up an earlier session.
#include "feeds/fetch/tls_sessions.h"
#include "tests/fetch/fetch_fixture.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace newsfold::fetch {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* t) const { release(t); }
};
template <class T, void (*release)(T*)>
using Owned = std::unique_ptr<T, Release<T, release>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Context = Owned<SSL_CTX, SSL_CTX_free>;
using Connection = Owned<SSL, SSL_free>;

// Vouches for itself and for every name below tls.example.
struct Identity {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate{X509_new()};

  Identity() {
    X509* const x = certificate.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86'400);
    X509_set_pubkey(x, key.get());
    auto* const name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("test"), -1,
                               -1, 0);
    X509_set_issuer_name(x, name);
    auto* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:*.tls.example");
    X509_add_ext(x, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x, key.get(), EVP_sha256());
  }
  void serve_with(SSL_CTX* context) const {
    SSL_CTX_use_certificate(context, certificate.get());
    SSL_CTX_use_PrivateKey(context, key.get());
  }
};

std::string offered_protocols;  // by the last hello: "h2 http/1.1"

int choose_protocol(SSL*, unsigned char const** out, unsigned char* length, unsigned char const* in,
                    unsigned int size, void*) {
  offered_protocols.clear();
  int chosen = SSL_TLSEXT_ERR_NOACK;
  for (unsigned int i = 0; i < size; i += in[i] + 1u) {
    std::string const one(reinterpret_cast<char const*>(in + i + 1), in[i]);
    offered_protocols += (offered_protocols.empty() ? "" : " ") + one;
    if (one != "http/1.1") continue;
    *out = in + i + 1;
    *length = in[i];
    chosen = SSL_TLSEXT_ERR_OK;
  }
  return chosen;
}

class TlsTest : public FetchTest {
 protected:
  TlsTest() : ca_file_(fs::temp_directory_path() / ("newsfold-tls-" + std::to_string(getpid()) + ".pem")) {
    auto* const file = std::fopen(ca_file_.c_str(), "w");
    PEM_write_X509(file, identity_.certificate.get());
    std::fclose(file);
    identity_.serve_with(context_.native_handle());
    SSL_CTX_set_alpn_select_cb(context_.native_handle(), &choose_protocol, nullptr);
    asio::co_spawn(loop_, serve(), asio::detached);
  }
  ~TlsTest() override {
    acceptor_.close();
    fs::remove(ca_file_);
  }

  std::unique_ptr<Fetcher> fetcher_with(bool http2) {
    auto options = options_for_origin();
    options.resolve = {"*:443:127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port())};
    options.ca_file = ca_file_;
    options.http2 = http2;
    return Fetcher::create(loop_.get_executor(), options).value();
  }
  Result<Response> get(Fetcher& fetcher, std::string url) {
    Request request;
    request.url = std::move(url);
    return fetch(fetcher, std::move(request));
  }

  std::vector<bool> resumed_;  // of each handshake

 private:
  asio::awaitable<void> serve() {
    for (;;) {
      auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
      asio::co_spawn(loop_, answer(std::move(socket)), asio::detached);
    }
  }
  // One answer a connection: the next needs a handshake of its own.
  asio::awaitable<void> answer(asio::ip::tcp::socket socket) {
    asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(socket), context_);
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    resumed_.push_back(SSL_session_reused(stream.native_handle()) == 1);
    asio::streambuf request;
    co_await asio::async_read_until(stream, request, "\r\n\r\n", asio::use_awaitable);
    std::string const text = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";
    co_await asio::async_write(stream, asio::buffer(text), asio::use_awaitable);
    co_await stream.async_shutdown(asio::use_awaitable);
  }

  Identity identity_;
  fs::path ca_file_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
};

TEST_F(TlsTest, OffersHttp2UnlessToldNotTo) {
  auto const with = fetcher_with(true), without = fetcher_with(false);
  auto const answer = get(*with, "https://a.tls.example/f");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(offered_protocols, "h2 http/1.1");
  ASSERT_TRUE(get(*without, "https://a.tls.example/f"));
  EXPECT_EQ(offered_protocols, "http/1.1");
}

TEST_F(TlsTest, TheNextConnectionToAHostTakesUpItsSession) {
  auto const fetcher = fetcher_with(true);
  for (std::string const host : {"a", "b", "a", "b"})
    ASSERT_TRUE(get(*fetcher, "https://" + host + ".tls.example/f"));
  EXPECT_EQ(resumed_, (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ(fetcher->counters().tls_resumed, 2u);
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefusedAlsoBehindASession) {
  auto const fetcher = fetcher_with(true);
  ASSERT_TRUE(get(*fetcher, "https://a.tls.example/f"));
  for (int i = 0; i < 2; ++i) {
    auto const answer = get(*fetcher, "https://a.other.example/f");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unreachable);
    EXPECT_TRUE(answer.error().message.starts_with("a.other.example: TLS failed")) << answer.error().message;
  }
}

// A handshake and a byte each way, in memory.
bool resumes(TlsSessions& sessions, std::string const& peer, SSL_CTX* server_context) {
  Context const client_context(SSL_CTX_new(TLS_client_method()));
  sessions.attach(client_context.get(), peer);
  Connection const client(SSL_new(client_context.get())), server(SSL_new(server_context));
  BIO *ours = nullptr, *theirs = nullptr;
  BIO_new_bio_pair(&ours, 0, &theirs, 0);
  SSL_set_bio(client.get(), ours, ours);
  SSL_set_bio(server.get(), theirs, theirs);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  char byte = 'x';
  for (int i = 0; i < 8; ++i) {  // the tickets come behind the handshake
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
    if (SSL_is_init_finished(server.get())) SSL_write(server.get(), &byte, 1);
    if (SSL_is_init_finished(client.get())) SSL_read(client.get(), &byte, 1);
  }
  EXPECT_TRUE(SSL_is_init_finished(client.get()) && SSL_is_init_finished(server.get()));
  bool const resumed = SSL_session_reused(client.get()) == 1;
  SSL_shutdown(client.get());  // a connection that just ends takes its session with it, on either side
  SSL_shutdown(server.get());
  return resumed;
}

Context make_server() {
  Context server(SSL_CTX_new(TLS_server_method()));
  Identity().serve_with(server.get());  // which keeps references of its own
  return server;
}

std::string peer_of(std::size_t i) { return "h" + std::to_string(i) + ".tls.example:443"; }

TEST(TlsSessions, AreResumedWhetherKeptAsObjectsOrAsBytes) {
  constexpr std::size_t peers = 6, objects_max = 3;
  auto const server = make_server();
  TlsSessions sessions(peers, objects_max);
  for (std::size_t i = 0; i < peers; ++i) EXPECT_FALSE(resumes(sessions, peer_of(i), server.get())) << i;
  for (int round = 0; round < 2; ++round)  // TLS 1.3 brings the session for the next
    for (std::size_t i = 0; i < peers; ++i) EXPECT_TRUE(resumes(sessions, peer_of(i), server.get())) << i;
  EXPECT_EQ(sessions.resumed(), 2 * peers);
  // One more host, and another gives way.
  EXPECT_FALSE(resumes(sessions, peer_of(peers), server.get()));
  EXPECT_TRUE(resumes(sessions, peer_of(peers), server.get()));
  EXPECT_EQ(sessions.size(), peers);
}

TEST(TlsSessions, AreOfferedNoLongerThanTheServerTakesThemUp) {
  auto const server = make_server();
  SSL_CTX_set_timeout(server.get(), 300);
  for (int const version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    SSL_CTX_set_max_proto_version(server.get(), version);
    auto now = std::time(nullptr);
    TlsSessions sessions(2, 1, [&now] { return now; });  // one as an object, one as bytes
    for (std::size_t i = 0; i < 2; ++i) EXPECT_FALSE(resumes(sessions, peer_of(i), server.get()));
    now += 290;
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(resumes(sessions, peer_of(i), server.get())) << i;
    now += 310;
    for (std::size_t i = 0; i < 2; ++i) EXPECT_FALSE(resumes(sessions, peer_of(i), server.get())) << i;
    EXPECT_EQ(sessions.size(), 0u);
  }
}

TEST(TlsSessions, OfATls12ServerThatSaysNoTimeAreOfferedForADay) {
  auto const server = make_server();
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(server.get(), SSL_OP_NO_TICKET);  // its sessions have a number that it looks up
  SSL_CTX_set_timeout(server.get(), 2 * 86'400);
  auto now = std::time(nullptr);
  TlsSessions sessions(1, 1, [&now] { return now; });
  EXPECT_FALSE(resumes(sessions, peer_of(0), server.get()));
  now += 86'000;
  EXPECT_TRUE(resumes(sessions, peer_of(0), server.get()));
  now += 1'000;
  EXPECT_FALSE(resumes(sessions, peer_of(0), server.get()));
}

TEST(TlsSessions, ThatNobodyAsksForAgainDoNotStay) {
  constexpr std::size_t few = 10, many = 1'100;
  auto const server = make_server();
  auto now = std::time(nullptr);
  TlsSessions sessions(few + many, 1, [&now] { return now; });
  SSL_CTX_set_timeout(server.get(), 300);
  for (std::size_t i = 0; i < few; ++i) resumes(sessions, peer_of(i), server.get());
  EXPECT_EQ(sessions.size(), few);
  now += 1'800;
  SSL_CTX_set_timeout(server.get(), 3'600);
  for (std::size_t i = few; i < few + many; ++i) resumes(sessions, peer_of(i), server.get());
  EXPECT_EQ(sessions.size(), many);
}

}  // namespace
}  // namespace newsfold::fetch
