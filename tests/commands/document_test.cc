#include "daemon/commands/document.h"

#include "tests/origin/origin_server.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace newsfold {
namespace {

using origin::OriginResponse;
using origin::OriginServer;

OriginResponse say(unsigned status, std::string text) {
  OriginResponse response;
  response.status = status;
  response.body = std::move(text);
  response.headers = {{"Content-Type", "application/rss+xml"}};
  return response;
}

TEST(Document, IsAFileOrAnAddress) {
  auto const path = std::filesystem::path(testing::TempDir()) / "newsfold_document_test";
  std::ofstream(path) << "<rss/>";
  auto const file = load_document(path.string(), {});
  std::filesystem::remove(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->bytes, "<rss/>");
  EXPECT_EQ(file->url, "");

  OriginServer server;
  server.handle("news.example", "/feed", [](auto const&) { return say(200, "<rss/>"); });
  server.handle("news.example", "/gone", [](auto const&) { return say(410, ""); });
  DocumentOptions options;
  options.resolve = server.resolve_rules();
  options.allow_private = {"127.0.0.0/8"};
  auto const page = load_document("http://news.example/feed", options);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->bytes, "<rss/>");
  EXPECT_EQ(page->url, "http://news.example/feed");
  EXPECT_EQ(page->content_type, "application/rss+xml");
  EXPECT_EQ(load_document("http://news.example/gone", options).error().code, ErrorCode::gone);
}

TEST(Document, SaysWhatCannotBeRead) {
  EXPECT_EQ(load_document("/does/not/exist", {}).error().code, ErrorCode::unreadable);
  EXPECT_EQ(load_document("http://127.0.0.1:9/", {}).error().code, ErrorCode::refused);
}

}  // namespace
}  // namespace newsfold
