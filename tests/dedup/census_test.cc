#include "feeds/dedup/census.h"

#include <gtest/gtest.h>

namespace newsfold::dedup {
namespace {

Sketch sketch_of(int first) {
  Sketch sketch;
  for (int i = 0; i < 3; ++i) sketch.words.emplace_back(std::uint16_t(first + i), WordKind::other);
  return sketch;
}

int stories(ShingleCensus const& census, Sketch const& sketch) {
  return census.stories(shingle_at(sketch.words, 0));
}

TEST(ShingleCensus, CountsStoriesNotArticles) {
  ShingleCensus census(1024);
  auto const sketch = sketch_of(7);
  EXPECT_EQ(stories(census, sketch), 0);
  for (int copy = 0; copy < 5; ++copy) census.note(sketch, StoryId(1));
  EXPECT_EQ(stories(census, sketch), 1);
  census.note(sketch, StoryId(2));
  census.note(sketch, StoryId(1));
  EXPECT_EQ(stories(census, sketch), 2);
}

TEST(ShingleCensus, StopsCounting) {
  ShingleCensus census(1024);
  for (int story = 1; story < 100; ++story) census.note(sketch_of(7), StoryId(std::uint64_t(story)));
  EXPECT_EQ(stories(census, sketch_of(7)), ShingleCensus::stories_max);
}

TEST(ShingleCensus, KeepsBoilerplateWhenItIsFull) {
  ShingleCensus census(64);
  for (int story = 1; story <= 10; ++story) census.note(sketch_of(60'000), StoryId(std::uint64_t(story)));
  for (int i = 0; i < 50'000; ++i) census.note(sketch_of(i), StoryId(std::uint64_t(100 + i)));
  EXPECT_EQ(stories(census, sketch_of(60'000)), ShingleCensus::stories_max);
}

}  // namespace
}  // namespace newsfold::dedup
