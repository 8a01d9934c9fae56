// Readers beside the writer: whatever they look at, when they look, is whole.

#include "storage/store.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace newsfold::storage {
namespace {

constexpr int groups = 40;

// Reads until the writer is done, and once after it.
void read_all_the_time(Store const& store, std::atomic<bool> const& done, std::string& problem) {
  for (bool last = false; problem.empty() && !last;) {
    last = done.load();
    auto const view = store.view();
    auto const counts = view.counts();
    if (!counts) {
      problem = counts.error().message;
      return;
    }
    // Only articles are made here, one event each: every view must find as many of both.
    if (counts->articles != number(view.sequence())) problem = "a view holds part of a group";
    auto const newest = view.newest_article();
    if (number(newest) > 0 && !view.version(newest, 0)) problem = "the newest article has no version";
    if (store.last_sequence() < view.sequence()) problem = "an event is visible before it was announced";
    auto reader = store.changes(Sequence{0});
    auto expected = std::uint64_t{1};
    for (auto next = reader->next(); problem.empty(); next = reader->next()) {
      if (!next) {
        problem = next.error().message;
      } else if (!*next) {
        break;
      } else if (number((*next)->sequence) != expected++) {
        problem = "the log has a gap";
      }
    }
    if (problem.empty() && expected <= number(view.sequence())) problem = "the log ends before the view does";
  }
}

TEST(Readers, SeeOnlyWholeGroupsAndADenseLog) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  std::atomic<bool> done{false};
  std::vector<std::string> problems(3);
  std::vector<std::thread> readers;
  readers.reserve(problems.size());
  for (auto& problem : problems)
    readers.emplace_back([&store, &done, &problem] { read_all_the_time(*store, done, problem); });
  for (int i = 0; i < groups; ++i) ingest(*store, harbour, {doc(3 * i), doc(3 * i + 1), doc(3 * i + 2)}, i);
  done = true;
  for (auto& reader : readers) reader.join();
  for (auto const& problem : problems) EXPECT_EQ(problem, "");
  EXPECT_EQ(store->last_sequence(), Sequence{3 * groups});
}

}  // namespace
}  // namespace newsfold::storage
