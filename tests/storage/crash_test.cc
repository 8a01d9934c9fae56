// Killed at any instant, the store loses nothing that was announced, and no number means two things.

#include "storage/store.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <string>
#include <utility>

namespace newsfold::storage {
namespace {

constexpr int rounds = 8;
constexpr int first_kill_after = 2;  // announcements
constexpr int kill_spread = 40;

struct Announced {
  std::uint64_t sequence;
  std::uint64_t article;
};

// Stores articles and says which are durable, until it is killed.
[[noreturn]] void ingest_for_ever(std::filesystem::path const& path, int round, int pipe) {
  auto opened = Store::open(path, options());
  if (!opened) ::_exit(3);
  auto& store = **opened;
  store.on_commit([&](CommitReport const& report) {
    for (auto const& row : report.changes) {
      auto const view = ChangeView::decode(*row);
      if (!view) ::_exit(4);
      Announced const said{number(view->sequence), number(view->article)};
      if (::write(pipe, &said, sizeof said) != sizeof said) ::_exit(5);
    }
  });
  for (int i = 0;; ++i) {
    auto const view = store.view();
    auto const first = (round * 1'000'000) + i * 4;
    std::vector<FeedChange> const group{change(view, harbour, {doc(first), doc(first + 1)}),
                                        change(view, valley, {doc(first + 2), doc(first + 3)})};
    if (!store.commit(group, at(i))) ::_exit(6);
  }
}

TEST(KilledStore, LosesNothingThatWasAnnouncedAndStaysDense) {
  TempDirectory const directory;
  auto const path = directory / "store";
  std::map<std::uint64_t, std::uint64_t> announced;
  std::mt19937 random(20261107);
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      ingest_for_ever(path, round, ends[1]);
    }
    ::close(ends[1]);
    int const kill_after = first_kill_after + static_cast<int>(random() % kill_spread);
    Announced said{};
    bool killed = false;
    for (int heard = 0; ::read(ends[0], &said, sizeof said) == sizeof said; ++heard) {
      auto const [known, is_new] = announced.emplace(said.sequence, said.article);
      EXPECT_TRUE(is_new) << "number " << said.sequence << " was given out twice";
      if (heard == kill_after) {
        ::kill(child, SIGKILL);
        killed = true;
      }
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(killed) << "the child ended by itself with " << WEXITSTATUS(status);

    auto const store = open(path);
    auto const events = told(*store);
    ASSERT_EQ(number(store->last_sequence()), events.size());
    for (std::size_t i = 0; i < events.size(); ++i) ASSERT_EQ(number(events[i].sequence), i + 1);
    for (auto const& [sequence, article] : announced) {
      ASSERT_LE(sequence, events.size()) << "an announced event is lost";
      ASSERT_EQ(number(events[sequence - 1].article), article) << "a number has another meaning now";
    }
    for (auto const& event : events) announced.emplace(number(event.sequence), number(event.article));
    ASSERT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  }
  EXPECT_GT(announced.size(), static_cast<std::size_t>(rounds * first_kill_after));
}

}  // namespace
}  // namespace newsfold::storage
