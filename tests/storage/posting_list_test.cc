#include "storage/posting_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace newsfold::storage {
namespace {

std::vector<dedup::Posting> of_one_story(std::uint64_t story, int copies) {
  std::vector<dedup::Posting> postings;
  for (int i = 0; i < copies; ++i)
    postings.push_back({ArticleId{story + static_cast<std::uint64_t>(i)}, StoryId{story}});
  return postings;
}

TEST(PostingList, IsReadBack) {
  std::vector<dedup::Posting> const postings{
      {ArticleId{1}, StoryId{1}}, {ArticleId{300}, StoryId{1}}, {ArticleId{UINT64_MAX}, StoryId{5}}};
  EXPECT_EQ(decode_postings(encode_postings(postings)), postings);
  EXPECT_EQ(decode_postings(""), std::vector<dedup::Posting>{});
}

TEST(PostingList, OfTwoListsIsTheirConcatenation) {
  auto const one = of_one_story(10, 3);
  auto const other = of_one_story(100, 2);
  auto both = one;
  both.insert(both.end(), other.begin(), other.end());
  EXPECT_EQ(decode_postings(encode_postings(one) + encode_postings(other)), both);
}

TEST(PostingList, TakesFewBytesAPosting) {
  std::string list;
  append_posting(list, {ArticleId{1'000'000}, StoryId{1'000'000}});
  EXPECT_EQ(list.size(), 4u);
}

TEST(PostingList, CutShortIsNoList) {
  auto const list = encode_postings({{ArticleId{1'000'000}, StoryId{999'000}}});
  for (std::size_t size = 1; size < list.size(); ++size)
    EXPECT_FALSE(decode_postings(list.substr(0, size))) << size;
  EXPECT_FALSE(decode_postings(std::string("\x01\x02", 2)));  // a story that is younger than its article
}

TEST(PostingList, ThatIsTrimmedKeepsTheFirstAndTheNewestOfAStory) {
  auto const kept = trim_postings(of_one_story(10, 1000));
  ASSERT_EQ(kept.size(), story_postings_kept_max);
  EXPECT_EQ(kept.front().article, ArticleId{10});
  EXPECT_EQ(kept.back().article, ArticleId{1009});
}

TEST(PostingList, ThatIsTrimmedKeepsTheNewestStoriesAndStillSaysThatThereAreMany) {
  std::vector<dedup::Posting> postings;
  for (std::uint64_t n = 1; n <= 500; ++n) postings.push_back({ArticleId{n}, StoryId{n}});
  auto const kept = trim_postings(postings);
  ASSERT_EQ(kept.size(), list_stories_kept_max);
  EXPECT_GT(kept.size(), dedup::FoldOptions{}.list_stories_max);
  EXPECT_EQ(kept.back().article, ArticleId{500});
}

}  // namespace
}  // namespace newsfold::storage
