#include "feeds/parse/xml_mend.h"

#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace newsfold::parse {
namespace {

constexpr std::size_t deep = 256;

TEST(XmlMend, MendsWhatPeopleWouldMend) {
  struct Row {
    char const* broken;
    char const* mended;
  };
  for (auto const& [broken, mended] : {
           Row{"<rss><item><title>a</Title></item></rss>", "<rss><item><title>a</title></item></rss>"},
           Row{"<rss><item>a</b></item></rss>", "<rss><item>a</item></rss>"},
           Row{"<rss><item><title>a<link>b</link></item></rss>",
               "<rss><item><title>a</title><link>b</link></item></rss>"},
           Row{"<rss><item><title>a</title><item><title>b</title></rss>",
               "<rss><item><title>a</title></item><item><title>b</title></item></rss>"},
           Row{"<a x=1 y>b</a>", "<a x=\"1\" y=\"y\">b</a>"},
           Row{"<a x='1\"2'/>", "<a x=\"1&quot;2\"/>"},
           Row{"<t>1 < 2 <3 <jo@h.example></t>", "<t>1 &lt; 2 &lt;3 &lt;jo@h.example></t>"},
           Row{"<description><p>a<br>b<p>c</description>",
               "<description><p>a<br/>b<p>c</p></p></description>"},
           Row{"<t>a<!-- b", "<t>a b</t>"},
           Row{"<t><![CDATA[a</t>", "<t><![CDATA[a]]></t>"},
           Row{"<rss><channel>", "<rss><channel></channel></rss>"},
           Row{"<rss><item<title>a <b<c</title></item></rss>",
               "<rss><item><title>a &lt;b&lt;c</title></item></rss>"},
           Row{"<rss v<description>1'><channel>a</channel></rss>",
               "<rss v=\"v\"><description>1'></description><channel>a</channel></rss>"},
           Row{"<rss><channel><item><title>a<rss><item>b</item></channel></rss>",
               "<rss><channel><item><title>a</title></item><item>b</item></channel></rss>"},
           Row{"<a b", ""},
       })
    EXPECT_EQ(mend_xml(broken, deep), mended) << broken;
}

TEST(XmlMend, LeavesGoodMarkupAlone) {
  constexpr char const* good =
      "<rss><channel><item a=\"b\"><title>x &amp; y</title><c:d/><![CDATA[<e>]]></item></channel></rss>";
  EXPECT_EQ(mend_xml(good, deep), good);
}

// Whatever goes in, an XML parser takes what comes out.
TEST(XmlMend, ItsOutputIsWellFormed) {
  for (char const* broken :
       {"<", "</", "<a", "<a b='", "<a b=>", "<!", "<!DOCTYPE [", "<?", "<![CDATA[", "</a></b>",
        "<a></b></a>", "<A><b></a></B>", "<a/ b>", "<a =b>", "<item><item/><item>", "<x:y:z>", "<a <b>>"}) {
    auto const mended = mend_xml(broken, deep);
    pugi::xml_document document;
    EXPECT_TRUE(document.load_buffer(mended.data(), mended.size(), pugi::parse_fragment))
        << broken << " -> " << mended;
  }
}

TEST(XmlMend, IsLinearAndShallow) {
  std::string open;
  for (int i = 0; i < 100'000; ++i) open += "<x><!--<![CDATA[<?<!D[";
  auto const mended = mend_xml(open, deep);
  EXPECT_LT(mended.size(), open.size() * 3);
}

// Each of them was looked for up to the one end that stands behind them all: 4 TB to read, which no test
// outlives.
TEST(XmlMend, LooksForTheEndOfAnInstructionUpToTheNextTag) {
  std::string many = "<rss></x>";
  for (int i = 0; i < 1'000'000; ++i) many += "<?x>";
  EXPECT_EQ(mend_xml(many + "?>", deep), "<rss></rss>");
}

}  // namespace
}  // namespace newsfold::parse
