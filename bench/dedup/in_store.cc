#include "bench/dedup/in_store.h"

#include "bench/dedup/newsroom.h"
#include "feeds/dedup/fold.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/signature.h"
#include "storage/store.h"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace newsfold::bench {
namespace {

constexpr std::size_t group_items = 128;
constexpr std::size_t slice_items = 20 * 1280;
constexpr std::size_t turn_items = 5 * 1280;
constexpr std::size_t rounds = 4;
constexpr std::size_t recent_max = 2'000;  // what copies are made of

enum class Kind : unsigned char { distinct, copy, report };

struct Planned {
  Kind kind = Kind::distinct;
  std::uint64_t source = 0;  // of a copy: the article's number
};

double cpu_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

// Time spent on a slice: the pool's share (signature, look-ups ahead, decision) and the writer's, on one
// thread; and all of the process, compactions included, less making the news.
struct Spent {
  double ahead = 0;
  double commit = 0;
  double process = 0;
  double wall = 0;
  std::size_t articles = 0;
  std::size_t verified = 0;  // candidates

  Spent& operator+=(Spent const& other) {
    ahead += other.ahead;
    commit += other.commit;
    process += other.process;
    wall += other.wall;
    articles += other.articles;
    verified += other.verified;
    return *this;
  }
};

class Measure {
 public:
  explicit Measure(double& into, clockid_t clock = CLOCK_THREAD_CPUTIME_ID)
      : into_(into), clock_(clock), start_(cpu_seconds(clock)) {}
  ~Measure() { into_ += cpu_seconds(clock_) - start_; }
  Measure(Measure const&) = delete;
  Measure& operator=(Measure const&) = delete;

 private:
  double& into_;
  clockid_t clock_;
  double start_;
};

// Grows a store article by article and keeps count of what was right.
class Growth {
 public:
  // A store that grows on gets other news than it had.
  explicit Growth(storage::Store& store)
      : store_(store),
        newsroom_(std::uint32_t(20261101 + number(store.view().newest_article()))),
        number_(2 * number(store.view().newest_article())) {}

  Spent slice(std::size_t articles = slice_items) {
    Spent spent;
    while (spent.articles < articles) {
      auto const group = make_group();
      Measure const wall(spent.wall, CLOCK_MONOTONIC);
      Measure const process(spent.process, CLOCK_PROCESS_CPUTIME_ID);
      ingest(group, spent);
      spent.articles += group.size();
    }
    return spent;
  }

  void print_mistakes() const {
    std::printf("false merges, distinct        %12zu of %zu, bound 1 in 100000\n", false_merges_, distinct_);
    std::printf("false merges, template        %12zu of %zu, bound 0\n", false_reports_, reports_);
    std::printf("copies missed                 %12zu of %zu, in a wrong story %zu\n", missed_, copies_,
                wrong_);
    std::printf("stories merged                %12zu\n", merged_);
    std::printf("fingerprints                  %12.1f an article\n",
                double(fingerprints_) / double(distinct_ + copies_ + reports_));
    std::printf("postings                      %12.0f bytes an article with their keys, bound 300\n",
                double(posting_bytes_) / double(distinct_ + copies_ + reports_));
    std::printf("sketch                        %12.0f bytes an article\n",
                double(sketch_bytes_) / double(distinct_ + copies_ + reports_));
  }

 private:
  struct Written {
    Newsroom::Made made;
    Planned plan;
  };

  std::vector<Written> make_group() {
    std::vector<Written> group;
    while (group.size() < group_items) {
      auto const roll = newsroom_.draw() % 100;
      bool const copy = roll >= 5 && roll < 25 && !recent_.empty();
      if (roll < 5) {
        group.push_back({newsroom_.report(), {Kind::report, 0}});
      } else if (copy) {
        auto const& [number, original] = recent_[newsroom_.draw() % recent_.size()];
        group.push_back({newsroom_.copy_of(original), {Kind::copy, number}});
      } else {
        group.push_back({newsroom_.article(), {Kind::distinct, 0}});
      }
    }
    return group;
  }

