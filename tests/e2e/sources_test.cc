// Sources that come and go: the commands that list them, lists on the web, reloads.

#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <utility>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using origin::OriginRequest;
using origin::OriginResponse;
using origin::say;
using ::testing::HasSubstr;
using ::testing::Not;

std::string feed_of(std::string const& site) {
  return "<rss version='2.0'><channel><title>" + site + "</title><item><title>News of " + site +
         "</title><link>http://" + site + ".example/1</link><guid>" + site +
         "-1</guid><description>Something happened in " + site +
         " today, and this is all that anybody knows about it so far.</description></item></channel></rss>";
}

std::string opml(std::vector<std::string> const& sites) {
  std::string out = "<opml version='2.0'><body>";
  for (auto const& site : sites)
    out += "<outline type='rss' text='" + site + "' xmlUrl='http://" + site + ".example/feed'/>";
  return out + "</body></opml>";
}

class SourcesTest : public ::testing::Test {
 protected:
  SourcesTest() {
    for (auto const* site : {"alpha", "beta", "gamma"})
      origin_.handle(std::string(site) + ".example", "/feed",
                     [body = feed_of(site)](OriginRequest const&) { return say(body); });
  }
  // A configuration whose hosts are all this origin.
  std::string config(std::string const& sources) const {
    std::string resolve;
    for (auto const* site : {"alpha", "beta", "gamma", "lists"})
      resolve += '"' + std::string(site) + ".example:80:127.0.0.1:" + std::to_string(origin_.port()) + "\", ";
    return "[fetch]\nallow_private = true\nresolve = [" + resolve +
           "]\n[polling]\nhost_spacing = \"0\"\n[clean]\nfetch_pages = \"never\"\n" + sources;
  }
  static std::string feed(std::string const& site) {
    return "[[feed]]\nname = \"" + site + "\"\nurl = \"http://" + site + ".example/feed\"\n";
  }
  // What `newsfold ARGUMENTS` prints; its exit status in status_.
  std::string output(Installation const& installation, std::vector<std::string> arguments) {
    auto const process = installation.command(std::move(arguments));
    auto text = process->rest(within(30s));
    status_ = process->wait(within(30s)).value_or(-1);
    return text;
  }
  static bool has(std::vector<SeenEvent> const& events, std::string const& feed) {
    return std::ranges::any_of(events, [&](SeenEvent const& event) { return event.feed == feed; });
  }
  static std::vector<SeenEvent> until_news_of(Installation const& installation, std::string const& feed) {
    return installation.events_until([&](SeenEvent const& event) { return event.feed == feed; }, within(30s));
  }

  origin::OriginServer origin_;
  int status_ = -1;
};

TEST_F(SourcesTest, TheFeedsOfAListOnTheWebComeAndGoWithIt) {
  std::atomic<int> version = 1;
  origin_.handle("lists.example", "/team.opml", [&](OriginRequest const&) {
    return say(version == 1 ? opml({"alpha", "beta"}) : opml({"beta", "gamma"}), "text/x-opml");
  });
  Installation const installation(
      config("[[opml]]\nname = \"team\"\nurl = \"http://lists.example/team.opml\"\ninterval = \"1s\"\ntags = "
             "[\"t\"]\n"));
  {
    auto const daemon = installation.start_daemon();
    EXPECT_TRUE(has(until_news_of(installation, "alpha"), "alpha")) << installation.log();
    EXPECT_TRUE(has(until_news_of(installation, "beta"), "beta")) << installation.log();
    version = 2;
    EXPECT_TRUE(has(until_news_of(installation, "gamma"), "gamma")) << installation.log();
    EXPECT_THAT(output(installation, {"feeds", "--json"}), Not(HasSubstr("\"alpha\"")));
    daemon->signal(SIGTERM);
    ASSERT_EQ(daemon->wait(within(20s)), 0) << installation.log();
  }
  // The list breaks while we are away: what it held goes on.
  origin_.handle("lists.example", "/team.opml",
                 [](OriginRequest const&) { return say("<html>moved</html>", "text/html"); });
  auto const daemon = installation.start_daemon();
  auto const feeds = output(installation, {"feeds", "--json"});
  EXPECT_THAT(feeds, HasSubstr("\"beta\""));
  EXPECT_THAT(feeds, HasSubstr("\"gamma\""));
}

TEST_F(SourcesTest, AListThatFailsIsNotAskedSoonerForARestart) {
  std::atomic<int> asked = 0;
  origin_.handle("lists.example", "/team.opml", [&](OriginRequest const&) {
    ++asked;
    OriginResponse response;
    response.status = 404;
    return response;
  });
  auto const text =
      config("[[opml]]\nname = \"team\"\nurl = \"http://lists.example/team.opml\"\n" + feed("alpha"));
  Installation const installation(text);
  {
    auto const daemon = installation.start_daemon();
    for (auto const deadline = within(30s);
         output(installation, {"feeds", "--json"}).find("nothing at this address") == std::string::npos;)
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << installation.log();
    daemon->signal(SIGTERM);
    ASSERT_EQ(daemon->wait(within(20s)), 0) << installation.log();
  }
  std::ofstream(installation.config_path(), std::ios::app) << feed("beta");
  auto const daemon = installation.start_daemon();
  EXPECT_TRUE(has(until_news_of(installation, "beta"), "beta")) << installation.log();
  EXPECT_EQ(asked, 1);
}

