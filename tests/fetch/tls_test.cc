// TLS as a server on loopback sees it: what is offered, and which handshakes take up an earlier session.
#include "tests/fetch/fetch_fixture.h"
#include "tests/fetch/tls_peers.h"

#include <openssl/ssl.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace newsfold::fetch {
namespace {

namespace asio = boost::asio;

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
  TlsTest() {
    identity_.serve_with(context_.native_handle());
    SSL_CTX_set_alpn_select_cb(context_.native_handle(), &choose_protocol, nullptr);
    asio::co_spawn(loop_, serve(), asio::detached);
  }
  ~TlsTest() override { acceptor_.close(); }

  FetchOptions options_for_tls() const {
    auto options = options_for_origin();
    options.resolve = {"*:443:127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port())};
    options.ca_file = bundle_.path();
    return options;
  }
  std::unique_ptr<Fetcher> fetcher_with(FetchOptions const& options) {
    return Fetcher::create(loop_.get_executor(), options).value();
  }
  Result<Response> get(Fetcher& fetcher, std::string url) {
    Request request;
    request.url = std::move(url);
    return fetch(fetcher, std::move(request));
  }

  Identity identity_;
  Bundle bundle_{identity_};
  asio::ssl::context context_{asio::ssl::context::tls_server};
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  std::vector<bool> resumed_;  // of each handshake
  int requests_ = 0;

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
    ++requests_;
    std::string const text = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";
    co_await asio::async_write(stream, asio::buffer(text), asio::use_awaitable);
    co_await stream.async_shutdown(asio::use_awaitable);
  }
};

void expect_refused(Result<Response> const& answer, std::string const& host, std::string const& why) {
  ASSERT_FALSE(answer) << host;
  EXPECT_EQ(answer.error().code, ErrorCode::unreachable);
  EXPECT_EQ(answer.error().message, host + ": TLS failed (SSL certificate problem: " + why + ')');
}

TEST_F(TlsTest, OffersHttp2UnlessToldNotTo) {
  auto options = options_for_tls();
  auto const with = fetcher_with(options);
  options.http2 = false;
  auto const without = fetcher_with(options);
  auto const answer = get(*with, "https://a.tls.example/f");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(offered_protocols, "h2 http/1.1");
  ASSERT_TRUE(get(*without, "https://a.tls.example/f"));
  EXPECT_EQ(offered_protocols, "http/1.1");
}

TEST_F(TlsTest, TheNextConnectionToAHostTakesUpItsSession) {
  auto const fetcher = fetcher_with(options_for_tls());
  for (std::string const host : {"a", "b", "a", "b"})
    ASSERT_TRUE(get(*fetcher, "https://" + host + ".tls.example/f"));
  EXPECT_EQ(resumed_, (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ(fetcher->counters().tls_resumed, 2u);
}

TEST_F(TlsTest, OfATls12ServerAsWellWhichKeepsNoSessionsButGivesTickets) {
  SSL_CTX_set_max_proto_version(context_.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context_.native_handle(), SSL_SESS_CACHE_OFF);
  auto const fetcher = fetcher_with(options_for_tls());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(get(*fetcher, "https://a.tls.example/f"));
  EXPECT_EQ(resumed_, (std::vector<bool>{false, true, true}));
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefusedAlsoBehindASession) {
  auto const fetcher = fetcher_with(options_for_tls());
  ASSERT_TRUE(get(*fetcher, "https://a.tls.example/f"));
  for (int i = 0; i < 2; ++i)
    expect_refused(get(*fetcher, "https://a.other.example/f"), "a.other.example", "hostname mismatch");
  EXPECT_EQ(requests_, 1);
}

TEST_F(TlsTest, NothingIsSentToAServerThatProvesNothing) {
  auto const fetcher = fetcher_with(options_for_tls());
  Identity(Identity::Says{.common_name = "stranger"}).serve_with(context_.native_handle());
  expect_refused(get(*fetcher, "https://a.tls.example/f"), "a.tls.example", "self-signed certificate");
  Identity const old(Identity::Says{.from = -7200, .to = -3600});
  bundle_.add(old);
  old.serve_with(context_.native_handle());
  expect_refused(get(*fetcher_with(options_for_tls()), "https://a.tls.example/f"), "a.tls.example",
                 "certificate has expired");
  EXPECT_EQ(requests_, 0);
}

TEST_F(TlsTest, AServerThatForgotTheSessionProvesItselfAgain) {
  auto const fetcher = fetcher_with(options_for_tls());
  ASSERT_TRUE(get(*fetcher, "https://a.tls.example/f"));
  auto const forget = [this](unsigned char key) {
    std::array<unsigned char, 80> keys;
    keys.fill(key);
    SSL_CTX_set_tlsext_ticket_keys(context_.native_handle(), keys.data(), keys.size());
  };
  forget(1);
  ASSERT_TRUE(get(*fetcher, "https://a.tls.example/f"));
  forget(2);
  Identity(Identity::Says{.common_name = "stranger"}).serve_with(context_.native_handle());
  expect_refused(get(*fetcher, "https://a.tls.example/f"), "a.tls.example", "self-signed certificate");
  EXPECT_EQ(resumed_, (std::vector<bool>{false, false}));
}

TEST_F(TlsTest, ASessionThatAServerCannotBearIsOfferedOnce) {
  auto const fetcher = fetcher_with(options_for_tls());
  ASSERT_TRUE(get(*fetcher, "https://a.tls.example/f"));
  SSL_CTX_set_client_hello_cb(
      context_.native_handle(),
      [](SSL* ssl, int* alert, void*) {
        unsigned char const* offer = nullptr;
        std::size_t size = 0;
        *alert = SSL_AD_ILLEGAL_PARAMETER;
        return SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &offer, &size) ? SSL_CLIENT_HELLO_ERROR
                                                                              : SSL_CLIENT_HELLO_SUCCESS;
      },
      nullptr);
  EXPECT_FALSE(get(*fetcher, "https://a.tls.example/f"));
  auto const answer = get(*fetcher, "https://a.tls.example/f");
  EXPECT_TRUE(answer) << answer.error().message;
}

TEST_F(TlsTest, AddressesAreProvenToo) {
  auto const url = "https://127.0.0.1/f";
  auto const fetcher = fetcher_with(options_for_tls());
  expect_refused(get(*fetcher, url), "127.0.0.1", "IP address mismatch");
  Identity const by_address(Identity::Says{.names = "IP:127.0.0.1"});
  bundle_.add(by_address);
  by_address.serve_with(context_.native_handle());
  auto const answer = get(*fetcher_with(options_for_tls()), url);
  EXPECT_TRUE(answer) << answer.error().message;
}

TEST_F(TlsTest, ABundleThatHoldsNoCertificateIsNamed) {
  auto options = options_for_tls();
  options.ca_file = "/dev/null";
  auto const answer = get(*fetcher_with(options), "https://a.tls.example/f");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unreadable);
  EXPECT_EQ(answer.error().message, "the certificates of fetch.ca_file cannot be read: /dev/null");
}

