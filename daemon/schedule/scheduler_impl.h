#pragma once
// The inside of the Scheduler, shared by the files that it is made of: scheduler.cc (feeds, queue, start and
// stop), scheduler_poll.cc (one poll from request to commit), more_documents.cc (what else a poll reads),
// scheduler_push.cc (WebSub).

#include "daemon/runtime/task_group.h"
#include "daemon/schedule/alarm.h"
#include "daemon/schedule/budget.h"
#include "daemon/schedule/due_queue.h"
#include "daemon/schedule/feed_arrival.h"
#include "daemon/schedule/gated_client.h"
#include "daemon/schedule/gatekeeper.h"
#include "daemon/schedule/page_client.h"
#include "daemon/schedule/robots_cache.h"
#include "daemon/schedule/scheduler.h"

#include <boost/asio/steady_timer.hpp>

#include <random>
#include <set>
#include <unordered_map>
#include <utility>

namespace newsfold::schedule {

inline constexpr std::size_t leaving_max = 10'000;
inline constexpr std::chrono::minutes late_min{
    1};  // a poll that comes so long after its time was kept from it

// 980 bytes a feed with its record, its FeedSpec and all that points here (bench_schedule): the record is
// kept encoded, and decoded for the poll.
struct Entry {
  std::shared_ptr<FeedSpec const> spec;
  std::string record;  // an encoded PollState
  std::string host;    // its gate
  std::size_t due_place = due_nowhere;
  UtcMicros next_due{};
  BudgetShare share;
  std::unique_ptr<PushState> push;  // the record's may be older
  UtcMicros paused_at{};            // UtcMicros{}: it is not
  FeedStatus::Activity activity = FeedStatus::Activity::waiting;
  bool removed : 1 = false;
  bool push_unsaved : 1 = false;
  bool storing : 1 = false;      // its poll's record: another one now would be the older, and stay
  bool wish_told : 1 = false;    // that `fresh` cannot be met
  std::uint32_t interval_s = 0;  // beside the flags: at 100,000 feeds padding counts

  bool paused() const noexcept { return paused_at != UtcMicros{}; }
};
using EntryPtr = std::shared_ptr<Entry>;

inline std::unique_ptr<PushState> copy_of(std::unique_ptr<PushState> const& push) {
  return push ? std::make_unique<PushState>(*push) : nullptr;
}

// Whether the configuration changed what may bring a feed's next poll forward.
bool wants_more(FeedSpec const& before, FeedSpec const& now);

struct Scheduler::Impl {
  Impl(boost::asio::any_io_executor const& e, SleepingClock& c, fetch::Client& f, PollSink& s,
       SchedulerOptions o)
      : executor(e),
        clock(c),
        client(f),
        sink(s),
        options(std::move(o)),
        random(options.seed),
        set_back(c.set_back()),
        gates(e, c, options.hosts),
        robots(c, f, gates, options.robots_agent, options.polling.throttled_min),
        gated(f, gates, robots, c, options.polling.throttled_min),
        pages(gated, gates, Gatekeeper::Line::common),
        pages_in_hand(gated, gates, Gatekeeper::Line::ahead),
        alarm(e, c, [this] { pump(); }),
        push_alarm(e, c, [this] { renew_due(); }),
        over(e, boost::asio::steady_timer::time_point::max()),
        tasks(e) {
    gates.set_places([this] { return counters.in_flight < options.polls_max; });
  }