TEST_F(SourcesTest, ArticlesOfAListsFeedsAreKeptForAsLongAsTheListSays) {
  origin_.handle("lists.example", "/team.opml",
                 [](OriginRequest const&) { return say(opml({"beta"}), "text/x-opml"); });
  Installation const installation(
      config(feed("alpha") + "[[opml]]\nname = \"team\"\nurl = \"http://lists.example/team.opml\"\n"
                             "retention_age = \"1ms\"\n"));
  {
    auto const daemon = installation.start_daemon();
    ASSERT_TRUE(has(until_news_of(installation, "alpha"), "alpha")) << installation.log();
    ASSERT_TRUE(has(until_news_of(installation, "beta"), "beta")) << installation.log();
    daemon->signal(SIGTERM);
    ASSERT_EQ(daemon->wait(within(20s)), 0) << installation.log();
  }
  auto const daemon = installation.start_daemon();  // cuts off at once what is too old
  auto const deadline = within(30s);
  auto const articles = [&] { return output(installation, {"export"}); };
  auto kept = articles();
  while (kept.find("News of beta") != std::string::npos && std::chrono::steady_clock::now() < deadline)
    kept = articles();
  EXPECT_THAT(kept, HasSubstr("News of alpha"));
  EXPECT_THAT(kept, Not(HasSubstr("News of beta")));
}

TEST_F(SourcesTest, OpmlGoesInAndOut) {
  Installation const installation(config(feed("alpha") + "tags = [\"first\"]\n"));
  auto const list = installation.folder() + "/list.opml";
  std::ofstream(list) << opml({"alpha", "beta"});
  auto const tables = output(installation, {"opml", "import", list, "--config", installation.config_path()});
  EXPECT_EQ(status_, 0);
  EXPECT_EQ(tables, "[[feed]]\nname = \"beta\"\nurl = \"http://beta.example/feed\"\n");
  auto const exported = output(installation, {"opml", "export", "--config", installation.config_path()});
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(exported, HasSubstr("<opml version=\"2.0\">"));
  EXPECT_THAT(exported, HasSubstr("xmlUrl=\"http://alpha.example/feed\" category=\"first\"/>"));
}

TEST_F(SourcesTest, DiscoverPrintsWhatToPaste) {
  Installation const installation(config(feed("alpha")));
  auto const page = installation.folder() + "/page.html";
  std::ofstream(page) << "<!DOCTYPE html><title>x</title><link rel=alternate type=application/rss+xml "
                         "href=/rss title='All \"news\"'>";
  EXPECT_THAT(output(installation, {"discover", page, "--url", "https://site.example/"}),
              HasSubstr("[[feed]]\nname = \"All \\\"news\\\"\"\nurl = \"https://site.example/rss\"\n"));
}

TEST_F(SourcesTest, PlanShowsWhatWouldBePolledAndWhatCannotBe) {
  Installation const installation(
      config(feed("alpha") + "fresh = \"5m\"\n" + feed("beta") +
             "interval = \"6h\"\nbearer_token_file = \"/not/for/us\"\n"));  // nor needed to plan
  auto const json = output(installation, {"plan", installation.config_path(), "--json"});
  EXPECT_EQ(status_, 1);                                    // a wish cannot be met
  EXPECT_THAT(json, HasSubstr("\"interval_seconds\":22"));  // 6 h and half of the jitter
  EXPECT_THAT(json, HasSubstr("\"unmet\":[{\"what\":\"feed \\\"alpha\\\"\""));
  auto const table = output(installation, {"plan", "--config", installation.config_path()});
  EXPECT_THAT(table, HasSubstr("cannot be met: feed \"alpha\""));
  EXPECT_EQ(origin_.request_count(), 0u);
}