// It connects wherever it is told to (RFC 9110, 9.3.6), which here is the server above.
class TlsThroughAProxy : public TlsTest {
 protected:
  TlsThroughAProxy() { asio::co_spawn(loop_, accept(), asio::detached); }
  ~TlsThroughAProxy() override { proxy_.close(); }

  FetchOptions options_for_proxy() const {
    auto options = options_for_tls();
    options.resolve = {};
    options.proxy = "http://127.0.0.1:" + std::to_string(proxy_.local_endpoint().port());
    return options;
  }

 private:
  using Socket = asio::ip::tcp::socket;

  asio::awaitable<void> accept() {
    for (;;) {
      auto socket = co_await proxy_.async_accept(asio::use_awaitable);
      asio::co_spawn(loop_, tunnel(std::move(socket)), asio::detached);
    }
  }
  asio::awaitable<void> tunnel(Socket socket) {
    auto const client = std::make_shared<Socket>(std::move(socket));
    auto const server = std::make_shared<Socket>(loop_);
    asio::streambuf request;
    co_await asio::async_read_until(*client, request, "\r\n\r\n", asio::use_awaitable);
    co_await server->async_connect(acceptor_.local_endpoint(), asio::use_awaitable);
    std::string const text = "HTTP/1.1 200 OK\r\n\r\n";
    co_await asio::async_write(*client, asio::buffer(text), asio::use_awaitable);
    asio::co_spawn(loop_, pass_on(client, server), asio::detached);
    asio::co_spawn(loop_, pass_on(server, client), asio::detached);
  }
  static asio::awaitable<void> pass_on(std::shared_ptr<Socket> from, std::shared_ptr<Socket> to) {
    std::array<char, 4096> bytes;
    boost::system::error_code end;
    while (!end) {
      auto const size =
          co_await from->async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, end));
      if (size > 0) co_await asio::async_write(*to, asio::buffer(bytes, size), asio::use_awaitable);
    }
    to->shutdown(Socket::shutdown_send, end);
  }

  asio::ip::tcp::acceptor proxy_{loop_, {asio::ip::address_v4::loopback(), 0}};
};

TEST_F(TlsThroughAProxy, ItIsTheServerThatProvesItself) {
  auto const fetcher = fetcher_with(options_for_proxy());
  for (int i = 0; i < 2; ++i) {
    auto const answer = get(*fetcher, "https://a.tls.example/f");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "hello");
  }
  EXPECT_EQ(resumed_, (std::vector<bool>{false, true}));
  expect_refused(get(*fetcher, "https://a.other.example/f"), "a.other.example", "hostname mismatch");
  EXPECT_EQ(requests_, 2);
}

}  // namespace
}  // namespace newsfold::fetch
