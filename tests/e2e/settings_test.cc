// From a line of config.toml to what it does: what each part is given, and what a daemon makes of it.

#include "daemon/config/load.h"
#include "daemon/run/wiring.h"
#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <mutex>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using origin::OriginRequest;
using origin::OriginResponse;
using origin::say;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- What each part is given ------------------------------------------------------------------------

config::Config config_of(std::string const& toml) {
  auto loaded =
      config::parse_config(toml, "/etc/newsfold/config.toml", [](std::string_view) { return std::nullopt; });
  EXPECT_TRUE(loaded.ok()) << config::describe(loaded.problems);
  return std::move(loaded.config);
}

constexpr char const* state = "[storage]\npath = \"/var/lib/newsfold\"\n";

TEST(Wiring, DedupReachesTheStoreAndThePipeline) {
  auto const config =
      config_of(std::string(state) + "[dedup]\nwindow = \"36h\"\nthreshold = 0.55\nscope = \"tag\"\n");
  auto const store = run::store_options(config, Epoch{1});
  EXPECT_EQ(store.fold.window, 36h);
  EXPECT_DOUBLE_EQ(store.fold.options.threshold, 0.55);
  EXPECT_EQ(store.fold.scope, storage::FoldScope::tag);
  EXPECT_DOUBLE_EQ(run::pipeline_options(config).fold.threshold, 0.55) << "looks ahead by the same rule";
}

TEST(Wiring, CleanReachesEachSource) {
  auto const source_of = [](std::string const& clean) {
    auto const config = config_of(state + ("[clean]\n" + clean) +
                                  "[[feed]]\nname = \"a\"\nurl = \"https://a.example/feed\"\n");
    return run::make_sources(config).value().sources.at(0);
  };
  auto const usual = source_of("");
  EXPECT_EQ(usual.clean.paid_text, clean::PaidText::drop);
  EXPECT_EQ(usual.clean.photo_credits, clean::PhotoCredits::drop);
  EXPECT_EQ(usual.join_pages_max, 1u);
  EXPECT_EQ(source_of("paid_text = \"keep\"\n").clean.paid_text, clean::PaidText::keep);
  EXPECT_EQ(source_of("photo_credits = \"keep\"\n").clean.photo_credits, clean::PhotoCredits::keep);
  EXPECT_EQ(source_of("join_pages = true\njoin_pages_max = 7\n").join_pages_max, 7u);
  EXPECT_EQ(source_of("join_pages_max = 7\n").join_pages_max, 1u) << "off is off";
}

TEST(Wiring, AProxyIsForPublishersOnly) {
  auto const config = config_of(std::string(state) + "[fetch]\nproxy = \"http://proxy.example:3128\"\n");
  EXPECT_EQ(run::fetch_options(config).proxy, "http://proxy.example:3128");
  EXPECT_EQ(run::webhook_client_options(config, false).proxy, "");
}

struct FilterOption {
  std::string line;
  std::function<void(notify::FilterSpec&)> meant;
};
std::vector<FilterOption> const filter_options{
    {"types = [\"article.created\", \"feed.*\"]",
     [](auto& f) {
       f.types = {"article.created", "feed.*"};
     }},
    {"feeds = [\"north*\"]", [](auto& f) { f.feeds = {"north*"}; }},
    {"tags = [\"world\"]", [](auto& f) { f.tags = {"world"}; }},
    {"languages = [\"de\"]", [](auto& f) { f.languages = {"de"}; }},
    {"query = \"harbour \\\"old bridge\\\"\"", [](auto& f) { f.query = "harbour \"old bridge\""; }},
    {"copies = \"show\"", [](auto& f) { f.copies = notify::Copies::show; }},
    {"copies = \"fold\"", [](auto& f) { f.copies = notify::Copies::fold; }},
};

TEST(Wiring, EachPartOfAFilterReachesTheWebhook) {
  TemporaryFolder const folder;
  std::ofstream(folder.path() + "/key") << "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
  for (auto const& [line, meant] : filter_options) {
    notify::FilterSpec spec;
    spec.copies = notify::Copies::fold;  // what a webhook has by default
    meant(spec);
    auto const config = config_of(
        std::string(state) + "[[webhook]]\nname = \"w\"\nurl = \"https://w.example/\"\nsecret_file = \"" +
        folder.path() + "/key\"\n" + line + "\n");
    auto const webhooks = run::make_webhooks(config).value();
    ASSERT_EQ(webhooks.size(), 1u);
    EXPECT_EQ(webhooks[0].filter.key(), notify::Filter::make(spec).value().key()) << line;
  }
}

TEST(Wiring, EachPartOfAFilterReachesNats) {
  for (auto const& [line, meant] : filter_options) {
    notify::FilterSpec spec;  // every event by default
    meant(spec);
    auto const config =
        config_of(std::string(state) + "[nats]\nurl = \"nats://127.0.0.1:4222\"\n" + line + "\n");
    auto const nats = run::make_nats(config).value();
    ASSERT_TRUE(nats);
    EXPECT_EQ(nats->filter.key(), notify::Filter::make(spec).value().key()) << line;
  }
}

