#include "feeds/fetch/server_verification.h"
#include "tests/fetch/tls_peers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace newsfold::fetch {
namespace {

using Prepared = ServerVerification::Prepared;

// X509_V_OK, or what is wrong with the server.
long judge(ServerVerification& verification, std::string const& host, Identity const& server,
           ServerVerification::Clock::time_point now = {}) {
  Context const client(SSL_CTX_new(TLS_client_method()));
  EXPECT_EQ(verification.prepare(client.get(), host, now), Prepared::yes) << host;
  auto const shaken = shake_hands(client.get(), make_server(server).get());
  EXPECT_EQ(shaken.done, shaken.verified == X509_V_OK) << host;
  return shaken.verified;
}
long judge(std::string const& host, Identity::Says const& says) {
  Identity const server(says);
  Bundle const bundle(server);
  ServerVerification verification(bundle.path());
  return judge(verification, host, server);
}

TEST(ServerVerification, TakesTheNamesThatACertificateSays) {
  EXPECT_EQ(judge("a.example", {.names = "DNS:b.example,DNS:a.example"}), X509_V_OK);
  EXPECT_EQ(judge("a.example", {.names = "DNS:A.Example"}), X509_V_OK);
  EXPECT_EQ(judge("a.example.", {.names = "DNS:a.example"}), X509_V_OK);
  EXPECT_EQ(judge("a.tls.example", {.names = "DNS:*.tls.example"}), X509_V_OK);
  EXPECT_EQ(judge("xn--mller-kva.example", {.names = "DNS:xn--mller-kva.example"}), X509_V_OK);
}

TEST(ServerVerification, TakesAWildcardForALabelWithAnUnderscoreToo) {
  EXPECT_EQ(judge("my_bucket.tls.example", {.names = "DNS:*.tls.example"}), X509_V_OK);
  EXPECT_EQ(judge("my_bucket.example", {.names = "DNS:*.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(judge("my_bucket.tls.example", {.names = "DNS:*.tls2.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(judge("my_bucket.a.tls.example", {.names = "DNS:*.tls.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(judge("my_bucket.tls.example", {.names = "DNS:my.tls.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST(ServerVerification, TakesNoOtherName) {
  for (auto const* names :
       {"DNS:b.example", "DNS:www.a.example", "DNS:example", "DNS:*.a.example", "DNS:*.example", "DNS:*",
        "DNS:a.*", "DNS:a.example.org", "IP:192.0.2.1", "URI:https://a.example/"})
    EXPECT_EQ(judge("a.example", {.names = names}), X509_V_ERR_HOSTNAME_MISMATCH) << names;
  EXPECT_EQ(judge("a.b.tls.example", {.names = "DNS:*.tls.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(judge("ab.tls.example", {.names = "DNS:a*.tls.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  // The common name is no host's (RFC 9525, 2).
  for (auto const* names : {"DNS:b.example", "IP:192.0.2.1", "email:a@b.example"})
    EXPECT_EQ(judge("a.example", {.names = names, .common_name = "a.example"}), X509_V_ERR_HOSTNAME_MISMATCH)
        << names;
}

TEST(ServerVerification, TakesAddressesForAddressesOnly) {
  EXPECT_EQ(judge("192.0.2.1", {.names = "IP:192.0.2.1"}), X509_V_OK);
  EXPECT_EQ(judge("[2001:db8::1]", {.names = "IP:2001:db8::1"}), X509_V_OK);
  EXPECT_EQ(judge("192.0.2.1", {.names = "IP:192.0.2.2"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
  EXPECT_EQ(judge("192.0.2.1", {.names = "DNS:192.0.2.1"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
  EXPECT_EQ(judge("192.0.2.1", {.names = "DNS:*.0.2.1"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
  EXPECT_EQ(judge("[2001:db8::1]", {.names = "IP:2001:db8::2"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(ServerVerification, WantsACertificateThatIsInForce) {
  EXPECT_EQ(judge("a.tls.example", {.from = -7200, .to = -3600}), X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(judge("a.tls.example", {.from = 3600, .to = 7200}), X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST(ServerVerification, WantsAnAuthorityOfTheBundle) {
  Identity const known, stranger;
  Bundle const bundle(known);
  ServerVerification verification(bundle.path());
  EXPECT_EQ(judge(verification, "a.tls.example", known), X509_V_OK);
  EXPECT_NE(judge(verification, "a.tls.example", stranger), X509_V_OK);
}

TEST(ServerVerification, IsContentWithAnIntermediateAuthorityOfTheBundle) {
  Identity const root(Identity::Says{.common_name = "root", .is_authority = true});
  Identity const between(Identity::Says{.common_name = "between", .authority = &root, .is_authority = true});
  Identity const server(Identity::Says{.common_name = "server", .authority = &between});
  Bundle const bundle(between);
  ServerVerification verification(bundle.path());
  EXPECT_EQ(judge(verification, "a.tls.example", server), X509_V_OK);
  Bundle const of_root(root);  // and what leads there is not sent
  ServerVerification elsewhere(of_root.path());
  EXPECT_NE(judge(elsewhere, "a.tls.example", server), X509_V_OK);
}

TEST(ServerVerification, TakesNobodyForAnAuthorityWhoIsNone) {
  Identity const root(Identity::Says{.common_name = "root", .is_authority = true});
  Identity const server(Identity::Says{.common_name = "server", .authority = &root});
  Identity const forged(Identity::Says{.common_name = "forged", .authority = &server});
  Bundle const bundle(root);
  ServerVerification verification(bundle.path());
  Context const client(SSL_CTX_new(TLS_client_method()));
  ASSERT_EQ(verification.prepare(client.get(), "a.tls.example", {}), Prepared::yes);
  auto const context = make_server(forged);
  X509_up_ref(server.certificate.get());
  SSL_CTX_add_extra_chain_cert(context.get(), server.certificate.get());
  EXPECT_EQ(shake_hands(client.get(), context.get()).verified, X509_V_ERR_INVALID_CA);
}

TEST(ServerVerification, PreparesNothingWithoutAuthorities) {
  Identity const identity;
  Bundle const bundle;
  ServerVerification verification(bundle.path());
  Context const client(SSL_CTX_new(TLS_client_method()));
  EXPECT_EQ(verification.prepare(client.get(), "a.tls.example", {}), Prepared::no_authorities);
  bundle.add(identity);  // and it need not wait for a day
  EXPECT_EQ(judge(verification, "a.tls.example", identity), X509_V_OK);
}

TEST(ServerVerification, PreparesNothingForNoHost) {
  Bundle const bundle{Identity()};
  ServerVerification verification(bundle.path());
  Context const client(SSL_CTX_new(TLS_client_method()));
  using namespace std::string_view_literals;
  for (auto const host : {""sv, "."sv, "[]"sv, ".tls.example"sv, "a.example\0.b.example"sv})
    EXPECT_EQ(verification.prepare(client.get(), host, {}), Prepared::no_host) << host;
}

TEST(ServerVerification, ReadsTheBundleAgainAfterADay) {
  Identity const first, second;
  Bundle const bundle(first);
  ServerVerification verification(bundle.path());
  ServerVerification::Clock::time_point now{};
  EXPECT_EQ(judge(verification, "a.tls.example", first, now), X509_V_OK);
  bundle.remove();
  bundle.add(second);
  now += std::chrono::hours(23);
  EXPECT_NE(judge(verification, "a.tls.example", second, now), X509_V_OK);
  now += std::chrono::hours(1);
  EXPECT_EQ(judge(verification, "a.tls.example", second, now), X509_V_OK);
  EXPECT_NE(judge(verification, "a.tls.example", first, now), X509_V_OK);
  bundle.remove();
  now += std::chrono::hours(25);
  EXPECT_EQ(judge(verification, "a.tls.example", second, now), X509_V_OK);
  bundle.add(first);
  now += std::chrono::minutes(10);
  EXPECT_EQ(judge(verification, "a.tls.example", first, now), X509_V_OK);
}

}  // namespace
}  // namespace newsfold::fetch
