#include "daemon/commands/archive_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace newsfold {
namespace {

class ArchiveFile : public ::testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-archive.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(std::string const& name) const { return (folder_ / name).string(); }
  void write(std::string const& file, std::vector<std::string> const& parts) const {
    auto out = ArchiveWriter::open(file, compression_of(file));
    ASSERT_TRUE(out);
    for (auto const& part : parts) ASSERT_TRUE(out->write(part));
    ASSERT_TRUE(out->finish());
  }

  std::filesystem::path folder_;
};

TEST_P(ArchiveFile, GivesBackItsLines) {
  auto const file = path(std::string("a") + GetParam());
  std::string const large(3'000'000, 'x');  // more than any buffer
  write(file, {"one\ntw", "o\n\n", large, "\nlast"});
  auto in = ArchiveReader::open(file);
  ASSERT_TRUE(in);
  for (auto const& expected : std::vector<std::string>{"one", "two", "", large, "last"}) {
    auto const line = in->line();
    ASSERT_TRUE(line) << line.error().message;
    ASSERT_TRUE(*line);
    EXPECT_EQ((*line)->size(), expected.size());
    EXPECT_TRUE(**line == expected);
  }
  EXPECT_FALSE(in->line().value());
  EXPECT_FALSE(in->line().value());
}

TEST_P(ArchiveFile, ThatWasNotFinishedIsNotThere) {
  auto const file = path(std::string("a") + GetParam());
  {
    auto out = ArchiveWriter::open(file, compression_of(file));
    ASSERT_TRUE(out->write("half"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

INSTANTIATE_TEST_SUITE_P(Compressions, ArchiveFile, ::testing::Values(".jsonl", ".jsonl.gz", ".jsonl.zst"));

TEST_F(ArchiveFile, ThatIsCutShortIsAnErrorAndNoSilentEnd) {
  for (auto const* end : {".gz", ".zst"}) {
    auto const file = path(std::string("cut") + end);
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    write(file, {text});
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    auto in = ArchiveReader::open(file);
    ASSERT_TRUE(in);
    Result<std::optional<std::string>> line = std::optional<std::string>();
    do line = in->line();
    while (line && *line);
    ASSERT_FALSE(line) << end;
    EXPECT_EQ(line.error().code, ErrorCode::malformed);
  }
}

TEST_F(ArchiveFile, ThatIsDamagedIsAnError) {
  std::ofstream(path("bad.gz")) << "\x1f\x8b\x08 this is no gzip";
  auto in = ArchiveReader::open(path("bad.gz"));
  ASSERT_TRUE(in);
  EXPECT_FALSE(in->line());
  EXPECT_FALSE(ArchiveReader::open(path("nowhere")));
}

TEST_F(ArchiveFile, MayBeSeveralOneAfterTheOther) {
  write(path("a.gz"), {"one\n"});
  write(path("b.gz"), {"two\n"});
  std::ofstream both(path("both"), std::ios::binary);
  for (auto const* part : {"a.gz", "b.gz"}) both << std::ifstream(path(part), std::ios::binary).rdbuf();
  both.close();
  auto in = ArchiveReader::open(path("both"));
  EXPECT_EQ(in->line().value(), "one");
  EXPECT_EQ(in->line().value(), "two");
  EXPECT_FALSE(in->line().value());
}

}  // namespace
}  // namespace newsfold
