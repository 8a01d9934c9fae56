// `newsfold score --origin`, for fetchers that see the machine's clock.

#include "daemon/commands/document.h"
#include "daemon/runtime/clock.h"
#include "daemon/schedule/server_hints.h"
#include "tests/e2e/process.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

boost::asio::awaitable<void> ask_origin(fetch::Client& client, std::string url,
                                        std::optional<Result<fetch::Response>>& out) {
  fetch::Request request;
  request.url = std::move(url);
  out = co_await client.fetch(std::move(request));
}

std::string expires_of(std::string const& url) {
  DocumentOptions options;
  options.allow_private = {"127.0.0.0/8"};
  std::optional<Result<fetch::Response>> answer;
  auto const ran =
      run_with_fetcher(options, [&](fetch::Client& client) { return ask_origin(client, url, answer); });
  return ran && answer && *answer ? (*answer)->headers.expires : std::string();
}

TEST(ScoreCommand, ServesDatesByTheClockThatADaemonSees) {
  TemporaryFolder const folder;
  Process origin({{NEWSFOLD_BIN, "score", "--origin"}, {}, folder.path() + "/errors"});
  std::string expires;
  while (expires.size() < 2) {  // one of the feeds has a date, another "0"
    auto const url = origin.line(within(patience));
    ASSERT_TRUE(url) << read_text_file(folder.path() + "/errors");
    expires = expires_of(*url);
  }
  auto const now = SystemClock().now();
  auto const until = schedule::parse_http_date(expires, now);
  ASSERT_TRUE(until) << expires;
  EXPECT_GT(*until - now, 2h) << expires;
  EXPECT_LE(*until - now, 3h) << expires;
}

}  // namespace
}  // namespace newsfold::e2e
