#include "daemon/pipeline/writer.h"

#include "daemon/runtime/clock.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace newsfold::pipeline {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t megabyte = std::size_t{1} << 20;

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

// A writer on a file system of 24 MB, which something else fills to the last byte.
class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-full.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=24m") == 0;
    if (!mounted_) GTEST_SKIP() << "needs the right to mount a file system";
    storage::StoreOptions options;
    options.fresh_epoch = Epoch{1};
    auto opened = storage::Store::open(directory_ / "store", options);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
    writer_ =
        std::make_unique<Writer>(io_.get_executor(), writer_thread_.get_executor(), *store_, clock_,
                                 WriterOptions{}, [this](storage::CommitReport const&) { ++announced_; });
    fill_up();
    asio::co_spawn(io_, writer_->run(), rethrow);
    asio::co_spawn(io_, commit(), rethrow);
  }
  void TearDown() override {
    writer_.reset();
    store_.reset();
    if (mounted_) ::umount(directory_.c_str());
    std::filesystem::remove_all(directory_);
  }

  void fill_up() const {
    auto* const ballast = std::fopen(ballast_path().c_str(), "w");
    std::string const bytes(4096, 'x');
    while (std::fwrite(bytes.data(), 1, bytes.size(), ballast) == bytes.size()) continue;
    std::fclose(ballast);
  }
  std::filesystem::path ballast_path() const { return directory_ / "ballast"; }

  asio::awaitable<void> commit() {
    storage::FeedChange change;
    change.feed = FeedId{7};
    change.feed_name = "daily";
    change.state = std::string(megabyte, 's');
    auto outcome = co_await writer_->commit(std::move(change));
    committed_ = outcome ? "stored" : outcome.error().code == ErrorCode::no_space ? "no space" : "failed";
    co_await writer_->finish();
  }
  // Until the writer sleeps on its clock or all has ended.
  void run_until_it_waits() {
    while (clock_.next_wake() == UtcMicros::max() && io_.run_one() > 0) continue;
  }

  std::filesystem::path directory_;
  bool mounted_ = false;
  asio::io_context io_{1};
  asio::thread_pool writer_thread_{1};
  ManualClock clock_{UtcMicros{std::chrono::hours(24 * 20'000)}};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Writer> writer_;
  int announced_ = 0;
  std::string committed_;
};

TEST_F(FullDisk, PausesTheWriterWhichGoesOnByItselfWhenThereIsRoom) {
  testing::internal::CaptureStderr();
  run_until_it_waits();
  EXPECT_NE(writer_->status().paused, "");
  EXPECT_EQ(committed_, "");
  clock_.advance(5s);
  run_until_it_waits();
  EXPECT_NE(writer_->status().paused, "") << "the disk is as full as before";
  std::filesystem::remove(ballast_path());
  clock_.advance(5s);
  io_.run();
  EXPECT_EQ(committed_, "stored");
  EXPECT_EQ(writer_->status().paused, "");
  EXPECT_EQ(store_->view().feed(FeedId{7})->state.size(), megabyte);
  auto const log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("ingest_paused"), std::string::npos) << log;
  EXPECT_NE(log.find("ingest_resumed"), std::string::npos) << log;
  EXPECT_EQ(log.find("ingest_paused"), log.rfind("ingest_paused")) << "said once";
}

TEST_F(FullDisk, DoesNotKeepADaemonFromStopping) {
  run_until_it_waits();
  ASSERT_NE(writer_->status().paused, "");
  asio::co_spawn(io_, writer_->finish(), rethrow);
  io_.poll();
  clock_.advance(5s);
  run_until_it_waits();
  EXPECT_EQ(committed_, "no space");
  EXPECT_EQ(announced_, 0);
}

}  // namespace
}  // namespace newsfold::pipeline
