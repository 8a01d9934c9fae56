#include "feeds/dedup/signature.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace newsfold::dedup {
namespace {

std::string const text =
    "The ministry of transport said on Tuesday that 14 of the 120 bridges inspected in Lower Saxony were "
    "unsafe. "
    "Repairs will cost 3.5 million euros, Anna Becker, a spokeswoman, told reporters in Hanover.";

TEST(Signature, IsTheSameForTheSameText) {
  auto const a = make_signature("Bridges unsafe", text);
  auto const b = make_signature("Bridges unsafe", text);
  EXPECT_EQ(a.sketch, b.sketch);
  EXPECT_EQ(a.fingerprints, b.fingerprints);
  EXPECT_FALSE(a.fingerprints.empty());
}

TEST(Signature, DoesNotSeeTypography) {
  auto const plain = make_signature(
      "", "The mayor's office didn't answer calls; the council's lawyers won't comment today.");
  for (auto const* variant :
       {"THE MAYOR’S OFFICE DIDN’T ANSWER CALLS — THE COUNCIL’S LAWYERS WON’T COMMENT TODAY",
        "The mayor¡¯s office didn¡¯t answer calls; the council¡¯s lawyers won¡¯t comment today.",
        "The\u00A0mayor's  office\ndidn't answer calls: the council's lawyers won't comment to\u00ADday."})
    EXPECT_EQ(make_signature("", variant).sketch.text_hash, plain.sketch.text_hash) << variant;
}

// Letters of ASCII, which are read in runs, against their wide forms, which are read one by one.
TEST(Signature, IsThatOfTheSameLettersInTheirWideForms) {
  auto const wide = [](std::string_view ascii) {
    std::string out;
    for (char const c : ascii) {
      bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter)
        for (auto const lead = unsigned(c) - 0x20 + 0xFF00;
             auto const byte : {0xE0 | lead >> 12, 0x80 | (lead >> 6 & 63), 0x80 | (lead & 63)})
          out += char(byte);
      else
        out += c;
    }
    return out;
  };
  for (std::string const sample :
       {"Repairs cost 3.5m, Anna O'Brien said. Tuesday's G20 talks", "x", "Covid19 3x 2.b 1,c d.4e I",
        "Zürich éa aé İi", "北京abc大x学 한국K팝 ไทยab ガスPlan", "NATO said on Monday that NATO",
        "b \u00ADc d\u00AD e' f\xff g"}) {
    auto const plain = make_signature(sample, sample);
    auto const widened = make_signature(wide(sample), wide(sample));
    EXPECT_EQ(plain.sketch, widened.sketch) << sample;
    EXPECT_EQ(plain.fingerprints, widened.fingerprints) << sample;
  }
}

TEST(Signature, ComposesWhatWasDecomposed) {
  EXPECT_EQ(make_signature("", "Gem\u00fcse und K\u00e4se aus Z\u00fcrich").sketch,
            make_signature("", "Gemu\u0308se und Ka\u0308se aus Zu\u0308rich").sketch);
  EXPECT_EQ(make_signature("", "ガス会社の発表").sketch,
            make_signature("", "\u30ab\u3099ス会社の発表").sketch);
}

TEST(Signature, TellsNumbersAndNamesAndDates) {
  auto const sketch = make_signature("", "Repairs cost 3.5 million, Anna Becker said Tuesday.").sketch;
  std::vector<WordKind> kinds;
  for (auto const& word : sketch.words) kinds.push_back(word.kind());
  std::vector<WordKind> const expected = {WordKind::other,   WordKind::other, WordKind::number,
                                          WordKind::other,   WordKind::name,  WordKind::name,
                                          WordKind::calendar};
  EXPECT_EQ(kinds, expected);
}

TEST(Signature, LeavesOutWordsInAForeignScript) {
  EXPECT_EQ(
      make_signature("", "Engineers inspected twelve bridges บาคาร่า Lower Saxony yesterday").sketch.words,
      make_signature("", "Engineers inspected twelve bridges Lower Saxony yesterday").sketch.words);
}

TEST(Signature, FingerprintsOfACutTextMeetThoseOfTheWhole) {
  std::string whole;
  for (int i = 0; i < 400; ++i) whole += "word" + std::to_string(i) + " ";
  auto const all = make_signature("", whole).fingerprints;
  auto const cut = make_signature("", std::string_view(whole).substr(0, whole.size() / 8)).fingerprints;
  std::set<std::uint64_t> const known(all.begin(), all.end());
  auto const shared = std::count_if(cut.begin(), cut.end(), [&](auto f) { return known.contains(f); });
  EXPECT_GE(shared, 4);
}

TEST(Signature, HasFewFingerprintsHoweverLongTheText) {
  std::string endless;
  for (int i = 0; i < 100'000; ++i) endless += "w" + std::to_string(i) + " ";
  auto const signature = make_signature("", endless);
  EXPECT_LE(signature.fingerprints.size(), fingerprints_max);
  EXPECT_LE(signature.sketch.words.size(), Sketch::words_max);
  EXPECT_TRUE(make_signature("", "Two words").fingerprints.empty());
}

TEST(Sketch, DecodesWhatItEncoded) {
  for (auto const* body : {"", "one", "un deux trois quatre cinq", text.c_str()}) {
    auto const sketch = make_signature("A title of 3 Words", body).sketch;
    auto const bytes = sketch.encode();
    auto const decoded = Sketch::decode(bytes);
    ASSERT_TRUE(decoded) << body;
    EXPECT_EQ(*decoded, sketch);
    EXPECT_EQ(fingerprints_of(*decoded), make_signature("", body).fingerprints);
  }
}

TEST(Sketch, EveryDamageIsCorrupt) {
  auto const bytes = make_signature("A title", text).sketch.encode();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(Sketch::decode(bytes.substr(0, length)));
  EXPECT_FALSE(Sketch::decode(bytes + '\0'));
  auto other_layout = bytes;
  other_layout[0] = 2;
  EXPECT_EQ(Sketch::decode(other_layout).error().code, ErrorCode::corrupt);
}

// The bytes on people's disks. Where this fails, write a migration, not a new golden.
TEST(Sketch, KeepsTheLayoutOfSchema1) {
  Sketch sketch;
  sketch.text_hash = 0x0807060504030201;
  sketch.words = {{0x1122, WordKind::other}, {0x3344, WordKind::name}, {0x5566, WordKind::calendar}};
  sketch.title = {{0x7788, WordKind::number}};
  EXPECT_EQ(sketch.encode(),
            std::string(
                "\x01\x01\x02\x03\x04\x05\x06\x07\x08\x03\x00\x01\x22\x11\x44\x33\x66\x55\x88\x77\xB4", 21));
}

}  // namespace
}  // namespace newsfold::dedup
