// What a token costs must not tell how much of it was right: it is compared by CRYPTO_memcmp, the same number
// of times over the same number of bytes, whatever was sent. This binary has a CRYPTO_memcmp of its own that
// counts, which stands before the library's.

#include "daemon/api/access.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace {
thread_local std::vector<std::size_t> compared;  // bytes of each call
}

extern "C" int CRYPTO_memcmp(void const* left, void const* right, std::size_t size) {
  compared.push_back(size);
  auto const* const a = static_cast<unsigned char const volatile*>(left);
  auto const* const b = static_cast<unsigned char const volatile*>(right);
  unsigned char differing = 0;
  for (std::size_t i = 0; i < size; ++i) differing |= static_cast<unsigned char>(a[i] ^ b[i]);
  return differing;
}

namespace newsfold::api {
namespace {

// The comparisons that one request costs.
std::vector<std::size_t> work_of(Access const& access, std::string_view token) {
  auto const authorization = "Bearer " + std::string(token);
  compared.clear();
  (void)access.judge({false, "localhost", authorization, {}}, Scope::read);
  return compared;
}

TEST(ConstantTime, ATokenIsHeldAgainstEveryKnownOneByItsDigestWhateverItIs) {
  AccessRules rules;
  rules.read_tokens = {Secret("read-token-1"), Secret("read-token-2"),
                       Secret("a much longer token for reading")};
  rules.admin_tokens = {Secret("admin-token")};
  Access const access(rules);
  auto const expected = work_of(access, "nothing like it");
  ASSERT_EQ(expected.size(), 4u) << "each of the four";
  for (auto const size : expected) EXPECT_GE(size, 32u) << "digests, which have one size";
  for (auto const* token :
       {"", "r", "read-token-", "read-token-1", "read-token-2", "read-token-3", "read-token-11",
        "a much longer token for reading", "a much longer token for readinh"})
    EXPECT_EQ(work_of(access, token), expected) << token;
}

TEST(ConstantTime, SoIsTheTokenOfTheAdmin) {
  AccessRules rules;
  rules.admin_tokens = {Secret("admin-token-1"), Secret("admin-token-2")};
  Access const access(rules);
  auto const expected = work_of(access, "nothing like it");
  ASSERT_EQ(expected.size(), 2u);
  for (auto const* token : {"", "admin-token-", "admin-token-1", "admin-token-2"})
    EXPECT_EQ(work_of(access, token), expected) << token;
}

}  // namespace
}  // namespace newsfold::api
