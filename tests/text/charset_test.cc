#include "feeds/text/charset.h"

#include <gtest/gtest.h>

namespace newsfold::text {
namespace {

using namespace std::string_literals;

std::string wide(std::string_view ascii, int before, int after) {
  std::string out;
  for (char const c : ascii)
    out += std::string(std::size_t(before), '\0') + c + std::string(std::size_t(after), '\0');
  return out;
}

TEST(Charset, KnowsLabelsOfTheWeb) {
  EXPECT_EQ(encoding_for_label(" Latin1 "), "windows-1252");
  EXPECT_EQ(encoding_for_label("ISO-8859-9"), "windows-1254");
  EXPECT_EQ(encoding_for_label("x-sjis"), "Shift_JIS");
  EXPECT_EQ(encoding_for_label("ks_c_5601-1987"), "EUC-KR");
  EXPECT_EQ(encoding_for_label("no-such-thing"), "");
}

TEST(Charset, ReadsTheHeader) {
  EXPECT_EQ(charset_of_content_type("text/xml; charset=\"koi8-r\"; x=y"), "koi8-r");
  EXPECT_EQ(charset_of_content_type("text/xml;Charset = 'utf-8'"), "utf-8");
  EXPECT_EQ(charset_of_content_type("text/xml"), "");
}

TEST(Charset, BorrowsCleanUtf8) {
  auto const bytes = "<rss>\u00E9</rss>"s;
  auto const decoded = decode(bytes);
  EXPECT_EQ(decoded.text().data(), bytes.data());
  EXPECT_EQ(decoded.encoding(), "UTF-8");
  EXPECT_FALSE(decoded.has_controls);
}

TEST(Charset, SeesWideEncodingsWithAndWithoutMark) {
  for (auto const& [bytes, name] : {std::pair{wide("<rss/>", 0, 1), "UTF-16LE"},
                                    {wide("<rss/>", 1, 0), "UTF-16BE"},
                                    {wide("<rss/>", 0, 3), "UTF-32LE"},
                                    {wide("<rss/>", 3, 0), "UTF-32BE"},
                                    {"\xFF\xFE"s + wide("<rss/>", 0, 1), "UTF-16LE"},
                                    {"\xFE\xFF"s + wide("<rss/>", 1, 0), "UTF-16BE"},
                                    {"\xEF\xBB\xBF<rss/>"s, "UTF-8"}}) {
    auto const decoded = decode(bytes, "text/xml; charset=iso-8859-1");
    EXPECT_EQ(decoded.text(), "<rss/>");
    EXPECT_EQ(decoded.encoding(), name);
  }
}

TEST(Charset, PrefersTheHeaderToTheDeclaration) {
  auto const decoded =
      decode("<?xml version='1.0' encoding='iso-8859-1'?><a>\xC4</a>", "text/xml; charset=koi8-r");
  EXPECT_EQ(decoded.encoding(), "KOI8-R");
  EXPECT_TRUE(decoded.text().find("\u0434") != std::string_view::npos);
}

TEST(Charset, ReadsDeclarationAndMeta) {
  EXPECT_EQ(decode("<?xml version='1.0' encoding='windows-1251'?>\xCF").text(),
            "<?xml version='1.0' encoding='windows-1251'?>\u041F");
  EXPECT_EQ(decode("<html><meta http-equiv=x content='text/html; charset=windows-1253'>\xE1").encoding(),
            "windows-1253");
  EXPECT_TRUE(decode("<?xml version='1.0' encoding='shift_jis'?>\x93\xFA\x96\x7B").text().ends_with("?>\u65E5\u672C"));
}

TEST(Charset, ValidUtf8BeatsASingleByteLabel) {
  auto const decoded = decode("<?xml version='1.0' encoding='iso-8859-1'?>\u017Elu\u0165");
  EXPECT_EQ(decoded.encoding(), "UTF-8");
  EXPECT_TRUE(decoded.contradicts_label);
}

TEST(Charset, AFewBadBytesDoNotChangeTheEncoding) {
  auto const decoded = decode("<?xml version='1.0' encoding='utf-8'?>\u017Elu\u0165 \xE9 \u00E9");
  EXPECT_EQ(decoded.encoding(), "UTF-8");
  EXPECT_EQ(decoded.bad_sequences, 1u);
  EXPECT_TRUE(decoded.text().ends_with("\u017Elu\u0165 \uFFFD \u00E9"));
}

TEST(Charset, FallsBackToWindows1252WithoutAnyLabel) {
  EXPECT_EQ(decode("caf\xE9 \x93x\x94").text(), "caf\u00E9 \u201Cx\u201D");
}

TEST(Charset, ReadsIso2022JpWithoutItsLabel) {
  EXPECT_EQ(decode("<a>\x1B$BF|K\\\x1B(B</a>").text(), "<a>\u65E5\u672C</a>");
}

}  // namespace
}  // namespace newsfold::text
