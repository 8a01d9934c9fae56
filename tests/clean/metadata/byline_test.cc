#include "feeds/clean/metadata/byline.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

std::string joined(Byline const& line) {
  std::string out;
  for (auto const& name : line.names) out += (out.empty() ? "" : "; ") + name;
  return out;
}

struct Row {
  char const* line;
  char const* names;
};

constexpr Row running[] = {
    {"By Ada Quay", "Ada Quay"},
    {"Von Ada Quay und Bo Pier", "Ada Quay; Bo Pier"},
    {"Par Ada Quay et Bo Pier", "Ada Quay; Bo Pier"},
    {"Por Ada Muelle", "Ada Muelle"},
    {"Di Ada Molo", "Ada Molo"},
    {"Door Ada Kade", "Ada Kade"},
    {"Autor: Ada Nabrzeże", "Ada Nabrzeże"},
    {"Автор: Ада Причалова", "Ада Причалова"},
    {"Автор: Ада Причал та Богдан Мол", "Ада Причал; Богдан Мол"},
    {"Yazar: Ada Rıhtım", "Ada Rıhtım"},
    {"بقلم: عادة رصيف", "عادة رصيف"},
    {"מאת: עדה רציף", "עדה רציף"},
    {"लेखक: अदा घाट", "अदा घाट"},
    {"作者：宋怡 杨志华", "宋怡; 杨志华"},
    {"著者：波止場ユイ", "波止場ユイ"},
    {"글: 김부두", "김부두"},
    {"By Ada Quay, Political Editor", "Ada Quay"},
    {"By Ada Quay in Berlin", "Ada Quay"},
    {"Published by Ada Quay on March 3, 2026 at 10:15", "Ada Quay"},
    {"03/01/2026 by Ada Quay", "Ada Quay"},
    {"Text von Ada Quay Illustration von Bo Pier", "Ada Quay"},
    {"By Ada Quay, Friday, updated", "Ada Quay"},
    {"Von Ada Quay, Montag", "Ada Quay"},
    {"By the time the sluice opened, the town had changed", ""},
    {"Von den Häfen des Nordens", ""},
    {"Sluice opens at last", ""},
};

TEST(Byline, LinesThatBeginWithByInManyLanguagesNameTheirWriters) {
  for (auto const& row : running)
    EXPECT_EQ(joined(read_byline(row.line, NameSource::running)), row.names) << row.line;
}

constexpr Row declared[] = {
    {"Ada Quay and Bo Pier", "Ada Quay; Bo Pier"},
    {"Ada Quay, Bo Pier & Cy Dock", "Ada Quay; Bo Pier; Cy Dock"},
    {"Ada Quay, MD", "Ada Quay, MD"},
    {"Ada Quay (Image: Agency)", "Ada Quay"},
    {"<a href='/ada'>Ada Quay</a>", "Ada Quay"},
    {"Ada Quay ada@post.example", "Ada Quay"},
    {"admin", ""},
    {"Staff", ""},
    {"Redaktion", ""},
    {"Ortega y Gasset", "Ortega y Gasset"},
    {"ada.quay", "ada.quay"},
    {"Harbour Reporter", "Harbour Reporter"},  // nobody else is named
    {"", ""},
};

TEST(Byline, DeclaredListsArePartedAndCleaned) {
  for (auto const& row : declared)
    EXPECT_EQ(joined(read_byline(row.line, NameSource::declared)), row.names) << row.line;
}

TEST(Byline, ElementsPartNames) {
  std::string const piece(1, byline_piece);
  std::string const link = piece + byline_link;
  EXPECT_EQ(joined(read_byline("By" + link + "Ada Quay" + piece + "Senior Writer", NameSource::printed)),
            "Ada Quay");
  EXPECT_EQ(joined(read_byline(link + "Ada Quay" + link + "Bo Pier", NameSource::printed)),
            "Ada Quay; Bo Pier");
  EXPECT_EQ(joined(read_byline("Ada" + piece + "Quay", NameSource::printed)), "Ada Quay");
}

TEST(Byline, HostileTextTakesBoundedWork) {
  std::string const many(200'000, ',');
  EXPECT_TRUE(read_byline(many, NameSource::declared).names.empty());
  read_byline(std::string(100'000, '\xE4'), NameSource::running);
  std::string commas;
  for (int i = 0; i < 10'000; ++i) commas += "Ada Quay" + std::to_string(i) + ",";
  EXPECT_LE(read_byline(commas, NameSource::declared).names.size(), 64u);
}

}  // namespace
}  // namespace newsfold::clean
