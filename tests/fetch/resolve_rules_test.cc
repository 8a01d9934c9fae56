#include "feeds/fetch/resolve_rules.h"

#include <gtest/gtest.h>

namespace newsfold::fetch {
namespace {

TEST(ResolveRules, TheFirstThatFitsHostAndPortWins) {
  auto const rules = ResolveRules::parse(
                         {"a.example:80:127.0.0.1:8081", "*.b.example:443:[::1]:8443", "*:80:127.0.0.2:8082"})
                         .value();
  EXPECT_EQ(rules.find("a.example", 80), "::127.0.0.1:8081");
  EXPECT_EQ(rules.find("a.example", 443), "");
  EXPECT_EQ(rules.find("x.b.example", 443), "::[::1]:8443");
  EXPECT_EQ(rules.find("b.example", 443), "");
  EXPECT_EQ(rules.find("other.example", 80), "::127.0.0.2:8082");
}

TEST(ResolveRules, WithoutAPortOfItsOwnTheAddressIsAskedAtTheSame) {
  auto const rules = ResolveRules::parse({"a.example:8080:127.0.0.1", "b.example:443:[::1]"}).value();
  EXPECT_EQ(rules.find("a.example", 8080), "::127.0.0.1:8080");
  EXPECT_EQ(rules.find("b.example", 443), "::[::1]:443");
}

TEST(ResolveRules, RefusesWhatIsNoRule) {
  for (auto const* text : {"", "a:80", "a:80:", "a:80:name", "a:80:127.0.0.1:0", "a:0:127.0.0.1:80",
                           "a:80:name:80", ":80:127.0.0.1:80", "a:80:127.0.0.1:99999"}) {
    auto const rules = ResolveRules::parse({text});
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().code, ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace newsfold::fetch
