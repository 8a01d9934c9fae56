// What parsing a document takes at its peak, against what parse.h promises. This binary counts every
// allocation of C++ and of pugixml; what zlib and ICU take does not depend on the document.
#include "feeds/parse/discover.h"
#include "feeds/parse/parse.h"
#include "feeds/text/url.h"

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> taken{0};
std::atomic<std::size_t> peak{0};

void* take(std::size_t bytes) noexcept {
  void* const block = std::malloc(bytes);
  if (!block) return nullptr;
  auto const now = taken += malloc_usable_size(block);
  auto most = peak.load();
  while (now > most && !peak.compare_exchange_weak(most, now)) {
  }
  return block;
}
void give_back(void* block) noexcept {
  if (!block) return;
  taken -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t bytes) {
  if (void* const block = take(bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }

namespace newsfold::parse {
namespace {

constexpr std::size_t document_bytes = 400'000;

// At the peak, beyond what was there before.
std::size_t peak_of(auto const& work) {
  pugi::set_memory_management_functions(take, give_back);
  auto const before = taken.load();
  peak = before;
  work();
  return peak - before;
}

struct Shape {
  char const* what;
  std::string begin;
  std::string repeated;
  std::string end;

  std::string document() const {
    std::string out = begin;
    while (out.size() < document_bytes) out += repeated;
    return out + end;
  }
};

std::string const long_word(100'000, 'x');
std::string const nearly_too_long(text::base_bytes_max - 20, 'x');

TEST(Memory, OfOneDocumentIsBoundedByItsSizeWhateverStandsInIt) {
  std::string const rss = "<rss version='2.0'><channel>";
  std::string const end = "</channel></rss>";
  auto const address = "https://h.example/" + nearly_too_long + "/feed";
  std::string const json = R"({"version":"https://jsonfeed.org/version/1.1","title":"T",)";
  for (auto const& shape :
       {Shape{"empty elements", rss, "<a/>", end},
        Shape{"empty elements, mended", rss, "<a/>", "</x>" + end},
        Shape{"attributes", rss + "<x ", "a='' ", "/>" + end},
        Shape{"depth", rss, "<a>", ""},
        Shape{"empty items", rss, "<item/>", end},
        Shape{"empty items, mended", rss, "<item/>", "</x>" + end},
        Shape{"items with a letter", rss, "<item><title>a</title></item>", end},
        Shape{"tags", rss + "<item>", "<category>a</category>", "</item>" + end},
        Shape{"files", rss, "<item><enclosure url='/a'/></item>", end},
        Shape{"references", rss + "<item><description>", "&lt;", "</description></item>" + end},
        Shape{"tags of HTML", rss + "<item><description><![CDATA[", "<b>", "]]></description></item>" + end},
        Shape{"namespaces", rss, "<x xmlns:a='u'/>", end},
        Shape{"a long author over empty entries",
              "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>" + long_word + "</name></author>",
              "<entry/>", "</feed>"},
        Shape{"a long base over short links",
              rss + "<item xml:base='http://h.example/" + long_word + "/'><description><![CDATA[",
              "<a href=y>z</a>", "]]></description></item>" + end},
        Shape{"a base that just passes over short links",
              rss + "<item xml:base='http://h.example/" + nearly_too_long + "/'><description><![CDATA[",
              "<a href=y>z</a>", "]]></description></item>" + end},
        Shape{"a base that just passes over short files",
              "<rss xml:base='http://h.example/" + nearly_too_long + "/'><channel>",
              "<item>" +
                  [] {
                    std::string files;
                    for (int i = 0; i < 256; ++i) files += "<enclosure url='" + std::to_string(i) + "'/>";
                    return files;
                  }() +
                  "</item>",
              end},
        Shape{"files in JSON", json + R"("items":[{"attachments":[{})", R"(,{"url":"a"})", "]}]}"},
        Shape{"numbers in JSON", json + "\"x\":[0", ",0", "],\"items\":[]}"},
        Shape{"objects in JSON", json + "\"items\":[{}", ",{}", "]}"},
        Shape{"a long author over empty items in JSON",
              json + R"("authors":[{"name":")" + long_word + R"("}],"items":[{})", ",{}", "]}"},
        Shape{"addresses in a sitemap", "<urlset>", "<url><loc>/a</loc></url>", "</urlset>"}}) {
    auto const document = shape.document();
    std::size_t items = 0;
    auto const most = peak_of([&] {
      auto const feed = parse_feed(document, {address, {}});
      ASSERT_TRUE(feed) << shape.what << ": " << feed.error().message;
      items = feed->items.size();
    });
    EXPECT_LE(most, memory_per_byte_max * document.size() + memory_per_item_max * items)
        << shape.what << ": " << double(most) / double(document.size()) << " bytes a byte, " << items
        << " items";
    RecordProperty(shape.what, std::to_string(most / document.size()));
    if (std::getenv("NEWSFOLD_SHOW"))
      printf("%-45s %6.1f a byte, %6zu items, %6.0f an item\n", shape.what,
             double(most) / double(document.size()), items, items ? double(most) / double(items) : 0);
  }
}

TEST(Memory, OfAnOrdinaryFeedIsAFewTimesItsSize) {
  Shape const feed{"a feed", "<rss version='2.0'><channel><title>T</title>",
                   "<item><title>A title of usual length, with some "
                   "words</title><link>https://h.example/2026/11/a-title</link>"
                   "<guid>https://h.example/?p=1</guid><pubDate>Mon, 02 Nov 2026 10:00:00 "
                   "GMT</pubDate><description>&lt;p&gt;" +
                       std::string(1500, 'a') + "&lt;/p&gt;</description></item>",
                   "</channel></rss>"};
  auto const document = feed.document();
  auto const most = peak_of([&] { EXPECT_TRUE(parse_feed(document, {})); });
  EXPECT_LE(most, 5 * document.size()) << double(most) / double(document.size());
}

TEST(Memory, OfTheFeedsOfAPageIsBoundedWhateverItsBase) {
  Shape const page{"links", "<base href='http://h.example/" + long_word + "/'>",
                   "<a href=rss>RSS</a><a href='a/rss'>", ""};
  auto const document = page.document();
  auto const most = peak_of([&] { EXPECT_FALSE(discover_feeds(document, "https://h.example/").empty()); });
  EXPECT_LE(most, memory_per_byte_max * document.size());
}

}  // namespace
}  // namespace newsfold::parse
