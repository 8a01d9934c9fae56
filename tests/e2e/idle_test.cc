// What the daemon costs while nothing happens.

#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

#include <unistd.h>

namespace newsfold::e2e {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr int feeds = 12;

// The promise is about what users run; a build without optimisation maps some ten MB more of code.
#ifdef NDEBUG
constexpr std::uint64_t rss_kib_max = 40 * 1024;
#else
constexpr std::uint64_t rss_kib_max = 48 * 1024;
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool instrumented = true;  // a sanitizer's shadow is not ours to answer for
#else
constexpr bool instrumented = false;
#endif

std::uint64_t status_kib(pid_t pid, std::string const& name) {
  std::istringstream in(read_text_file("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
  }
  return 0;
}

// User and system time since the start.
std::chrono::milliseconds cpu_time(pid_t pid) {
  auto const text = read_text_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream in(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) in >> skipped;
  std::int64_t user = 0, system = 0;
  in >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
}

std::string feed_document(int feed) {
  auto const n = std::to_string(feed);
  std::string out =
      "<rss version=\"2.0\"><channel><title>Feed " + n + "</title><link>http://f" + n + ".example/</link>";
  for (int i = 0; i < 10; ++i) {
    auto const item = n + "-" + std::to_string(i);
    out += "<item><title>Story " + item + "</title><guid>" + item + "</guid><link>http://f" + n +
           ".example/" + item + "</link><description>Story " + item + " is about the harbour of town " +
           item + ".</description></item>";
  }
  return out + "</channel></rss>";
}

TEST(Idle, TwelveFeedsTakeUnder40MegabytesAndNoCpu) {
  origin::OriginServer server;
  std::string config =
      "[fetch]\nallow_private = true\nresolve = [\"*:80:127.0.0.1:" + std::to_string(server.port()) +
      "\"]\n[polling]\nrobots_for_feeds = false\noverdue_spread = \"0\"\n";
  for (int i = 0; i < feeds; ++i) {
    auto const host = "f" + std::to_string(i) + ".example";
    server.handle(host, "/feed", [i](origin::OriginRequest const& request) {
      origin::OriginResponse response;
      response.headers = {{"Content-Type", "application/rss+xml"}, {"ETag", "\"1\""}};
      response.body = feed_document(i);
      return origin::answer_conditionally(request, std::move(response));
    });
    config += "[[feed]]\nname = \"f" + std::to_string(i) + "\"\nurl = \"http://" + host +
              "/feed\"\ninterval = \"1h\"\nfetch_pages = \"never\"\n";
  }
  Installation const installation(config);
  auto const daemon = installation.start_daemon();
  auto const events = installation.events(feeds * 10, within(60s));
  ASSERT_GE(events.size(), static_cast<std::size_t>(feeds * 10)) << installation.log();

  // The daemon is now idle. Its own end is awaited for a while, which is the time that is measured.
  auto const cpu_before = cpu_time(daemon->pid());
  ASSERT_EQ(daemon->wait(within(5s)), std::nullopt);
  auto const cpu = cpu_time(daemon->pid()) - cpu_before;
  auto const rss = status_kib(daemon->pid(), "VmRSS");
  std::cout << "idle with " << feeds << " feeds: VmRSS " << rss << " KiB (anonymous "
            << status_kib(daemon->pid(), "RssAnon") << " KiB), CPU " << cpu.count() << " ms in 5 s\n";
  RecordProperty("rss_kib", static_cast<int>(rss));
  if (!instrumented) {
    EXPECT_LT(rss, rss_kib_max);
    EXPECT_LE(cpu, 50ms);
  }
}

// daemon/allocator.cc is linked in, and read.
TEST(Idle, FreeMemoryIsGivenBackByAnAllocatorOfTwoArenas) {
  if (instrumented) GTEST_SKIP() << "the sanitizer's allocator takes its place";
  TemporaryFolder const folder;
  auto const errors = folder.path() + "/errors";
  Process process({{NEWSFOLD_BIN, "version"}, {{"MALLOC_CONF", "stats_print:true"}}, errors});
  ASSERT_EQ(process.wait(within(patience)), 0);
  auto const statistics = read_text_file(errors);
  EXPECT_THAT(statistics, HasSubstr("opt.narenas: 2\n"));
  EXPECT_THAT(statistics, HasSubstr("opt.background_thread: true"));
}

}  // namespace
}  // namespace newsfold::e2e
