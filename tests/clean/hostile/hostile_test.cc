// What a hostile page costs, in numbers that are the same on every machine: nodes built and nodes looked at.
#include "feeds/clean/extract/clean.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/clean/sanitize/html_token.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "tests/clean/hostile/hostile_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace newsfold::hostile {
namespace {

constexpr std::size_t small = 64UL << 10;
constexpr std::size_t medium = 256UL << 10;
constexpr std::size_t large = 2UL << 20;

std::size_t nodes_of(std::string const& html) {
  auto const page = clean::HtmlDocument::parse(html);
  return page ? page->size() : 0;
}

TEST(HostilePages, HaveNoMoreNodesThanTheirBytesAndTheBoundsAllow) {
  clean::DocumentLimits const limits;
  // A tag may stand for an element, two that a table needs around it, and a text.
  auto const nodes_max = 4 * (limits.elements_max + limits.made_max);
  for (auto const& page : hostile_pages(large)) EXPECT_LE(nodes_of(page.html), nodes_max) << page.name;
  for (auto const& page : hostile_pages(small)) EXPECT_LE(nodes_of(page.html), page.html.size()) << page.name;
}

TEST(HostilePages, NestNoDeeperThanTheBound) {
  for (auto const& hostile : hostile_pages(small)) {
    auto const page = clean::HtmlDocument::parse(hostile.html);
    ASSERT_TRUE(page) << hostile.name;
    std::vector<std::size_t> depth(page->size());
    std::size_t deepest = 0;
    for (clean::NodeIndex node = 1; node < page->size(); ++node)
      deepest = std::max(deepest, depth[node] = depth[page->parent(node)] + 1);
    EXPECT_LE(deepest, clean::DocumentLimits{}.depth_max + 70) << hostile.name;
  }
}

#ifndef NDEBUG
// The walks of metadata, walls and extraction together; most have less than 40 a
// node. Some walks go up: text in 256 elements has more.
TEST(HostilePages, AreWalkedANumberOfTimesThatDoesNotGrowWithThem) {
  for (auto const& page : hostile_pages(medium)) {
    auto const nodes = nodes_of(page.html);
    clean::HtmlDocument::visits = 0;
    (void)clean::clean_page(page.html, {"https://paper.example/a", {}});
    auto const visits = clean::HtmlDocument::visits;
    EXPECT_LE(visits, 400 * nodes + 100'000) << page.name << ", " << nodes << " nodes";
  }
}

// The sanitizer and the two ways to text, which feeds reach without a tree: each byte is read a few times at
// most.
TEST(HostilePages, AreReadAFewTimesByThePassesWithoutATree) {
  auto pages = hostile_pages(small);
  auto const add = [&](char const* name, std::string_view part, std::string_view end = "") {
    std::string html;
    while (html.size() < small) html += part;
    pages.push_back({name, html += end});
  };
  add("tags never closed", "<a ");
  add("tags never closed, without blanks", "<a");
  add("unknown tags never closed", "<x ");
  add("unknown tags, closed at the end", "<x ", ">");
  add("unknown tags without blanks, closed at the end", "<x", ">");
  add("tags in a quote that is never closed", "<a ", "z='>");
  add("end tags never closed", "</a ");
  add("declarations never closed", "<!x <![CDATA[ ");
  add("CDATA sections of one end", "<![CDATA[>", "]]>");
  add("comments with a mistyped end", "<!-- --!>", "-->");
  add("drawings with CDATA sections of one end", "<svg><![CDATA[></svg>", "]]>");
  add("drawings with comments never closed", "<svg><!-- ></svg>");
  add("drawings with CDATA sections never closed", "<svg><![CDATA[></svg>");
  for (auto const& page : pages) {
    auto const cost = [&](auto const& pass) {
      clean::HtmlToken::bytes_read = 0;
      (void)pass(page.html);
      return clean::HtmlToken::bytes_read;
    };
    auto const most = 4 * page.html.size();
    EXPECT_LE(cost([](auto const& html) { return clean::sanitize_html(html); }), most) << page.name;
    EXPECT_LE(cost([](auto const& html) { return clean::html_to_text(html); }), most) << page.name;
    EXPECT_LE(cost([](auto const& html) { return clean::html_to_line(html); }), most) << page.name;
    EXPECT_LE(cost([](auto const& html) {
                return clean::clean_page(html, {"https://paper.example/a", {}});
              }),
              4 * most)
        << page.name;
  }
}
#endif

TEST(HostilePages, ComeOutOfTheSanitizerBoundedAndSafeToReadAgain) {
  for (auto const& page : hostile_pages(small)) {
    auto const once = clean::sanitize_html(page.html, "https://paper.example/");
    EXPECT_LE(once.size(), 12 * page.html.size()) << page.name;
    EXPECT_EQ(clean::sanitize_html(once, "https://paper.example/"), once) << page.name;
  }
}

}  // namespace
}  // namespace newsfold::hostile