// ---- What a daemon makes of it ----------------------------------------------------------------------

std::string item(std::string const& site, std::string const& id, std::string const& title,
                 std::string const& text) {
  return "<item><title>" + title + "</title><guid>" + id + "</guid><link>http://" + site + ".example/" + id +
         "</link><description><![CDATA[" + text + "]]></description></item>";
}

std::string rss(std::string const& items) {
  return "<rss version=\"2.0\"><channel><title>T</title>" + items + "</channel></rss>";
}

std::string paragraphs(std::string const& place) {
  std::string out;
  for (int i = 0; i < 6; ++i)
    out += "<p>In " + place + " the council heard engineer number " + std::to_string(i * 7) +
           " explain why the old sluice leaks, and what a new gate would cost the fishermen.</p>";
  return out;
}

class SettingsTest : public ::testing::Test {
 protected:
  std::string config(std::string const& more) const {
    std::string resolve;
    for (auto const* site : {"alpha", "beta", "gamma"})
      resolve += '"' + std::string(site) + ".example:80:127.0.0.1:" + std::to_string(origin_.port()) + "\", ";
    return "[fetch]\nallow_private = true\nresolve = [" + resolve +
           "]\n[polling]\nhost_spacing = \"0\"\nrobots_for_feeds = false\n" + more;
  }
  static std::string feed(std::string const& site, std::string const& more = {}) {
    return "[[feed]]\nname = \"" + site + "\"\nurl = \"http://" + site + ".example/feed\"\n" + more;
  }
  // The first `count` events of a daemon with that configuration.
  std::vector<SeenEvent> stream(std::string const& more, std::size_t count) const {
    Installation const installation(config(more));
    auto const daemon = installation.start_daemon();
    auto events = installation.events(count, within(patience));
    EXPECT_EQ(events.size(), count) << installation.log();
    return events;
  }

  origin::OriginServer origin_;
};

std::size_t count_of(std::vector<SeenEvent> const& events, std::string const& type) {
  return static_cast<std::size_t>(
      std::ranges::count_if(events, [&](SeenEvent const& event) { return event.type == type; }));
}

TEST_F(SettingsTest, ScopeAndThresholdOfDedupDecideWhatIsACopy) {
  auto const whole = paragraphs("Alesund");
  auto const edited = whole.substr(whole.find("</p>") + 4) + "<p>The mayor did not answer our questions.</p>";
  origin_.handle("alpha.example", "/feed",
                 [&](OriginRequest const&) { return say(rss(item("alpha", "a", "Sluice", whole))); });
  origin_.handle("beta.example", "/feed",
                 [&](OriginRequest const&) { return say(rss(item("beta", "b", "Gate", edited))); });
  auto const feeds = "[clean]\nfetch_pages = \"never\"\n" + feed("alpha") + feed("beta");
  EXPECT_EQ(count_of(stream(feeds, 2), "article.copied"), 1u);
  EXPECT_EQ(count_of(stream("[dedup]\nscope = \"feed\"\n" + feeds, 2), "article.copied"), 0u);
  EXPECT_EQ(count_of(stream("[dedup]\nthreshold = 1\n" + feeds, 2), "article.copied"), 0u);
}

TEST_F(SettingsTest, CleanDecidesWhatOfAPageBecomesText) {
  origin_.handle("alpha.example", "/feed", [](OriginRequest const&) {
    return say(rss(item("alpha", "a", "Sluice", "The council met.")));
  });
  auto const page = [](std::string const& place, std::string const& more) {
    return "<html lang=en><head><title>Sluice</title><script type=\"application/ld+json\">{\"@type\":"
           "\"NewsArticle\",\"isAccessibleForFree\":false,\"hasPart\":{\"isAccessibleForFree\":false,"
           "\"cssSelector\":\".paid\"}}</script></head><body><main><article><h1>Sluice</h1>" +
           paragraphs(place) + more + "</main></body></html>";
  };
  origin_.handle("alpha.example", "/a", [&](OriginRequest const& request) {
    if (request.query == "page=2") return say(page("Bergen", "</article>"), "text/html");
    return say(page("Alesund", "<p>Photo: Ada Quay</p><div class=paid>" + paragraphs("Cadiz") +
                                   "</div></article><div class=pagination><a rel=next "
                                   "href='?page=2'>2</a></div>"),
               "text/html");
  });
  auto const text = [&](std::string const& clean) {
    auto const events = stream("[clean]\nfetch_pages = \"always\"\n" + clean + feed("alpha"), 1);
    return events.empty() ? std::string() : events[0].text;
  };
  auto const usual = text("");
  EXPECT_THAT(usual, HasSubstr("Alesund"));
  for (auto const* absent : {"Cadiz", "Ada Quay", "Bergen"}) EXPECT_THAT(usual, Not(HasSubstr(absent)));
  auto const more = text("paid_text = \"keep\"\nphoto_credits = \"keep\"\njoin_pages = true\n");
  for (auto const* present : {"Cadiz", "Ada Quay", "Bergen"}) EXPECT_THAT(more, HasSubstr(present));
}

