// Documents of every format in data/, each beside the JSON that must come out of it. After a wanted change
// NEWSFOLD_REWRITE=1 writes the JSON anew, and a person reads the diff.
#include "feeds/model/feed_json.h"
#include "feeds/parse/parse.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace newsfold::parse {
namespace {

std::string read(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One field a line, so that a diff shows what changed.
std::string pretty(boost::json::value const& value, std::string const& indent = "") {
  auto const inner = indent + "  ";
  std::string out;
  if (auto const* object = value.if_object(); object && !object->empty()) {
    for (auto const& [key, field] : *object)
      out += (out.empty() ? "{\n" : ",\n") + inner + boost::json::serialize(boost::json::value(key)) + ": " +
             pretty(field, inner);
    return out + "\n" + indent + "}";
  }
  if (auto const* array = value.if_array(); array && !array->empty()) {
    for (auto const& field : *array) out += (out.empty() ? "[\n" : ",\n") + inner + pretty(field, inner);
    return out + "\n" + indent + "]";
  }
  return boost::json::serialize(value);
}

TEST(FeedJson, EveryDocumentGivesItsJson) {
  std::size_t seen = 0;
  for (auto const& entry : std::filesystem::directory_iterator(TEST_DATA_DIR)) {
    auto const path = entry.path();
    if (path.extension() == ".expected") continue;
    ++seen;
    auto const feed = parse_feed(read(path), {"https://base.example/feed", {}});
    ASSERT_TRUE(feed) << path << ": " << feed.error().message;
    auto const json = pretty(to_json(*feed)) + "\n";
    auto expected = path;
    expected += ".expected";
    if (std::getenv("NEWSFOLD_REWRITE")) std::ofstream(expected, std::ios::binary) << json;
    EXPECT_EQ(json, read(expected)) << path;
  }
  EXPECT_GE(seen, 10u);
}

TEST(FeedJson, LeavesOutWhatIsNotKnown) {
  auto const json = to_json(Item{});
  EXPECT_EQ(boost::json::serialize(json), "{\"title\":\"\",\"content_html\":\"\"}");
}

}  // namespace
}  // namespace newsfold::parse