  void pump();
  void wake_for_next();
  void follow_clock();
  void enqueue(EntryPtr const& entry);
  void start(EntryPtr const& entry, Gatekeeper::Permit permit);
  void release();
  void put_back(EntryPtr const& entry);
  boost::asio::awaitable<void> poll(EntryPtr entry, Gatekeeper::Permit permit);
  std::optional<UtcMicros> leave_to_twin(Entry const& entry, PollState& state);
  boost::asio::awaitable<PollOutcome> ask(FeedSpec const& spec, PollState const& state,
                                          Gatekeeper::Permit permit, PollTrace& trace);
  boost::asio::awaitable<std::unique_ptr<PendingItems>> read(EntryPtr const& entry, FeedSpec const& spec,
                                                             PollState const& state, PollOutcome& outcome);
  boost::asio::awaitable<void> note_asked(EntryPtr const& entry, FeedSpec const& spec,
                                          PollOutcome const& outcome);
  // What was read beside the feed's own document, in the order in which it was read.
  using Pendings = std::vector<std::unique_ptr<PendingItems>>;
  boost::asio::awaitable<Pendings> read_more(FeedSpec const& spec, PollState& state, PollOutcome& outcome);
  boost::asio::awaitable<void> page_back(FeedSpec const& spec, PollState const& state, PollOutcome& outcome,
                                         Pendings& read);
  // `changed`: its answer, where the bytes are others than last time.
  boost::asio::awaitable<Result<void>> follow_one(FeedSpec const& spec, PollState const& state,
                                                  FollowedDocument& document,
                                                  std::optional<fetch::Response>& changed);
  boost::asio::awaitable<Result<void>> read_followed(FeedSpec const& spec, PollState const& state,
                                                     FollowedDocument& document, fetch::Response response,
                                                     PollOutcome& outcome, Pendings& read);
  boost::asio::awaitable<void> follow(FeedSpec const& spec, PollState& state, PollOutcome& outcome,
                                      Pendings& read);
  boost::asio::awaitable<Result<fetch::Response>> ask_more(FeedSpec const& spec, fetch::Request request);
  boost::asio::awaitable<Result<fetch::Response>> exchange(FeedSpec const& spec, fetch::Request request,
                                                           Gatekeeper::Permit permit,
                                                           GatedClient::Account& account);
  boost::asio::awaitable<Result<void>> keep(FeedSpec const& spec, Pendings older,
                                            std::unique_ptr<PendingItems> pending, std::string old_record,
                                            std::string record, std::vector<FeedNotice> notices);
  boost::asio::awaitable<Result<void>> keep_record(FeedSpec const& spec, std::string record);
  boost::asio::awaitable<void> forget_outcome(EntryPtr const& entry, FeedSpec const& spec, PollState state,
                                              Decision decision, PollTrace trace, PollOutcome const& outcome);
  void finish(EntryPtr const& entry, PollState state, Decision const& decision, PollTrace trace,
              PollOutcome const& outcome);
  void note_rests(PollState& state, std::string const& own);
  void count(PollOutcome const& outcome);

  void adopt_push(EntryPtr const& entry);
  void drop_push(EntryPtr const& entry);
  boost::asio::awaitable<void> forget_push(EntryPtr entry);
  void poll_again(EntryPtr const& entry);
  void watch_hub(EntryPtr const& entry, PollState& state, PollOutcome const& outcome);
  void ask_hub(EntryPtr const& entry);
  void renew_later(Entry const& entry, UtcMicros when);
  void renew_due();
  boost::asio::awaitable<void> talk_to_hub(EntryPtr entry, PushMode mode, PushState push);
  boost::asio::awaitable<void> save_push(EntryPtr entry);
  boost::asio::awaitable<void> read_push(EntryPtr entry, PushDelivery delivery);

  EntryPtr make_entry(FeedSpec spec, std::string const& record, UtcMicros now);
  void bring_forward(EntryPtr const& entry, UtcMicros now, std::vector<EntryPtr>& late);
  void wait_for_request_of(Entry const& entry, UtcMicros now, std::vector<EntryPtr>& late);
  void spread(std::vector<EntryPtr> const& late, UtcMicros now);
  double price(UtcMicros now);
  std::chrono::microseconds spread_within(std::chrono::microseconds window);  // by chance
  double dice() { return std::uniform_real_distribution<double>(0, 1)(random); }

  boost::asio::any_io_executor executor;
  SleepingClock& clock;
  fetch::Client& client;
  PollSink& sink;
  SchedulerOptions options;
  std::mt19937_64 random;
  std::unordered_map<std::uint64_t, EntryPtr> entries;
  std::unordered_map<std::string_view, Entry*> by_url;  // as configured; the keys stand in the entries
  struct Leader {
    std::uint64_t id = 0;
    UtcMicros last_request{};
  };
  std::unordered_map<std::string, Leader> leaders;  // of feeds that moved to one address: who asks there
  DueQueue<Entry> queue;
  SchedulerCounters counters;
  std::function<void(PollTrace const&)> listener;
  double k = 1;
  UtcMicros solved_at{};
  std::size_t priced_since_solved = 0;
  bool budget_told = false;  // that it cannot be kept
  std::string unmet_budget;  // to be told with the poll that found it out
  bool running = false;
  bool stopping = false;
  bool held = false;
  bool polling_changed = false;                            // since the feeds were set last
  std::chrono::microseconds set_back;                      // of the clock, that was followed
  std::unordered_map<std::string, EntryPtr> callbacks;     // by the last segment of their URL
  std::unordered_map<std::string, std::string> leaving;    // callbacks that we asked to be let go of: topics
  std::set<std::pair<UtcMicros, std::uint64_t>> renewals;  // when, of which feed; some are out of date
  std::size_t deliveries = 0;                              // being read
  std::size_t outside = 0;                                 // polls that gave their place away
  Gatekeeper gates;
  RobotsCache robots;
  GatedClient gated;
  PageClient pages;
  PageClient pages_in_hand;
  Alarm alarm;
  Alarm push_alarm;
  boost::asio::steady_timer over;  // never expires; cancelled when run() is to return
  TaskGroup tasks;                 // last: polls refer to all of the above
};

}  // namespace newsfold::schedule
