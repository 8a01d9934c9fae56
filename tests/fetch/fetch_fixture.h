#pragma once
// A fetcher on a loop, with the scripted origin behind every host's port 80.

#include "feeds/fetch/fetcher.h"
#include "tests/origin/origin_server.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>

namespace newsfold::fetch {

class FetchTest : public ::testing::Test {
 protected:
  FetchOptions options_for_origin() const {
    FetchOptions options;
    options.user_agent = "Newsfold/0.1 (+https://newsfold.example/bot)";
    options.resolve = origin_.resolve_rules();
    options.allow_private = {"127.0.0.0/8"};
    return options;
  }
  void SetUp() override { fetcher_ = Fetcher::create(loop_.get_executor(), options_for_origin()).value(); }

  Result<Response> fetch(Request request) { return fetch(*fetcher_, std::move(request)); }
  Result<Response> fetch(Fetcher& fetcher, Request request) {
    std::optional<Result<Response>> out;
    boost::asio::co_spawn(loop_, run(fetcher, std::move(request), out), boost::asio::detached);
    loop_.restart();
    while (!out) loop_.run_one();
    return std::move(*out);
  }
  Result<Response> get(std::string url) {
    Request request;
    request.url = std::move(url);
    return fetch(std::move(request));
  }
  static boost::asio::awaitable<void> run(Fetcher& fetcher, Request request,
                                          std::optional<Result<Response>>& out) {
    out = co_await fetcher.fetch(std::move(request));
  }

  origin::OriginServer origin_;
  boost::asio::io_context loop_;
  std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace newsfold::fetch
