#include "feeds/fetch/tls_sessions.h"
#include "feeds/fetch/server_verification.h"
#include "tests/fetch/tls_peers.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <ctime>
#include <string>

namespace newsfold::fetch {
namespace {

constexpr std::time_t day = 86'400;

class TlsSessionsTest : public ::testing::Test {
 protected:
  explicit TlsSessionsTest(Identity::Says const& says = {})
      : identity_(says), bundle_(identity_), verification_(bundle_.path()), server_(make_server(identity_)) {}

  TlsSessions make_sessions(std::size_t sessions_max) {
    return TlsSessions(sessions_max, [this] { return now_; });
  }
  bool resumes(TlsSessions& sessions, std::size_t peer = 0) {
    Context const client(SSL_CTX_new(TLS_client_method()));
    auto const host = 'h' + std::to_string(peer) + ".tls.example";
    EXPECT_EQ(verification_.prepare(client.get(), host), ServerVerification::Prepared::yes);
    sessions.attach(client.get(), host + ":443");
    auto const shaken = shake_hands(client.get(), server_.get());
    EXPECT_TRUE(shaken.done);
    return shaken.resumed;
  }

  Identity identity_;
  Bundle bundle_;
  ServerVerification verification_;
  Context server_;
  std::time_t now_ = std::time(nullptr);
};

TEST_F(TlsSessionsTest, AreResumedByTheirPeersAgainAndAgain) {
  constexpr std::size_t peers = 4;
  for (int const version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    SSL_CTX_set_max_proto_version(server_.get(), version);
    auto sessions = make_sessions(peers);
    for (std::size_t i = 0; i < peers; ++i) EXPECT_FALSE(resumes(sessions, i)) << i;
    for (int round = 0; round < 2; ++round)  // TLS 1.3 brings the session for the next
      for (std::size_t i = 0; i < peers; ++i) EXPECT_TRUE(resumes(sessions, i)) << i;
    EXPECT_EQ(sessions.resumed(), 2 * peers);
    // One more host, and another gives way.
    EXPECT_FALSE(resumes(sessions, peers));
    EXPECT_TRUE(resumes(sessions, peers));
    EXPECT_EQ(sessions.size(), peers);
  }
}

TEST_F(TlsSessionsTest, OfAServerThatNobodyVerifiedAreNotKept) {
  auto sessions = make_sessions(1);
  auto const whoever = [](int, X509_STORE_CTX*) { return 1; };
  for (std::string const host : {"h0.tls.example", "other.example"}) {
    bool const is_right = host == "h0.tls.example";
    Context const client(SSL_CTX_new(TLS_client_method()));
    ASSERT_EQ(verification_.prepare(client.get(), host), ServerVerification::Prepared::yes);
    SSL_CTX_set_verify(client.get(), is_right ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, whoever);
    sessions.attach(client.get(), "h0.tls.example:443");
    EXPECT_TRUE(shake_hands(client.get(), server_.get()).done);
    EXPECT_EQ(sessions.size(), 0u);
  }
}

TEST_F(TlsSessionsTest, AreOfferedNoLongerThanTheServerTakesThemUp) {
  SSL_CTX_set_timeout(server_.get(), 300);
  for (int const version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    SSL_CTX_set_max_proto_version(server_.get(), version);
    auto sessions = make_sessions(1);
    EXPECT_FALSE(resumes(sessions));
    now_ += 290;
    EXPECT_TRUE(resumes(sessions));
    now_ += 310;
    EXPECT_FALSE(resumes(sessions));
  }
}

TEST_F(TlsSessionsTest, AreForgottenWhereTheyDidHarm) {
  auto sessions = make_sessions(1);
  EXPECT_FALSE(resumes(sessions));
  sessions.forget("h1.tls.example:443");
  EXPECT_EQ(sessions.size(), 1u);
  sessions.forget("h0.tls.example:443");
  EXPECT_FALSE(resumes(sessions));
}

TEST_F(TlsSessionsTest, OfATls12ServerThatSaysNoTimeAreOfferedForADay) {
  SSL_CTX_set_max_proto_version(server_.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(server_.get(), SSL_OP_NO_TICKET);  // its sessions have a number that it looks up
  SSL_CTX_set_timeout(server_.get(), 2 * day);
  auto sessions = make_sessions(1);
  EXPECT_FALSE(resumes(sessions));
  now_ += day - 400;
  EXPECT_TRUE(resumes(sessions));
  now_ += 800;
  EXPECT_FALSE(resumes(sessions));
}

TEST_F(TlsSessionsTest, AreOfferedForAWeekAfterTheCertificateHoweverOftenTheyAreRenewed) {
  SSL_CTX_set_timeout(server_.get(), 3 * day);
  auto sessions = make_sessions(1);
  EXPECT_FALSE(resumes(sessions));
  for (int days = 2; days < 7; days += 2) {
    now_ += 2 * day;
    EXPECT_TRUE(resumes(sessions)) << days;
  }
  now_ += 2 * day;
  EXPECT_FALSE(resumes(sessions));
  now_ += 2 * day;
  EXPECT_TRUE(resumes(sessions));
}

class TlsSessionsOfALastingCertificate : public TlsSessionsTest {
 protected:
  TlsSessionsOfALastingCertificate() : TlsSessionsTest({.to = 400 * day}) {}
};

TEST_F(TlsSessionsOfALastingCertificate, AreNotOfferedWhenTheClockWasAYearAhead) {
  auto sessions = make_sessions(1);
  now_ += 365 * day;
  EXPECT_FALSE(resumes(sessions));
  EXPECT_EQ(sessions.size(), 1u);
  now_ -= 365 * day;
  EXPECT_FALSE(resumes(sessions));
}

class TlsSessionsOfAnOldCertificate : public TlsSessionsTest {
 protected:
  TlsSessionsOfAnOldCertificate() : TlsSessionsTest({.to = 600}) {}
};

TEST_F(TlsSessionsOfAnOldCertificate, AreNotOfferedWhenItHasExpired) {
  auto sessions = make_sessions(1);
  EXPECT_FALSE(resumes(sessions));
  now_ += 300;
  EXPECT_TRUE(resumes(sessions));
  now_ += 301;
  EXPECT_FALSE(resumes(sessions));
}

TEST_F(TlsSessionsTest, ThatNobodyAsksForAgainDoNotStay) {
  constexpr std::size_t few = 10, many = 1'100;
  auto sessions = make_sessions(few + many);
  SSL_CTX_set_timeout(server_.get(), 300);
  for (std::size_t i = 0; i < few; ++i) resumes(sessions, i);
  EXPECT_EQ(sessions.size(), few);
  now_ += 1'800;
  SSL_CTX_set_timeout(server_.get(), 3'600);
  for (std::size_t i = few; i < few + many; ++i) resumes(sessions, i);
  EXPECT_EQ(sessions.size(), many);
}

}  // namespace
}  // namespace newsfold::fetch