  void ingest(std::vector<Written> const& group, Spent& spent) {
    storage::FeedChange change;
    change.feed = FeedId{1 + newsroom_.draw() % 1000};
    change.feed_name = "bench";
    {
      Measure const ahead(spent.ahead);
      auto const view = store_.view();
      for (auto const& written : group) change.items.push_back(prepare(view, change.feed, written.made));
    }
    for (auto const& item : change.items) {
      spent.verified += item.fold.looked_at.size();
      fingerprints_ += item.signature->fingerprints.size();
      sketch_bytes_ += item.signature->sketch.encode().size();
      posting_bytes_ += item.signature->fingerprints.size() * (8 + posting_bytes);
    }
    storage::CommitReport report;
    {
      Measure const commit(spent.commit);
      report = store_.commit(std::span(&change, 1), UtcMicros{std::chrono::seconds{1'793'000'000}}).value();
    }
    for (std::size_t i = 0; i < group.size(); ++i) judge(group[i], report.outcomes[0][i]);
    merged_ += report.changes.size() - group.size();
  }

  storage::IngestItem prepare(storage::View const& view, FeedId feed, Newsroom::Made const& made) {
    storage::IngestItem item;
    ++number_;
    auto const url = "https://news.example/2026/11/" + std::to_string(number_);
    auto signature = std::make_shared<dedup::Signature>(dedup::make_signature(made.title, made.text, "en"));
    dedup::ItemFields const fields{url, url, made.title, {}, {}};
    item.traits = dedup::make_traits(fields, *signature);
    dedup::FeedHabits habits;
    item.identity = dedup::identify(feed, item.traits, habits, view);
    item.identity = {};  // each is an article of its own: what is measured is the fold
    item.seen = view.newest_article();
    item.article.title = made.title;
    item.article.content_text = made.text;
    item.article.content_html = "<p>" + made.text + "</p>";
    item.article.url = url;
    item.article.language = "en";
    item.extras.guid = url;
    item.extras.item_url = url;
    item.item_hash = number_;
    item.version_hash = number_;
    item.source_hash = number_;
    item.cleaner_revision = 1;
    item.fold = dedup::decide(*signature, *view.candidates(feed, {}));
    item.signature = std::move(signature);
    return item;
  }

  void judge(Written const& written, storage::ItemOutcome const& outcome) {
    // Two equal copies in one group are the same item again: no article of its own either.
    bool const folded = outcome.outcome != storage::Outcome::created;
    switch (written.plan.kind) {
      case Kind::distinct:
        ++distinct_;
        false_merges_ += folded;
        remember(number(outcome.story), written.made);
        break;
      case Kind::copy:
        ++copies_;
        missed_ += !folded;
        wrong_ += folded && number(outcome.story) != written.plan.source;
        break;
      case Kind::report:
        ++reports_;
        false_reports_ += folded;
        break;
    }
  }

  // The story of an article that came as itself is the article's number.
  void remember(std::uint64_t story, Newsroom::Made const& made) {
    if (recent_.size() < recent_max)
      recent_.emplace_back(story, made);
    else
      recent_[newsroom_.draw() % recent_max] = {story, made};
  }

  static constexpr std::size_t posting_bytes = 6;  // two varints at a million articles: at most

  storage::Store& store_;
  Newsroom newsroom_;
  std::vector<std::pair<std::uint64_t, Newsroom::Made>> recent_;
  std::uint64_t number_;  // of items: more than of articles
  std::size_t distinct_ = 0, false_merges_ = 0, copies_ = 0, missed_ = 0, wrong_ = 0, reports_ = 0,
              false_reports_ = 0, merged_ = 0, fingerprints_ = 0, posting_bytes_ = 0, sketch_bytes_ = 0;
};

void print(std::string const& what, Spent const& spent) {
  auto const each = [&](double seconds) { return 1e6 * seconds / double(spent.articles); };
  std::printf(
      "%-24s ahead %6.1f us, commit %6.1f us, with compactions %6.1f us of CPU; %7.0f/s of wall; "
      "%.2f candidates\n",
      what.c_str(), each(spent.ahead), each(spent.commit), each(spent.process),
      double(spent.articles) / spent.wall, double(spent.verified) / double(spent.articles));
  std::fflush(stdout);
}

std::unique_ptr<storage::Store> open(std::filesystem::path const& directory) {
  storage::StoreOptions options;
  options.sync = storage::SyncMode::os;
  options.fresh_epoch = Epoch{1};
  auto opened = storage::Store::open(directory, options);
  if (opened) return std::move(*opened);
  std::fprintf(stderr, "%s\n", opened.error().message.c_str());
  return nullptr;
}

// The machine is not as fast in one second as it was in the one before: the two stores take turns of a
// second, the empty one until it has a slice, and anew. False where the empty one cannot be opened.
bool compare_with_empty(Growth& grown, std::filesystem::path const& scratch) {
  Spent with_all, empty;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::filesystem::remove_all(scratch);
    auto const store = open(scratch);
    if (!store) return false;
    Growth fresh(*store);
    for (std::size_t turn = 0; turn < slice_items / turn_items; ++turn) {
      empty += fresh.slice(turn_items);
      with_all += grown.slice(turn_items);
    }
  }
  std::filesystem::remove_all(scratch);
  print("an empty store's first", empty);
  print("this store's next", with_all);
  std::printf(
      "rate over that of an empty store: %.2f by the CPU of pool and writer, %.2f with compactions, "
      "%.2f by the wall (bound 0.75)\n",
      (empty.ahead + empty.commit) / (with_all.ahead + with_all.commit), empty.process / with_all.process,
      empty.wall / with_all.wall);
  return true;
}

}  // namespace

int fold_in_store(std::size_t articles, std::filesystem::path const& directory) {
  auto const store = open(directory);
  if (!store) return 1;
  Growth growth(*store);
  std::size_t const before = number(store->view().newest_article());
  for (std::size_t done = 0; done < articles;) {
    auto const spent = growth.slice();
    done += slice_items;
    if (done == slice_items || (done / slice_items) % 4 == 0 || done >= articles)
      print("to " + std::to_string(before + done), spent);
  }
  if (!compare_with_empty(growth, directory.string() + ".empty")) return 1;
  growth.print_mistakes();
  return 0;
}

}  // namespace newsfold::bench
