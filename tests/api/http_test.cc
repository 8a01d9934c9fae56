#include "daemon/api/http.h"

#include <gtest/gtest.h>

namespace newsfold::api {
namespace {

TEST(ParseTarget, SplitsAndDecodesPathAndQuery) {
  auto const request = parse_target("/v1/feeds/a%20b/poll?tag=x,y&tag=z&q=one+two&empty");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->path, (std::vector<std::string>{"v1", "feeds", "a b", "poll"}));
  EXPECT_EQ(request->parameters("tag"), (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(request->parameter("q"), "one two");
  EXPECT_EQ(request->parameter("absent"), "");
}

TEST(ParseTarget, ABrokenEscapeIsInvalid) {
  for (auto const* target : {"/%", "/%4", "/%zz", "/a?b=%f"}) {
    auto const request = parse_target(target);
    ASSERT_FALSE(request) << target;
    EXPECT_EQ(request.error().code, ErrorCode::invalid);
  }
}

TEST(ErrorReply, SaysCodeAndMessageAsJson) {
  auto const reply = error_reply({ErrorCode::expired, "older than what is kept"});
  EXPECT_EQ(reply.status, 410u);
  EXPECT_EQ(reply.body, "{\"error\":{\"code\":\"expired\",\"message\":\"older than what is kept\"}}\n");
}

}  // namespace
}  // namespace newsfold::api