TEST_F(SourcesTest, AReloadAppliesTheDifferenceAndABrokenFileChangesNothing) {
  Installation const installation(config(feed("alpha") + feed("beta")));
  auto const good = read_text_file(installation.config_path());
  auto const daemon = installation.start_daemon();
  ASSERT_TRUE(has(until_news_of(installation, "alpha"), "alpha")) << installation.log();

  std::ofstream(installation.config_path()) << good << "[[feed]]\nname = \"gamma\"\nurl = \"not a url\"\n";
  EXPECT_EQ(output(installation, {"reload"}), "");
  EXPECT_EQ(status_, 1);
  EXPECT_THAT(read_text_file(installation.folder() + "/commands.log"), HasSubstr("nothing was changed"));
  EXPECT_THAT(output(installation, {"feeds", "--json"}), Not(HasSubstr("gamma")));

  std::ofstream(installation.config_path())
      << good << "[[page]]\nname = \"gamma\"\nurl = \"http://gamma.example/\"\nitem = \"div[\"\n";
  EXPECT_EQ(output(installation, {"reload"}), "");
  EXPECT_EQ(status_, 1);
  EXPECT_THAT(read_text_file(installation.folder() + "/commands.log"), HasSubstr("page \"gamma\": `item`"));
  EXPECT_THAT(output(installation, {"feeds", "--json"}), Not(HasSubstr("gamma")));

  std::ofstream(installation.config_path()) << good << feed("gamma") << "[http]\nconnections_max = 7\n";
  EXPECT_EQ(output(installation, {"reload"}), "");  // [http] stands there twice
  auto changed = good;
  changed.replace(changed.find("name = \"beta\""), 13, "name = \"zeta\"");
  std::ofstream(installation.config_path()) << changed << feed("gamma");
  auto const said = output(installation, {"reload"});
  EXPECT_EQ(status_, 0);
  EXPECT_THAT(said, HasSubstr("added    gamma\n"));
  EXPECT_THAT(said, HasSubstr("added    zeta\n"));
  EXPECT_THAT(said, HasSubstr("removed  beta\n"));
  EXPECT_TRUE(has(until_news_of(installation, "gamma"), "gamma")) << installation.log();
  EXPECT_THAT(output(installation, {"feeds", "--json"}), HasSubstr("\"alpha\""));
}

TEST_F(SourcesTest, ANewNameIsNoReasonToAskSooner) {
  Installation const installation(config(feed("alpha")));
  auto const daemon = installation.start_daemon();
  until_news_of(installation, "alpha");
  auto renamed = read_text_file(installation.config_path());
  renamed.replace(renamed.find("name = \"alpha\""), 14, "name = \"omega\"");
  std::ofstream(installation.config_path()) << renamed << feed("beta");
  EXPECT_THAT(output(installation, {"reload"}), HasSubstr("added    omega\n"));
  until_news_of(installation, "beta");  // which nobody was told to wait for
  auto const seen = origin_.requests("alpha.example");
  EXPECT_EQ(std::ranges::count(seen, "/feed", &OriginRequest::path), 1);
  auto const feeds = output(installation, {"feeds", "--json"});
  EXPECT_THAT(feeds, HasSubstr("omega"));
}

TEST_F(SourcesTest, AReloadNamesASourceOfWhichOnlyTagsChanged) {
  Installation const installation(config(feed("alpha") + feed("beta") + feed("gamma")));
  auto const daemon = installation.start_daemon();
  auto const good = read_text_file(installation.config_path());
  auto text = good;
  text.replace(text.find(feed("alpha")), feed("alpha").size(), feed("alpha") + "tags = [\"coast\"]\n");
  text.replace(text.find(feed("gamma")), feed("gamma").size(), feed("gamma") + "retention_age = \"9d\"\n");
  std::ofstream(installation.config_path()) << text;
  EXPECT_EQ(output(installation, {"reload"}), "changed  alpha\nchanged  gamma\nreloaded\n");
  EXPECT_EQ(output(installation, {"reload"}), "reloaded\n");
}

TEST_F(SourcesTest, ATransferThatAReloadMeetsEndsByTheConfigurationThatItBeganWith) {
  std::promise<void> asked;
  std::promise<void> answers;
  origin_.handle("beta.example", "/feed",
                 [&, body = feed_of("beta"), first = true](OriginRequest const&) mutable {
                   if (std::exchange(first, false)) {
                     asked.set_value();
                     answers.get_future().wait();
                   }
                   return say(body);
                 });
  Installation const installation(config(feed("beta")));
  auto const daemon = installation.start_daemon();
  ASSERT_EQ(asked.get_future().wait_for(30s), std::future_status::ready) << installation.log();
  auto text = read_text_file(installation.config_path());
  text.replace(text.find(feed("beta")), feed("beta").size(), feed("alpha"));
  std::ofstream(installation.config_path()) << text;
  EXPECT_THAT(output(installation, {"reload"}), HasSubstr("removed  beta\n"));
  answers.set_value();
  EXPECT_TRUE(has(until_news_of(installation, "beta"), "beta")) << installation.log();
}

TEST_F(SourcesTest, AReloadNamesTheOptionsThatNeedARestartAndNoOthers) {
  Installation const installation(config(feed("alpha")));
  auto const daemon = installation.start_daemon();
  auto text = read_text_file(installation.config_path());
  std::string const storage = "[storage]\n";
  text.insert(text.find(storage) + storage.size(),
              "retention_age = \"30d\"\nchanges_age = \"20d\"\ndisk_free_min = \"1MiB\"\ngroup_max = 7\n");
  std::ofstream(installation.config_path())
      << text << "[alarms]\nsilent_gaps = 5\n[dedup]\nwindow = \"2d\"\n";
  EXPECT_EQ(output(installation, {"reload"}),
            "takes effect after a restart: storage.group_max\n"
            "takes effect after a restart: dedup.window\nreloaded\n");
}

}  // namespace
}  // namespace newsfold::e2e