TEST_F(SettingsTest, AWebhookGetsWhatItsFilterLetsThrough) {
  origin_.handle("alpha.example", "/feed", [](OriginRequest const&) {
    return say(
        rss(item("alpha", "1", "Weather", "It rained in the hills over night, and the rivers rose.") +
            item("alpha", "2", "Sluice opens", "The old sluice was opened for the first time since May.")));
  });
  origin_.handle("beta.example", "/feed", [](OriginRequest const&) {
    return say(
        rss(item("beta", "3", "Sluice closes", "Another sluice was closed by a ferry that lost its way.")));
  });
  std::mutex lock;
  std::vector<SeenEvent> got;
  origin_.handle("", "/hook", [&](OriginRequest const& request) {
    std::lock_guard const hold(lock);
    if (auto event = parse_event(request.body)) got.push_back(std::move(*event));
    return OriginResponse{};
  });
  Installation const installation(
      config("[clean]\nfetch_pages = \"never\"\n" + feed("alpha", "tags = [\"hills\"]\n") + feed("beta") +
             "[[webhook]]\nname = \"w\"\nurl = \"" + origin_.url("/hook") +
             "\"\nsecret_file = \"key\"\nallow_private = true\ntypes = [\"article.created\"]\n"
             "feeds = [\"al*\"]\ntags = [\"hills\"]\nquery = \"sluice\"\n"));
  std::ofstream(installation.folder() + "/key") << "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
  auto const daemon = installation.start_daemon();
  ASSERT_EQ(installation.events(3, within(patience)).size(), 3u) << installation.log();
  auto const is_through = [&] {  // all three are read: sent, or passed over
    return installation.run({"webhook", "list", "w", "--json"}).output.find("\"behind\":0") !=
           std::string::npos;
  };
  for (auto const deadline = within(patience); !is_through();)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << installation.log();
  std::lock_guard const hold(lock);
  ASSERT_EQ(got.size(), 1u) << installation.log();
  EXPECT_EQ(got[0].title, "Sluice opens");
}

TEST_F(SettingsTest, CredentialsFromFilesAreSentByAPollAndNeverLogged) {
  auto const guarded = [](std::string name, std::string value) {
    return [name = std::move(name), value = std::move(value)](OriginRequest const& request) {
      if (request.header(name) == value)
        return say(
            rss(item("any", value, "Told to subscribers", "Only who has the word gets to read this text.")));
      OriginResponse refused;
      refused.status = 401;
      return refused;
    };
  };
  origin_.handle("alpha.example", "/feed", guarded("Authorization", "Basic cmVhZGVyOm9wZW4tc2VzYW1l"));
  origin_.handle("beta.example", "/feed", guarded("Authorization", "Bearer bearer-of-rings"));
  origin_.handle("gamma.example", "/feed", guarded("X-Api-Key", "key-to-the-city"));
  Installation const installation(config("[log]\nlevel = \"debug\"\n[clean]\nfetch_pages = \"never\"\n" +
                                         feed("alpha", "basic_auth_file = \"basic\"\n") +
                                         feed("beta", "bearer_token_file = \"bearer\"\ninterval = \"1s\"\n") +
                                         feed("gamma", "header_file = \"header\"\n")));
  std::ofstream(installation.folder() + "/basic") << "reader:open-sesame\n";
  std::ofstream(installation.folder() + "/bearer") << "bearer-of-rings\n";
  std::ofstream(installation.folder() + "/header") << "X-Api-Key: key-to-the-city\n";
  auto const daemon = installation.start_daemon();
  auto const events = installation.events(3, within(patience));
  EXPECT_EQ(events.size(), 3u) << installation.log();
  // And where the answer is a refusal.
  std::ofstream(installation.folder() + "/bearer") << "bearer-of-news\n";
  ASSERT_EQ(installation.run({"reload"}).status, 0);
  auto const refused = [&] { return installation.log().find("status=401") != std::string::npos; };
  for (auto const deadline = within(patience); !refused();)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << installation.log();
  EXPECT_EQ(origin_.requests("beta.example").back().header("Authorization"), "Bearer bearer-of-news");
  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(within(patience)), 0);
  auto const log = installation.log();
  EXPECT_THAT(log, HasSubstr("feed=gamma"));
  for (auto const* secret : {"open-sesame", "cmVhZGVyOm9wZW4tc2VzYW1l", "bearer-of", "key-to-the-city"})
    EXPECT_THAT(log, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace newsfold::e2e
