#include "daemon/webhook/signature.h"

#include "tests/webhook/openssl_hmac.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace newsfold::webhook {
namespace {

constexpr std::string_view secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

UtcMicros at(std::int64_t seconds) { return UtcMicros{std::chrono::seconds(seconds)}; }

class KeyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-keys.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    path_ = (directory_ / "secret").string();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void write(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path directory_;
  std::string path_;
};

// The example of the specification's reference libraries.
TEST(Signature, IsThatOfThePublishedExample) {
  std::vector<SigningKey> const keys{SigningKey::parse(secret).value()};
  EXPECT_EQ(sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", at(1614265330), R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, IsWhatOpensslComputesForEveryKey) {
  std::vector<SigningKey> const keys{SigningKey::parse(secret).value(), SigningKey::parse(other).value()};
  std::string const body("{\"title\":\"Caf\xc3\xa9 \\u0000\"}\n");
  auto const both = sign(keys, "evt_1", at(1790000000) + std::chrono::microseconds(999'999), body);
  EXPECT_EQ(both, "v1," + openssl_hmac(secret, "evt_1", "1790000000", body) + " v1," +
                      openssl_hmac(other, "evt_1", "1790000000", body));
}

TEST(SigningKey, RefusesWhatIsNoKeyAndSaysNothingOfIt) {
  for (std::string const text : {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_",
                                 "whsec_c2hvcnQ=", "whsec_****", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"}) {
    auto const key = SigningKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code, ErrorCode::invalid);
    if (text.size() > 8) {
      EXPECT_EQ(key.error().message.find(text), std::string::npos);
    }
  }
  EXPECT_FALSE(SigningKey::parse("whsec_" + std::string(88, 'A')));  // 66 bytes
}

TEST_F(KeyFile, HoldsOneKeyALine) {
  write("# the receiver's\n" + std::string(secret) + "\r\n\n" + std::string(other) + "\n");
  EXPECT_EQ(read_signing_keys(path_).value().size(), 2U);
}

TEST_F(KeyFile, SaysWhichLineIsBad) {
  write(std::string(secret) + "\nnonsense\n");
  auto const keys = read_signing_keys(path_);
  ASSERT_FALSE(keys);
  EXPECT_NE(keys.error().message.find(":2: "), std::string::npos) << keys.error().message;
  write("");
  EXPECT_EQ(read_signing_keys(path_).error().code, ErrorCode::invalid);
  EXPECT_EQ(read_signing_keys(path_ + ".absent").error().code, ErrorCode::unreadable);
}

TEST_F(KeyFile, RotationKeepsTheFormerKeyUntilItIsFinished) {
  write(std::string(secret) + "\n" + std::string(other) + "\n");
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  auto const fresh = make_signing_key().value();
  ASSERT_TRUE(rotate_key_file(path_, fresh));
  EXPECT_EQ(text(), fresh.reveal() + "\n" + std::string(secret) + "\n");
  struct stat now {};
  ASSERT_EQ(::stat(path_.c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 0777U, 0640U);
  EXPECT_EQ(finish_rotation(path_).value(), 1U);
  EXPECT_EQ(text(), fresh.reveal() + "\n");
  EXPECT_EQ(finish_rotation(path_).value(), 0U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1)
      << "nothing is left beside it";
}

TEST_F(KeyFile, FreshKeysDifferAndAreKeys) {
  auto const one = make_signing_key().value();
  EXPECT_TRUE(SigningKey::parse(one.reveal()));
  EXPECT_NE(one.reveal(), make_signing_key().value().reveal());
}

}  // namespace
}  // namespace newsfold::webhook
