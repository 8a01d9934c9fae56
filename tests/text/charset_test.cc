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
  EXPECT_TRUE(decode("<?xml version='1.0' encoding='shift_jis'?>\x93\xFA\x96\x7B")
                  .text()
                  .ends_with("?>\u65E5\u672C"));
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

TEST(Charset, MoreBadBytesThanSequencesAreStillUtf8WhereItsSequencesAreNoChance) {
  std::string const head = "<?xml version='1.0' encoding='utf-8'?>";
  auto const decoded = decode(head + "\u017Elu\u0165 \xE9 \xE8 \xE0 \u017E \xFC");
  EXPECT_EQ(decoded.encoding(), "UTF-8");
  EXPECT_EQ(decoded.text(), head + "\u017Elu\u0165 \uFFFD \uFFFD \uFFFD \u017E \uFFFD");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "caf\xE9 ";
  EXPECT_EQ(decode(head + many + "\u017E").encoding(), "windows-1252");
  EXPECT_EQ(
      decode(head + many).text(), head + [] {
        std::string out;
        for (int i = 0; i < 20; ++i) out += "caf\u00E9 ";
        return out;
      }());
}

TEST(Charset, FallsBackToWindows1252WithoutAnyLabel) {
  EXPECT_EQ(decode("caf\xE9 \x93x\x94").text(), "caf\u00E9 \u201Cx\u201D");
}

// Unlabelled text by its letters; the bytes say "news of the day" and the like.
TEST(Charset, GuessesWhatNothingLabels) {
  struct Row {
    char const* bytes;
    char const* encoding;
  };
  for (auto const& [bytes, encoding] : {
           Row{"<t>\xCD\xEE\xE2\xEE\xF1\xF2\xE8 \xE4\xED\xFF \xE8 \xEE\xE1\xE7\xEE\xF0 "
               "\xED\xE5\xE4\xE5\xEB\xE8 News of the day</t>",
               "windows-1251"},
           Row{"<t>\xEE\xCF\xD7\xCF\xD3\xD4\xC9 \xC4\xCE\xD1 \xC9 \xCF\xC2\xDA\xCF\xD2 "
               "\xCE\xC5\xC4\xC5\xCC\xC9</t>",
               "KOI8-R"},
           Row{"<t>\xC0\xD2\xC9\xD2\xE4\xB7\xC2 \xCA\xC7\xD1\xCA\xB4\xD5\xA4\xC3\xD1\xBA</t>", "windows-874"},
           Row{"<t>\xF9\xEC\xE5\xED \xF2\xE5\xEC\xED \xE4\xE7\xE3\xF9\xE5\xFA \xF9\xEC \xE4\xE9\xE5\xED</t>",
               "windows-1255"},
           Row{"<t>\xC9t\xE9 \xE0 la plage, d\xE9j\xE0 vu</t>", "windows-1252"},
           Row{"<t>Rz\xB1"
               "d przyj\xB1\xB3 wczoraj now\xB1 ustaw\xEA o podatkach, kt\xF3ra wejdzie w \xBFycie w "
               "przysz\xB3ym roku. Premier powiedzia\xB3, \xBF"
               "e zmiany s\xB1 konieczne</t>",
               "ISO-8859-2"},
       })
    EXPECT_EQ(decode(bytes).encoding(), encoding) << bytes;
}

TEST(Charset, ReadsIso2022JpWithoutItsLabel) {
  EXPECT_EQ(decode("<a>\x1B$BF|K\\\x1B(B</a>").text(), "<a>\u65E5\u672C</a>");
}

}  // namespace
}  // namespace newsfold::text
